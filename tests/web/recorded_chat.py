"""The chat in the world of the recorded responses, and the parameters of its queries. The dashboards there do not show
it: only its queries are recorded.

Limits are reached exactly, at 18:05: the newest minute of `ada` that was heard whole is five minutes old and that of
`carol` six, the viewers of `ada` are four minutes old and those of `carol` three, a moment of `carol` was a day ago,
and so was a request.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

_NOW: Final = datetime(2026, 11, 8, 18, 5, tzinfo=UTC)
_SUMS: Final = "10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120"

ROWS: Final = f"""
insert into chat.channels (channel_id, login, state, reason, asked_by, asked_at, state_at, expires_at, last_live_at)
values
('ada', 'ada', 'joined', '', 'operator', '2026-11-07 12:00+00', '2026-11-07 12:01+00', null, '2026-11-08 18:04+00'),
('bob', 'bob', 'refused', 'msg_banned', 'visitor', '2026-11-08 12:00+00', '2026-11-08 12:01+00', '2026-11-15 12:00+00',
 null),
('carol', 'carol', 'joined', '', 'operator', '2026-11-07 12:00+00', '2026-11-07 12:01+00', null, null),
('zed', 'zed', 'wanted', '', 'operator', '2026-11-08 18:04+00', '2026-11-08 18:04+00', null, null);
select chat.make_partition('2026-11-08');
insert into chat.emotes (emote_id) values ('25'), ('1902'), ('88');
insert into chat.minute_counts (minute_at, channel_id, messages, chatters, subscriber_messages, covered_seconds,
 is_closed, viewers, game_id, emote_1, emote_2, uses_1, uses_2)
select cast('2026-11-08 ' || at || '+00' as timestamptz), channel_id, messages, least(messages, 5), subscribers,
 covered, is_closed, viewers, 'chess', 1, 2, 4, 2
from (
    values
    ('17:34', 'ada', 900, 900, 0, true, 900), ('17:35', 'ada', 10, 5, 60, true, 1000),
    ('17:50', 'ada', 50, 5, 59, true, 1000), ('17:59', 'ada', 18, 0, 60, true, 1000),
    ('18:00', 'ada', 20, 2, 60, true, 1000), ('18:01', 'ada', 30, 1, 45, true, 1100),
    ('18:03', 'ada', 400, 0, 60, false, null), ('18:04', 'ada', 7, 7, 30, false, null),
    ('17:59', 'carol', 6, 0, 60, true, 400), ('18:02', 'carol', 0, 0, 59, true, 300)
) as heard (at, channel_id, messages, subscribers, covered, is_closed, viewers);
insert into chat.hours values
('ada', '2026-11-08 16:00+00', {_SUMS}, 130, 140, 60, 59, 200, 59000, 1180, 17, null),
('ada', '2026-11-08 17:00+00', {_SUMS}, 130, 140, 30, 0, 0, 0, 0, 18, null),
('carol', '2026-11-08 17:00+00', {_SUMS}, 130, 140, 60, 60, 9, 24000, 100, 3, null);
insert into chat.hour_emote_counts (channel_id, hour_at, emote_numbers, uses, messages) values
('ada', '2026-11-08 16:00+00', '{{1}}', '{{4}}', '{{3}}'),
('ada', '2026-11-08 17:00+00', '{{1,2,3}}', '{{3,7,1}}', '{{2,6,1}}'),
('carol', '2026-11-08 17:00+00', '{{1}}', '{{100}}', '{{90}}');
insert into chat.emote_names values ('25', 'Kappa', ''), ('88', '<3', '');
insert into chat.broadcasts values
('b1', 'ada', '2026-11-07 16:00+00', '2026-11-07 16:01+00', '2026-11-07 18:00+00',
 {_SUMS}, 130, 140, 120, 90, 300, 180000, 1500, 70, true),
('b2', 'ada', '2026-11-08 18:03+00', '2026-11-08 18:04+00', '2026-11-08 18:04+00',
 {_SUMS}, 130, 140, 0, 0, 0, 0, 0, 0, false),
