"""Certificates: HC1 and SMART Health Cards, trust and revocation lists, rules, verification."""
