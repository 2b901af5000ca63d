"""Double-entry ledger of money, doses, parcels: entries about any subject whose postings sum to zero in each unit."""
