"""The parameters with which each query of sql/web and sql/read is executed for its recorded rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tests.web import recorded_chat
from tests.web.recorded_world import LAST, NOW

NEWEST_POLL, TODAY = datetime(2026, 11, 8, 18, tzinfo=UTC), date(2026, 11, 8)
OCTOBER = date(2026, 10, 1)
MONTH_AND_DAYS = {"months": [OCTOBER], "days": [date(2026, 11, day) for day in range(1, 8)]}
WEEK = {"months": [], "days": [date(2026, 11, day) for day in range(1, 8)]}
ALL = {"limit": 1000, "offset": 0}
NEWEST_DAYS = {"first": date(2026, 11, 6), "last": LAST}
GAPS = {"first": date(2026, 10, 19), "last": date(2026, 10, 29)}
RANKED = {"language": None, "game_id": None, "sort": "watch_hours", "direction": 1, "least_hours": 1.0, **ALL}
NEWEST_FIRST = {"sort": "started_at", "direction": 1}
HOUR = timedelta(hours=1)
SHOWN = {"fetched_after": NOW - timedelta(hours=23)}

Parameters = Sequence[Mapping[str, Any]]
# `poll_id` is that of the newest poll.
PARAMETERS: Final[Mapping[str, Parameters]] = {
    "web.posts": [{"status": None, "limit": 3, "offset": 1}, {"status": "sent", **ALL}],
    "web.summaries_of_day": [{"day": LAST}, {"day": TODAY}],
    "web.posts_of_game": [
        {"game_id": game_id, "newest": newest, "limit": limit}
        for game_id, newest, limit in (
            ("chess", LAST, 5),
            ("go", LAST, 1),
            ("solo", LAST, 5),
            ("chess", LAST + timedelta(days=179), 5),
            ("chess", LAST + timedelta(days=180), 5),
        )
    ],
    "web.count_posts": [{"status": None}, {"status": "sent"}, {"status": "dropped"}],
    "web.chart_of_post": [{"post_id": 4}, {"post_id": 1}],
    "web.coverage": [{**GAPS, **ALL}, {**GAPS, "limit": 2, "offset": 8}],
    "web.count_days": [GAPS, {"first": LAST, "last": LAST}],
    "web.good_polls": [
        {"since": NEWEST_POLL - HOUR},
        {"since": NEWEST_POLL + timedelta(seconds=1)},
        {"since": NOW - timedelta(days=15)},
    ],
    "web.peak_at": [
        {"from_at": NOW - timedelta(hours=24), "to_at": NOW},
        {"from_at": NOW - timedelta(days=40), "to_at": NOW - timedelta(days=39)},
    ],
    "web.neighbours_of_day": [{"day": date(2026, 10, 28)}, {"day": OCTOBER}, {"day": LAST}],
    "web.languages_between": [{"first": date(2026, 11, 1), "last": LAST}, {"first": LAST, "last": LAST}],
    "web.language_by_day": [
        {"language": "de", "first": date(2026, 11, 1), "last": LAST},
        {"language": "fr", "first": LAST, "last": LAST},
    ],
    "web.games_of_language": [
        {"language": "en", "days": [LAST, date(2026, 11, 6)], **ALL},
        {"language": "en", "days": [LAST], "limit": 2, "offset": 1},
    ],
    "web.languages_of_day": [{"day": LAST}, {"day": date(2026, 10, 25)}],
    "web.find": [
        {"kind": "streamer", "slug": "grace"},
        {"kind": "game", "slug": "solo"},
        {"kind": "game", "slug": "grace"},
    ],
    "web.slugs": [
        {"kind": "game", "ids": ["solo", "gow1", "gow2", "ada"]},
        {"kind": "streamer", "ids": ["grace", "eve"]},
    ],
    "web.game": [{"game_id": "solo"}, {"game_id": "ada"}],
    "web.days_version": [{}],
    "web.names_version": [{}],
    "web.game_titles": [{}],
    "web.days_rolled_up": [{}],
    "web.game_totals": [MONTH_AND_DAYS, WEEK, {"months": [], "days": [LAST]}, {"months": [], "days": []}],
    "web.game_by_day": [
        {"game_ids": ["go", "retro"], **GAPS},
        {"game_ids": ["pgame"], "first": date(2026, 10, 30), "last": date(2026, 11, 1)},
    ],
    "web.game_by_hour": [
        {"game_id": "go", "from_at": NEWEST_POLL - 2 * HOUR, "to_at": NEWEST_POLL},
        {"game_id": "solo", "from_at": NEWEST_POLL - 3 * HOUR, "to_at": NOW},
    ],
    "web.languages_in_games": [
        {"language": language, "game_ids": ["chess", "go", "solo"], "days": WEEK["days"]}
        for language in ("de", "zh-hk")
    ],
    "web.languages_of_game": [{"game_id": "chess", **WEEK}, {"game_id": "", **WEEK}],
    "web.ranked_days_of_game": [
        {"game_id": "gow1", "limit": 3},
        {"game_id": "evil", "limit": 2},
        {"game_id": "", "limit": 1},
    ],
    "web.shares_by_day": [{"game_ids": ["go", "chess"], **GAPS}],
    "web.classes_between": [{"kind": kind, **NEWEST_DAYS} for kind in ("genre", "mode", "theme")],
    "web.hours_of_genre_days": [NEWEST_DAYS, {"first": TODAY, "last": TODAY}],
    "web.find_class": [
        {"slug": "strategy", "kind": None},
        {"slug": "unknown", "kind": None},
        {"slug": "action", "kind": "genre"},
    ],
    "web.class_by_day": [{"kind": "genre", "class_id": 15, **GAPS}, {"kind": "mode", "class_id": 2, **NEWEST_DAYS}],
    "web.games_of_class": [{"kind": "genre", "class_id": 15}, {"kind": "genre", "class_id": 4}],
    "web.games_without_class": [{"kind": kind} for kind in ("genre", "theme")],
    "web.classes_of_game": [{"game_id": game_id} for game_id in ("chess", "talk", "evil")],
    "web.genres": [{}],
    "web.genre_by_hour": [
        {"genre_id": 5, "first": LAST, "last": LAST},
        {"genre_id": 31, "first": date(2026, 10, 30), "last": LAST - timedelta(days=5)},
    ],
    "web.release_ages": [{"first": day, "last": day} for day in (LAST - timedelta(days=1), LAST)],
    "web.state": [{"since": TODAY}, {"since": LAST}],
    "web.games_now": [
        {"yesterday": NEWEST_POLL - timedelta(days=1), "last_week": NEWEST_POLL - timedelta(days=7), **ALL},
        {"yesterday": NOW, "last_week": NOW, "limit": 2, "offset": 9},
    ],
    "web.games_by_hour": [{"game_ids": ["go", "five"], "from_at": NEWEST_POLL - HOUR, "to_at": NEWEST_POLL + HOUR}],
    "web.count_games_now": [{}],
    "web.viewers_by_hour": [{"from_at": NEWEST_POLL - 2 * HOUR, "to_at": NEWEST_POLL}],
    "web.viewers_at": [{"hours": [NEWEST_POLL, NEWEST_POLL - timedelta(days=7), NOW]}],
    "web.languages_now": [{}],
    "web.live_among": [{"day": TODAY, "game_ids": ["go", "solo"], "streamer_ids": ["frank", "grace", "olga"]}],
    "web.shown_pictures": [{**SHOWN, "without_logins": []}, {**SHOWN, "without_logins": ["ken"]}],
    "web.picture": [
        {"kind": "streamer", "id": "bob", **SHOWN, "without_logins": []},
        {"kind": "streamer", "id": "ada", **SHOWN, "without_logins": []},
        {"kind": "streamer", "id": "ken", **SHOWN, "without_logins": ["ken"]},
        {"kind": "game", "id": "chess", **SHOWN, "without_logins": ["chess"]},
        {"kind": "game", "id": "go", **SHOWN, "without_logins": []},
    ],
    "web.best_days": [
        {"kind": "game", "measure": "watch_hours", **ALL},
        {"kind": "streamer", "measure": "peak_viewers", "limit": 4, "offset": 1},
    ],
    "web.records_set": [
        {"kind": None, "measure": None, "first": date(2026, 11, 3), "last": LAST, **ALL},
        {"kind": "game", "measure": "watch_hours", "first": LAST, "last": LAST, **ALL},
        {
            "kind": "streamer",
            "measure": None,
            "first": date(2026, 10, 6),
            "last": date(2026, 10, 8),
            "limit": 2,
            "offset": 1,
        },
    ],
    "web.new_games": [
        {"first": date(2026, 10, 9), "last": LAST, **ALL},
        {"first": date(2026, 10, 31), "last": LAST, **ALL},
        {"first": date(2026, 11, 1), "last": LAST, **ALL},
    ],
    "web.new_streamers": [
        {"first": date(2026, 10, 9), "last": LAST, **ALL},
        {"first": date(2026, 10, 31), "last": LAST, "limit": 2, "offset": 1},
        {"first": LAST, "last": LAST, **ALL},
    ],
    "web.records_of_all": [{}],
    "web.leaders_of_day": [{"day": LAST}, {"day": TODAY}],
    "web.record_of": [
        {"kind": kind, "id": id_, "days": MONTH_AND_DAYS["days"]}
        for kind, id_ in (("streamer", "ada"), ("streamer", "grace"), ("game", "chess"), ("game", "go"))
    ],
    "web.measured_days": [GAPS, {"first": TODAY, "last": TODAY}],
    "web.games_by_hours_of_week": [
        {
            "game_ids": ["chess", "go"],
            "timezone": timezone,
            "days": [LAST - timedelta(days=number) for number in range(8)],
            "last": LAST,
            "from_at": NEWEST_POLL - timedelta(days=8),
            "to_at": NEWEST_POLL,
            "places": places,
        }
        for timezone, places in (("UTC", [0, 18, 143]), ("Asia/Kolkata", [0, 24]))
    ],
    "web.streamer": [{"streamer_id": "grace"}, {"streamer_id": "chess"}],
    "web.streamer_by_day": [
        {"streamer_ids": ["grace", "pete"], "first": date(2026, 10, 30), "last": date(2026, 11, 3)},
        {"streamer_ids": ["ada"], **GAPS},
    ],
    "web.records_of_streamer": [{"streamer_id": streamer} for streamer in ("ada", "lena", "mona", "carol")],
    "web.names_of": [{"kind": "game", "ids": ["go", "ada"]}, {"kind": "streamer", "ids": ["go", "ada"]}],
    "web.streamer_totals": [
        {**RANKED, **MONTH_AND_DAYS},
        {**RANKED, **WEEK, "sort": "average_viewers"},
        {**RANKED, **WEEK, "sort": "average_viewers", "direction": -1, "least_hours": 20.0, "limit": 3},
        {**RANKED, **WEEK, "sort": "peak_viewers", "limit": 3, "offset": 2},
        {**RANKED, **WEEK, "sort": "airtime_hours", "limit": 3},
        {**RANKED, **MONTH_AND_DAYS, "language": "de"},
        {**RANKED, **MONTH_AND_DAYS, "game_id": "go"},
        {**RANKED, **WEEK, "game_id": "chess", "language": "de"},
        {**RANKED, **WEEK, "limit": 2, "offset": 1000},
    ],
    "web.rank_of_streamer": [
        {"days": days, "last": last, "watch_hours": hours}
        for days, last, hours in (
            (1, LAST, 9600.0),
            (1, LAST, 9599.9),
            (1, TODAY, 48_000.0),
            (1, LAST + timedelta(days=2), 48_000.0),
            (8, LAST, 9600.0),
            (1, LAST - timedelta(days=1), 48_000.0),
            (7, LAST, 0.5),
        )
    ],
    "web.hours_of_streamers": [
        {"streamer_ids": ["ada", "grace", "nobody"], "game_id": game_id, **parts}
        for game_id in (None, "chess")
        for parts in (MONTH_AND_DAYS, WEEK)
    ],
    "web.streams_of_streamer": [
        {"streamer_id": "bob", **WEEK, **ALL, **NEWEST_FIRST},
        {"streamer_id": "grace", **WEEK, **ALL, **NEWEST_FIRST},
        {"streamer_id": "bob", "days": [date(2026, 11, 5)], "limit": 1, "offset": 0, **NEWEST_FIRST},
        {"streamer_id": "frank", **WEEK, "limit": 2, "offset": 5, **NEWEST_FIRST},
        *(
            {"streamer_id": "bob", **WEEK, "limit": 3, "offset": 0, "sort": sort, "direction": direction}
            for sort in ("length_hours", "watch_hours", "average_viewers", "peak_viewers")
            for direction in (1, -1)
        ),
    ],
    "web.times_of_streams": [{"streamer_id": "bob", **WEEK}],
    "web.days_with_streams": [
        {"days": [date(2026, 10, day) for day in range(19, 32)]},
        {"days": [date(2026, 9, 30), OCTOBER, TODAY]},
    ],
    "web.ranked_days_of_streamer": [{"streamer_id": "dave", "limit": 2}, {"streamer_id": "lena", "limit": 9}],
    "web.last_seen_at": [{"day": LAST, "streamer_id": "ada"}, {"day": TODAY, "streamer_id": "ada"}],
    "read.measured": [GAPS, NEWEST_DAYS, {"first": TODAY, "last": TODAY}],
    "read.summed_up_months": [
        {"first": OCTOBER, "last": OCTOBER},
        {"first": date(2026, 10, 2), "last": LAST},
        {"first": date(2026, 9, 1), "last": LAST},
    ],
    "read.categories_of_game": [{"game_id": "gow1"}, {"game_id": "go"}, {"game_id": "nothing"}],
    "read.streamers_of_game": [
        {"game_ids": ["chess"], **MONTH_AND_DAYS, **ALL},
        {"game_ids": ["gow1", "gow2"], **WEEK, **ALL},
        {"game_ids": ["chess"], "months": [], "days": [LAST], "limit": 1, "offset": 2},
    ],
    "read.games_of_streamer": [
        {"streamer_id": "grace", "first": OCTOBER, "last": LAST, **ALL},
        {"streamer_id": "ken", **NEWEST_DAYS, "limit": None, "offset": 1},
        {"streamer_id": "frank", **NEWEST_DAYS, **ALL},
        {"streamer_id": "nick", "first": OCTOBER, "last": LAST, **ALL},
    ],
    "read.last_poll": [{}],
    "read.last_good_poll": [{}],
    "read.newest_poll": [{"whole_since": since} for since in (NEWEST_POLL, NOW, NEWEST_POLL - 2 * HOUR)],
    "read.game_now": [{"game_ids": ["gow1", "gow2"]}, {"game_ids": ["chess", "go"]}, {"game_ids": ["solo"]}],
    "read.streamers_now": [
        {"day": TODAY, "game_ids": None, "limit": 5, "offset": 0},
        {"day": TODAY, "game_ids": ["chess"], "limit": 2, "offset": 1},
        {"day": TODAY, "game_ids": [""], **ALL},
        {"day": LAST, "game_ids": None, **ALL},
    ],
    "read.streamer_now": [{"day": TODAY, "streamer_id": streamer} for streamer in ("ada", "frank", "nick", "olga")],
    **recorded_chat.PARAMETERS,
}

# While the newest polls are partial and failed: `poll_id` is that of the partial one.
TWO_HOURS_AGO = datetime(2026, 11, 8, 16, tzinfo=UTC)
UNSETTLED: Final[Mapping[str, Parameters]] = {
    "read.last_poll": [{}],
    "read.last_good_poll": [{}],
    "read.newest_poll": [{"whole_since": TWO_HOURS_AGO}, {"whole_since": TWO_HOURS_AGO + timedelta(microseconds=1)}],
    "read.streamer_now": [{"day": TODAY, "streamer_id": streamer} for streamer in ("ada", "bob")],
    "web.good_polls": [{"since": TWO_HOURS_AGO}],
    "web.state": [{"since": TODAY}],
}
