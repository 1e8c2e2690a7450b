"""Names of advisory locks that several modules use. Apart from the database's driver, which is slow to import."""

from typing import Final

# Shared by commands while they write; a restore, or a copy to another server, holds it exclusively.
COMMANDS_THAT_WRITE: Final = "a command that writes"
