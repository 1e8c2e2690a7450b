"""Names of locks that several parts know. Apart from the database's driver, which takes a while to import."""

from typing import Final

# Shared by commands while they write; a restore, or a copy to another server, takes it for itself.
COMMANDS_THAT_WRITE: Final = "a command that writes"
