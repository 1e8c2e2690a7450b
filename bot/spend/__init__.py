"""What X costs: the ledger, the client whose calls it records, and the report."""
