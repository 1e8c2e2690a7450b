"""The cost of X: the ledger, the client whose calls it records, and the report."""
