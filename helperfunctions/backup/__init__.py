"""Backup, restore and copy of a whole database.

`create` runs pg_dump, `restore` puts its output into a database, `row_counts` counts and compares, `programs` finds and
runs pg_dump and pg_restore, `sql_script` runs the SQL that they write.
"""

from helperfunctions.backup.create import CreatedBackup, backup, default_name, stream
from helperfunctions.backup.restore import (
    Backup,
    Restored,
    copy,
    inspect,
    restore,
    spooled,
)
from helperfunctions.backup.row_counts import Contents, contents_of

__all__ = [
    "Backup",
    "Contents",
    "CreatedBackup",
    "Restored",
    "backup",
    "contents_of",
    "copy",
    "default_name",
    "inspect",
    "restore",
    "spooled",
    "stream",
]
