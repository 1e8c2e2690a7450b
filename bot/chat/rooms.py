"""Which channels to join, on which connection, and what became of them. Pure: the caller has connections and clock.

Times are in ms since 1970.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from bot.chat.events import Covered
from helperfunctions.chat_journal import RoomRow, WantedRoom

# At most 20 attempts in 10 seconds, or the server cuts us off: https://dev.twitch.tv/docs/chat/#rate-limits. One is
# left for the difference of two clocks.
_JOINS: Final = 19
_JOINS_MS: Final = 10_000
# A server that restarts gives 30 seconds to join elsewhere, which is time for about 60 channels in all.
PER_CONNECTION: Final = 30
# Twitch allows 100 for one account.
MOST_ROOMS: Final = 90
# A JOIN without an answer means that there is no such channel, or that the answer was lost.
_ANSWER_MS: Final = 15_000
_ATTEMPTS: Final = 3
_TRY_AGAIN_MS: Final = 3_600_000
# A message may come this much later than one that was sent at the same time; so long we do not say that we have heard
# everything.
_LAG_MS: Final = 2_000
_PING_EVERY_MS: Final = 4_000
_SILENT_ROUNDS: Final = 10
NO_ANSWER: Final = "no_answer"
RENAMED: Final = "renamed"
TOO_MANY: Final = "too_many"
# Reasons that may pass; other refusals last until a person asks for the channel again.
MAY_PASS: Final = (NO_ANSWER, RENAMED, "msg_concurrent_channel_limit_reached", "msg_channel_suspended")


@dataclass(slots=True)
class _Room:
    wanted: WantedRoom
    # The connections on which it is confirmed, and those on which it was asked for, with the time of each.
    confirmed: dict[int, int] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    unanswered: int = 0
    refused: str = ""
    changed_ms: int = 0
    covered_until_ms: int = 0


@dataclass(slots=True)
class _Connection:
    received_ms: int
    # Rounds of the listener since then.
    silent_rounds: int = 0
    # Everything that the server had sent before this instant has come: the time of the last PING that was answered.
    heard_ms: int = 0
    pinged_ms: deque[int] = field(default_factory=deque)
    last_ping_ms: int = 0
    is_ready: bool = False
    is_ending: bool = False


class Rooms:
    """The wanted channels and our connections, by a number of each."""

    def __init__(self, remembered: Iterable[RoomRow] = ()) -> None:
        self._rooms: dict[str, _Room] = {}
        self._connections: dict[int, _Connection] = {}
        self._joins: deque[int] = deque(maxlen=_JOINS)
        self._numbers = count(1)
        self._refusals = {row.channel_id: row for row in remembered if row.state == "refused"}

    def want(self, wanted: Iterable[WantedRoom], now_ms: int) -> list[tuple[int, str]]:
        """Replace the wanted channels. Returns what to leave: connections and logins."""
        before, self._rooms = self._rooms, {}
        for room in list(wanted)[:MOST_ROOMS]:
            old = before.get(room.login)
            if old is not None and old.wanted == room:
                self._rooms[room.login] = old
                continue
            self._rooms[room.login] = _Room(room, changed_ms=now_ms)
            refusal = self._refusals.get(room.channel_id)
            if refusal is not None and refusal.login == room.login and refusal.asked_at_ms == room.asked_at_ms:
                self._rooms[room.login].refused = refusal.reason
                self._rooms[room.login].changed_ms = refusal.changed_at_ms
        gone = [room for login, room in before.items() if self._rooms.get(login) is not room]
        return [(number, room.wanted.login) for room in gone for number in {*room.confirmed, *room.asked}]

    def connected(self, now_ms: int) -> int:
        """Note a new connection. Returns its number."""
        number = next(self._numbers)
        self._connections[number] = _Connection(now_ms)
        return number

    def ready(self, number: int) -> None:
        """The login on a connection was accepted."""
        self._connections[number].is_ready = True

    def ending(self, number: int) -> None:
        """The server closes a connection soon: its channels are joined elsewhere, and read here until then."""
        self._connections[number].is_ending = True

    def lost(self, number: int) -> list[Covered]:
        """A connection ended. Returns what was still heard."""
        covered = self.covered()
        del self._connections[number]
        for room in self._rooms.values():
            room.confirmed.pop(number, None)
            room.asked.pop(number, None)
        return covered

    def received(self, number: int, now_ms: int) -> None:
        """Something came on a connection."""
        connection = self._connections[number]
        connection.received_ms, connection.silent_rounds = now_ms, 0

    def silent_ms(self, number: int, now_ms: int) -> int:
        """For how long nothing came on a connection; called once in each round. 0 while we had no time to read: after a
        stall of the machine, what came meanwhile is read in the next rounds."""
        connection = self._connections[number]
        connection.silent_rounds += 1
        return now_ms - connection.received_ms if connection.silent_rounds > _SILENT_ROUNDS else 0

    def is_ping_due(self, number: int, now_ms: int) -> bool:
        """True if a PING is to be sent now; it is noted as sent."""
        connection = self._connections[number]
        if not connection.is_ready or 0 <= now_ms - connection.last_ping_ms < _PING_EVERY_MS:
            return False
        connection.last_ping_ms = now_ms
        connection.pinged_ms.append(now_ms)
        return True

    def ponged(self, number: int) -> None:
        """The oldest PING was answered: what the server had sent before has come too, because a stream has an order."""
        connection = self._connections[number]
        if connection.pinged_ms:
            connection.heard_ms = connection.pinged_ms.popleft()

    def clock_was_set(self, now_ms: int) -> None:
        """The times that were noted before mean nothing any more: what was heard counts from now on."""
        for connection in self._connections.values():
            connection.received_ms, connection.heard_ms = now_ms, 0
            # Their answers are still to come, and say nothing about the present.
            connection.pinged_ms = deque([0] * len(connection.pinged_ms))
        for room in self._rooms.values():
            room.confirmed = dict.fromkeys(room.confirmed, now_ms)
            room.asked = dict.fromkeys(room.asked, now_ms)
        self._joins.extend([now_ms] * len(self._joins))
        self.missed(now_ms)

    def missed(self, now_ms: int) -> None:
        """What was heard up to now is lost, and does not count as heard."""
        for room in self._rooms.values():
            room.covered_until_ms = now_ms

    def is_drained(self, number: int) -> bool:
        """True if a connection that ends soon is not needed: each of its channels is confirmed elsewhere, and what was
        sent here before that has come."""
        ending = self._connections[number]
        mine = [room for room in self._rooms.values() if number in room.confirmed or number in room.asked]
        return ending.is_ending and all(
            any(at_ms <= ending.heard_ms - _LAG_MS for other, at_ms in room.confirmed.items() if other != number)
            for room in mine
        )

    def confirmed(self, number: int, login: str, channel_id: str, now_ms: int) -> bool:
        """The server says that we are in a channel. Returns False if it is not the wanted one, and is to be left."""
        room = self._rooms.get(login)
        if room is None:
            return False
        room.asked.pop(number, None)
        if channel_id != room.wanted.channel_id:
            self._refuse(room, RENAMED, now_ms)
            return False
        if not room.confirmed:
            room.changed_ms = now_ms
        room.confirmed.setdefault(number, now_ms)
        room.unanswered, room.refused = 0, ""
        return True

    def refused(self, login: str, reason: str, now_ms: int) -> None:
        """The server refuses a channel, or has put us out."""
        if (room := self._rooms.get(login)) is not None:
            self._refuse(room, reason, now_ms)

    def _refuse(self, room: _Room, reason: str, now_ms: int) -> None:
        room.refused, room.changed_ms, room.unanswered = reason, now_ms, 0
        room.confirmed.clear()
        room.asked.clear()

    def to_join(self, now_ms: int) -> dict[int, list[str]]:
        """The channels to ask for now, by the number of the connection; no more than the server allows."""
        self._give_up(now_ms)
        joins: dict[int, list[str]] = {}
        loads = self._loads()
        for login, room in self._rooms.items():
            is_full = len(self._joins) == _JOINS and 0 <= now_ms - self._joins[0] < _JOINS_MS
            free = [number for number, load in loads.items() if load < PER_CONNECTION]
            if is_full or not free:
                break
            if self._needs_connection(room):
                number = min(free, key=lambda one: loads[one])
                self._joins.append(now_ms)
                room.asked[number] = now_ms
                loads[number] += 1
                joins.setdefault(number, []).append(login)
        return joins

    def connections_to_open(self) -> int:
        """How many connections are missing for the wanted channels."""
        needing = sum(not room.refused for room in self._rooms.values())
        usable = sum(not connection.is_ending for connection in self._connections.values())
        return max(0, -(-needing // PER_CONNECTION) - usable)

    def _loads(self) -> dict[int, int]:
        usable = [number for number, one in self._connections.items() if one.is_ready and not one.is_ending]
        return {
            number: sum(number in room.confirmed or number in room.asked for room in self._rooms.values())
            for number in usable
        }

    def _needs_connection(self, room: _Room) -> bool:
        return not room.refused and all(
            self._connections[number].is_ending for number in {*room.confirmed, *room.asked}
        )

    def _give_up(self, now_ms: int) -> None:
        """Take back the attempts without an answer, and try again what was refused for a time."""
        for room in self._rooms.values():
            late = [number for number, at_ms in room.asked.items() if not 0 <= now_ms - at_ms < _ANSWER_MS]
            for number in late:
                del room.asked[number]
                room.unanswered += 1
            if room.unanswered >= _ATTEMPTS and not room.confirmed:
                self._refuse(room, NO_ANSWER, now_ms)
            elif room.refused in MAY_PASS and not 0 <= now_ms - room.changed_ms < _TRY_AGAIN_MS:
                room.refused = ""

    def covered(self) -> list[Covered]:
        """What was heard since the last call, channel by channel, with those of one span together."""
        spans: dict[tuple[int, int], list[str]] = {}
        for room in self._rooms.values():
            for place, (number, confirmed_ms) in enumerate(sorted(room.confirmed.items(), key=lambda item: item[1])):
                if place and confirmed_ms > room.covered_until_ms:
                    # An earlier connection may still show what was sent before this one was in the channel.
                    break
                begin_ms = max(room.covered_until_ms, confirmed_ms)
                end_ms = self._connections[number].heard_ms - _LAG_MS
                if end_ms > begin_ms:
                    spans.setdefault((begin_ms, end_ms), []).append(room.wanted.channel_id)
                    room.covered_until_ms = end_ms
        return [Covered(*span, channel_ids) for span, channel_ids in spans.items()]

    def ids(self) -> Mapping[str, str]:
        """The ids of the wanted channels by their logins."""
        return {login: room.wanted.channel_id for login, room in self._rooms.items()}

    def rows(self) -> list[RoomRow]:
        """What became of each channel, and refusals of those that are not wanted just now."""
        rows = [
            RoomRow(
                room.wanted.channel_id,
                login,
                "refused" if room.refused else "joined" if room.confirmed else "joining",
                room.refused,
                room.changed_ms,
                room.wanted.asked_at_ms,
            )
            for login, room in self._rooms.items()
        ]
        mine = {row.channel_id for row in rows}
        self._refusals = {row.channel_id: row for row in rows if row.state == "refused"} | {
            channel_id: row for channel_id, row in self._refusals.items() if channel_id not in mine
        }
        return rows + [row for channel_id, row in self._refusals.items() if channel_id not in mine]
