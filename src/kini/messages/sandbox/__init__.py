"""Sandbox of SMS and WhatsApp providers on loopback: their rules, receipts and errors, and a page with the phones."""
