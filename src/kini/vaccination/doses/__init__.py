"""Records of doses, adverse events and corrections."""
