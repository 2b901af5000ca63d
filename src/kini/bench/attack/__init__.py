"""`./kini check attack`: what an attacker did to Kini once, played against a scratch city."""
