"""Pretended providers of SMS and WhatsApp on loopback, with their rules, receipts, faults, and phones to look at."""
