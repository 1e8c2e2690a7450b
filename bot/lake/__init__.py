"""The data lake: raw, processed and curated objects on S3 or in a folder, and the ledger of them in PostgreSQL."""
