"""Sites, lots, and the stock of each site in the ledger."""
