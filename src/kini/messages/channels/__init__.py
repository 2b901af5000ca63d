"""Channels: e-mail, SMS and the others behind one interface."""