('b3', 'carol', '2026-11-08 16:00+00', '2026-11-08 16:01+00', '2026-11-08 18:04+00',
 {_SUMS}, 130, 140, 1, 1, 1, 60, 1, 1, false);
insert into chat.daily_chats values
('2026-11-06', 'ada', {_SUMS}, 130, 140, 60, 0, 0, 0, 0, 40),
('2026-11-07', 'ada', {_SUMS}, 130, 140, 120, 90, 300, 180000, 1500, 70),
('2026-11-07', 'carol', {_SUMS}, 130, 140, 120, 90, 300, 90000, 1500, 7);
insert into chat.moments values
('ada', '2026-11-08 17:50+00', 2, 100, 6.5, 'hype', '{{25,1902}}'),
('ada', '2026-11-08 17:20+00', 1, 80, 8.25, 'raid', '{{}}'),
('carol', '2026-11-07 18:05+00', 3, 90, 8.25, 'subs', '{{25}}'),
('gone', '2026-11-08 17:00+00', 3, 90, 99, 'hype', '{{}}');
insert into chat.requests values
('dee', 'follow', 'one', '2026-11-07 18:05+00', false, ''),
('eli', 'follow', 'one', '2026-11-08 17:00+00', false, ''),
('fay', 'follow', 'two', '2026-11-07 18:06+00', true, 'no such channel'),
('gus', 'follow', 'owner', '2026-11-08 18:00+00', true, ''),
('hal', 'leave', 'owner', '2026-11-08 18:00+00', false, ''),
('amy', 'follow', 'two', '2026-11-08 17:00+00', false, '');
"""

_ADA: Final = {"channel_id": "ada"}
_FIVE: Final = datetime(2026, 11, 8, 17, tzinfo=UTC)
PARAMETERS: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "web.chat_now": [{"now": _NOW}, {"now": _NOW - timedelta(seconds=1)}],
    "web.chat_channel": [{"login": login} for login in ("ada", "bob", "zed", "nobody")],
    "web.chat_minutes": [
        {**_ADA, "since": _NOW - timedelta(minutes=5)},
        {"channel_id": "carol", "since": _FIVE},
        {"channel_id": "bob", "since": _FIVE},
    ],
    "web.chat_broadcasts": [{**_ADA, "limit": 9}, {**_ADA, "limit": 1}],
    "web.chat_hours": [{**_ADA, "since": _FIVE - timedelta(hours=1)}, {**_ADA, "since": _FIVE}],
    "web.chat_days": [{**_ADA, "limit": 9}, {**_ADA, "limit": 1}],
    "web.chat_compared": [
        {"channel_ids": ["ada", "carol", "nobody"], "first": date(2026, 11, 6), "last": date(2026, 11, 7)},
        {"channel_ids": ["ada"], "first": date(2026, 11, 7), "last": date(2026, 11, 7)},
    ],
    "web.chat_emotes": [
        {**_ADA, "since": _FIVE - timedelta(hours=1), "limit": 9},
        {**_ADA, "since": _FIVE, "limit": 2},
    ],
    "web.chat_moments": [
        {**_ADA, "since": datetime(2026, 11, 8, 17, 20, tzinfo=UTC), "limit": 9},
        {**_ADA, "since": _FIVE, "limit": 1},
    ],
    "web.chat_requests": [{"now": _NOW}, {"now": _NOW - timedelta(seconds=1)}],
    "web.chat_moments_between": [
        {"starts_at": _NOW - timedelta(days=1), "ends_at": _NOW, "limit": 9},
        {"starts_at": _FIVE, "ends_at": datetime(2026, 11, 8, 17, 50, tzinfo=UTC), "limit": 9},
        {"starts_at": _NOW - timedelta(days=1), "ends_at": _NOW, "limit": 2},
    ],
    "web.chat_login": [_ADA, {"channel_id": "nobody"}],
}
# Not recorded: `test_chat.py` executes them.
WRITING: Final = frozenset({"web.begin_writing", "web.ask_for_chat"})
