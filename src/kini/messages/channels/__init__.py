"""Delivery channels behind one interface: push, WhatsApp, SMS, e-mail, post."""
