"""Bills and their payment: what is owed and why, one payment a bill, receipts, refunds, and a ledger that balances."""
