"""What the environment may not decide by accident: how text is written, where the database is, and in which language
other programs answer us."""

import errno
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from helperfunctions.errors import OutputNotWritten

# Variables of libpq that would lead to another database than the one of our settings, or change what its sessions do.
# Credentials and TLS (PGPASSWORD, PGPASSFILE, PGSSL…) are none of them. The last three are read by PostgreSQL's own
# programs and by the package of the embedded server.
_LIBPQ: Final = (
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGHOSTADDR",
    "PGOPTIONS",
    "PGTZ",
    "PGDATESTYLE",
    "PGCLIENTENCODING",
    "PGGEQO",
    "PGTARGETSESSIONATTRS",
    "PGLOADBALANCEHOSTS",
    "PGDATA",
    "PGLOCALEDIR",
    "PGSERVER_POSTGRES_VERSION",
)
_LOCALE: Final = ("LANG", "LANGUAGE")
_OF_OUTPUT: Final = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
# What the server is given: nothing of our settings, which may be secrets.
_FOR_SERVER: Final = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_RUNTIME_DIR")
_FOR_SERVER_PREFIXES: Final = ("LD_", "NSS_WRAPPER_", "DYLD_", "ASAN_")


def prepare_process() -> None:
    """Set this process right, once, before it does anything else: for the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that a terminal cannot show is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    for name in _LIBPQ:
        os.environ.pop(name, None)
    # Whatever the caller allows: what we write is for others to read at most.
    os.umask(os.umask(0o077) | 0o022)


@contextmanager
def output_that_is_written() -> Iterator[None]:
    """Run the block, and see that what it printed has arrived. Raises OutputNotWritten where it has not, because a disk
    is full for example; a reader that has gone, as `head` does, is no error."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as exc:
        if exc.filename is not None or exc.errno not in _OF_OUTPUT:
            raise
        # Python would flush once more at its end, and complain.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if exc.errno != errno.EPIPE:
            raise OutputNotWritten(f"the output cannot be written: {exc.strerror}") from exc
        if exc.__context__ is not None:
            # How the block itself ended.
            raise exc.__context__ from None


@contextmanager
def some_home() -> Iterator[None]:
    """Run the block with a home folder, if only `/`, for libraries that ask for one when they are imported and fail
    without; afterwards the environment is as before, so that no file of ours is put there."""
    try:
        Path.home()
    except RuntimeError:
        pass
    else:
        yield
        return
    os.environ["HOME"] = "/"
    try:
        yield
    finally:
        del os.environ["HOME"]


def for_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """That environment for a program whose messages we read: in English, and in ASCII."""
    kept = {name: value for name, value in environment.items() if name not in _LOCALE and not name.startswith("LC_")}
    return kept | {"LC_ALL": "C"}


def for_server() -> dict[str, str]:
    """The environment of the embedded server and of initdb: the same whatever the locale and the time zone are here."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _FOR_SERVER or name.startswith(_FOR_SERVER_PREFIXES)
    }
    return for_programs(kept) | {"TZ": "UTC"}
