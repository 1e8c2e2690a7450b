"""Checks of the database server, our role on it, and the schema."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.health.checks.session import Session, Skipped
from bot.health.findings import Finding, Verdict, from_error, size
from bot.health.rules import lost_since
from helperfunctions import embedded_postgres, migrations
from helperfunctions.database import record
from helperfunctions.errors import DatabaseUnavailable

OLDEST_POSTGRES, NEWEST_POSTGRES = 15, 18
# The jobs of `watchtime run` at their busiest: each has a connection.
CONNECTIONS_NEEDED: Final = 8


@dataclass(frozen=True, slots=True)
class Server:
    """A database server, and the rights of our role on it. `bytes` is the size of our database."""

    version: int
    encoding: str
    is_standby: bool
    is_read_only: bool
    may_write: bool
    may_create: bool
    bytes: int
    connections_left: int


def check_database(session: Session) -> Finding:
    """Connect to the database; skipped if an embedded one does not exist yet."""
    settings = session.settings
    where = "PostgreSQL"
    if settings.database_url is None:
        folder = settings.data_dir / "postgres"
        if not (folder / embedded_postgres.MADE_MARK).exists():
            raise Skipped(f"none yet: an embedded one will be created in {folder} at the first start")
        where = "embedded PostgreSQL"
    try:
        return judge_server(where, _opened(session))
    except DatabaseUnavailable as exc:
        found, since = from_error("database", exc), lost_since(session.run_record)
        when = "" if since is None else f"; lost since {since.astimezone(UTC):%F %H:%M} UTC"
        return replace(found, message=f"{found.message}{when}")


def check_schema(session: Session) -> Finding:
    """Compare the schema with the one that this program needs. Nothing is migrated."""
    applied, needed = migrations.applied_versions(session.database), migrations.versions_in()
    if not applied:
        raise Skipped("none yet: it will be created at the first start")
    finding = judge_schema(applied, needed)
    session.has_our_schema = finding.verdict is Verdict.GOOD
    return finding


def judge_server(where: str, server: Server) -> Finding:
    """The finding about a database server: whether the bot can use it."""
    problems = list(_problems_of(server))
    message = f"{where} {server.version}, {server.encoding}, {size(server.bytes)} in our database"
    if not problems:
        return Finding("database", Verdict.GOOD, f"{message}, {server.connections_left} connections free")
    verdict = Verdict.BAD if any(verdict is Verdict.BAD for verdict, _, _ in problems) else Verdict.WARNING
    wrong = "; ".join(problem for _, problem, _ in problems)
    return Finding("database", verdict, f"{message}: {wrong}", "; ".join(fix for _, _, fix in problems))


def judge_schema(applied: Sequence[str], needed: Sequence[str]) -> Finding:
    """Compare the migrations of a database with those of this program."""
    unknown = migrations.missing_here(applied, needed)
    if unknown:
        fix = "use the newer version of the program, or restore a backup from before the upgrade"
        message = f"{unknown[-1]} is newer than this program's {needed[-1]}"
        return Finding("schema", Verdict.BAD, message, fix)
    if list(applied) != list(needed):
        message = f"{applied[-1]} is older than this program's: it lacks {len(set(needed) - set(applied))} migrations"
        return Finding("schema", Verdict.BAD, message, "run `watchtime migrate`; `watchtime run` does so at its start")
    return Finding("schema", Verdict.GOOD, f"{applied[-1]}, up to date")


def _opened(session: Session) -> Server:
    """Open the database for the other checks."""
    database = session.stack.enter_context(session.openers.database(session.settings))
    with database.transaction() as tx:
        server = record(Server, tx.database.server())
        server_time: datetime = tx.database.server_clock()
    session.clock_ahead_of["the database"] = session.clock.now() - server_time
    session.opened = database
    session.may_write = server.may_write and not server.is_read_only
    return server


def _problems_of(server: Server) -> Iterator[tuple[Verdict, str, str]]:
    """The verdict, message and fix of each problem."""
    versions = f"PostgreSQL {OLDEST_POSTGRES} to {NEWEST_POSTGRES}"
    if server.version < OLDEST_POSTGRES:
        yield Verdict.BAD, "it is too old", f"upgrade it to {versions}"
    if server.version > NEWEST_POSTGRES:
        yield Verdict.WARNING, "newer than any tested version", f"use {versions}, or a newer version of this program"
    if server.encoding != "UTF8":
        yield Verdict.BAD, f"{server.encoding} cannot store most names", "create the database with ENCODING 'UTF8'"
    if server.is_standby:
        yield Verdict.BAD, "it is a read-only standby", "set DATABASE_URL to the primary"
    elif server.is_read_only:
        fix = "set default_transaction_read_only to off for the bot's role and database"
        yield Verdict.BAD, "its transactions are read-only", fix
    if not server.may_write:
        fix = "use the role that created them, or make the bot's role their owner"
        yield Verdict.BAD, "the bot's role may not write to its tables", fix
    elif not server.may_create:
        fix = "make the bot's role the owner of the database and of its tables"
        yield Verdict.BAD, "the bot's role may not create tables", fix
    if server.connections_left < CONNECTIONS_NEEDED:
        problem = f"{server.connections_left} connections are free, {CONNECTIONS_NEEDED} may be needed at once"
        yield Verdict.WARNING, problem, "raise the limit of the server, the role or the database; or end idle clients"
