"""PostgreSQL: transactions, locks and COPY. The only package that imports psycopg2."""

from helperfunctions.database.address import (
    has_password,
    is_understood,
    url_without_password,
    user_and_password,
    without_password,
)
from helperfunctions.database.advisory_lock import AdvisoryLock
from helperfunctions.database.copy_rows import NULL, CopyRows, Readable, escape_for_copy
from helperfunctions.database.database import Database
from helperfunctions.database.read_pool import ReadPool
from helperfunctions.database.records import record, records
from helperfunctions.database.transaction import CostedReads, Transaction, Transactions

__all__ = [
    "NULL",
    "AdvisoryLock",
    "CopyRows",
    "CostedReads",
    "Database",
    "ReadPool",
    "Readable",
    "Transaction",
    "Transactions",
    "escape_for_copy",
    "has_password",
    "is_understood",
    "record",
    "records",
    "url_without_password",
    "user_and_password",
    "without_password",
]
