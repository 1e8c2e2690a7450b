"""The followed channels: added, removed and shown by a person; channels and chatters that opted out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.chat.directory import OpenDirectory
from bot.chat.rooms import MOST_ROOMS
from bot.core.logins import LOGIN, login_in
from helperfunctions import chat_key
from helperfunctions.chat_journal import Journal, is_listening, only_listener
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import Busy, SettingsError, UnknownChannel

# Before and after every hour.
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)


# A channel that a visitor asked for is followed until its page was not viewed for so long.
KEPT_AFTER_VIEW: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Channels:
    """Changes that need Twitch: a name is looked up there, and only its id is used. Each raises TwitchError. `most`:
    how many channels may be followed."""

    database: Database
    clock: Clock
    folder: Path
    open_directory: OpenDirectory | None
    most: int = MOST_ROOMS

    def add(self, login: str, *, by_visitor: bool = False, is_public: bool = False) -> str:
        """Follow a channel: for good, or as long as its page is viewed. Returns its login. Raises SettingsError if
        there are too many, UnknownChannel if it opted out. `is_public`: everybody can read the message, so it does not
        say who opted out."""
        login = checked(login)
        channel_id, now = self._id_of(login), self.clock.now()
        with self.database.transaction() as tx:
            if tx.chat.number_of_others(channel_id=channel_id) >= self.most:
                raise SettingsError([f"{self.most} channels are followed already: remove one first"])
            tx.chat.release_login(login=login, channel_id=channel_id)
            added = tx.chat.add_channel(
                channel_id=channel_id,
                login=login,
                now=now,
                asked_by="visitor" if by_visitor else "operator",
                expires_at=now + KEPT_AFTER_VIEW if by_visitor else None,
            )
            if added is None:
                why = "cannot be followed" if is_public else "opted out and is not followed"
                raise UnknownChannel(f"{login} {why}")
        return login

    def opt_out_channel(self, login: str) -> str:
        """Never follow a channel again, and delete what was counted of it. Returns its login."""
        login = checked(login)
        channel_id = self._id_of(login)
        with self.database.transaction() as tx:
            tx.chat.opt_out(kind="channel", id=channel_id, now=self.clock.now())
            delete_channel(tx, channel_id)
        return login

    def opt_out_chatter(self, login: str) -> str:
        """Count a chatter no more. Only a hash of their id is stored. Returns their login."""
        login = checked(login)
        hashed = chat_key.hasher_of(self.folder)
        key = hashed(self._id_of(login))
        with self.database.transaction() as tx:
            tx.chat.opt_out(kind="chatter", id=str(key), now=self.clock.now())
        return login

    def _id_of(self, login: str) -> str:
        if self.open_directory is None:
            raise SettingsError(["chat needs TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET to look up names"])
        with self.open_directory() as directory:
            users = directory.get_users_named([login])
        for user in users:
            if isinstance(user, dict) and isinstance(user.get("id"), str) and user["id"]:
                return str(user["id"])
        raise UnknownChannel(f"Twitch has no channel or user of the name {login}")


def checked(login: str) -> str:
    """A login as Twitch writes it, of a name or the address of a channel. Raises UnknownChannel if it can be none."""
    login = login_in(login)
    if not LOGIN.fullmatch(login):
        raise UnknownChannel("the name of a channel has 1 to 25 of the characters a to z, 0 to 9 and _")
    return login


def delete_channel(tx: Transaction, channel_id: str) -> None:
    """Delete a channel and everything that was counted of it."""
    tx.chat.forget_channel(channel_id=channel_id)
    for delete in (
        tx.chat.delete_minutes,
        tx.chat.delete_hours,
        tx.chat.delete_hour_emotes,
        tx.chat.delete_broadcasts,
        tx.chat.delete_days,
        tx.chat.delete_daily_emotes,
        tx.chat.delete_moments,
        tx.chat.delete_emote_names,
        tx.chat.delete_emote_list,
    ):
        delete(channel_id=channel_id)


def remove(database: Database, login: str) -> str:
    """Follow a channel no more. Returns its login. Raises UnknownChannel if it is not followed."""
    login = checked(login)
    with database.transaction() as tx:
        if not tx.chat.remove_channel(login=login):
            raise UnknownChannel(f"{login} is not followed")
    return login


def forget(database: Database, folder: Path, purge_queue: Callable[[], None] | None = None) -> int:
    """Delete the key, the sketches of chatters and everything that waits, also in a queue. Returns the number of
    opt-outs of chatters that are gone with it.

    Raises Busy while a process listens, and QueueUnavailable when the queue cannot be purged.
    """
    if is_listening(folder):
        raise Busy("a listener runs: stop `watchtime run`, and `watchtime listen` if it is a service of its own, first")
    with only_listener(folder):
        journal = Journal(folder)
        try:
            journal.forget()
        finally:
            journal.close()
        if purge_queue is not None:
            purge_queue()
        chat_key.forget(folder)
        with database.transaction() as tx:
            # With the key somebody could have asked a sketch whether a chatter was there.
            tx.chat.forget_old_sketches(since=_EARLIEST, before=LATEST)
            return int(tx.chat.forget_opted_out_chatters())


def status(database: Database, now: datetime) -> list[tuple[str, str, str, str, str]]:
    """Each followed channel: messages, coverage and late messages of its closed minutes of the last hour, and state."""
    with database.transaction() as tx:
        return [
            (
                row.login,
                f"{row.messages:,}",
                "–" if row.coverage is None else f"{row.coverage:.0%}",
                f"{row.late_messages:,}",
                f"{row.state} {row.reason}".strip(),
            )
            for row in tx.chat.last_hour(now=now)
        ]


def listener_status(folder: Path, source: str) -> list[str]:
    """Sentences about the listener and its journal."""
    if source == "off":
        return ["CHAT_SOURCE is off: nothing is heard."]
    heard = "A listener runs." if is_listening(folder) else "No listener runs: `watchtime run` starts one."
    journal = Journal(folder)
    try:
        waiting, dropped = journal.waiting_bytes(), journal.times_dropped()
        reasons = ", ".join(f"{reason} {lines:,}" for reason, lines in journal.reasons().items() if lines)
    finally:
        journal.close()
    lines = [heard, f"{waiting / 1e6:.1f} MB wait to be counted."]
    if dropped:
        lines.append(f"Chat was dropped {dropped} times because too much waited (KEPT_CHAT_MB).")
    if reasons:
        lines.append(f"Lines that are not measured: {reasons}.")
    return lines
