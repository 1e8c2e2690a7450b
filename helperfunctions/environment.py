"""The process environment: keeps variables of the caller from changing the encoding of output, the address of the
database, or the language of other programs' messages."""

import errno
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from helperfunctions.errors import OutputNotWritten

# Variables of libpq that would select another database than the settings do, or change its sessions. Credentials and
# TLS (PGPASSWORD, PGPASSFILE, PGSSL…) are not among them. The last three are read by the programs of PostgreSQL and by
# the package of the embedded server.
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
# Variables that the embedded server receives. Settings of ours, which may be secrets, are not among them.
_FOR_SERVER: Final = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_RUNTIME_DIR")
_FOR_SERVER_PREFIXES: Final = ("LD_", "NSS_WRAPPER_", "DYLD_", "ASAN_")


def prepare_process() -> None:
    """Prepare this process for the command line: output encoding, variables of libpq, and umask."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names that a terminal cannot show are escaped instead of raising an error.
            stream.reconfigure(errors="backslashreplace")
    for name in _LIBPQ:
        os.environ.pop(name, None)
    # pydantic would search every installed package for plugins, which takes a tenth of the start. There are none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Others may read the files that we create, but never write them.
    os.umask(os.umask(0o077) | 0o022)


@contextmanager
def output_that_is_written() -> Iterator[None]:
    """Run the block, and flush its output. Raises OutputNotWritten when that cannot be written, for example because
    the disk is full. A closed pipe, as after `head`, is not an error."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except SystemExit as exc:
        # The library of the command line ends with 1 when the reader of the output has gone.
        if isinstance(exc.__context__, OSError) and exc.__context__.errno == errno.EPIPE:
            raise SystemExit(0) from None
        raise
    except OSError as exc:
        if exc.filename is not None or exc.errno not in _OF_OUTPUT:
            raise
        # Python flushes again at exit, and would print another error.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if exc.errno != errno.EPIPE:
            raise OutputNotWritten(f"the output cannot be written: {exc.strerror}") from exc
        if exc.__context__ is not None:
            # The error with which the block itself ended.
            raise exc.__context__ from None


@contextmanager
def some_home() -> Iterator[None]:
    """Run the block with a home folder, `/` if there is none, for libraries that need one at import. Afterwards the
    environment is unchanged, so that no file of ours is created there."""
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
    """An environment for a program whose messages we parse: they are in English and ASCII."""
    kept = {name: value for name, value in environment.items() if name not in _LOCALE and not name.startswith("LC_")}
    return kept | {"LC_ALL": "C"}


def for_server() -> dict[str, str]:
    """The environment of the embedded server and of initdb, independent of the locale and time zone of this process."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _FOR_SERVER or name.startswith(_FOR_SERVER_PREFIXES)
    }
    return for_programs(kept) | {"TZ": "UTC"}
