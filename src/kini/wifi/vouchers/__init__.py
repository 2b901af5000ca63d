"""Vouchers: codes on printed sheets with which people sign in without a phone number."""
