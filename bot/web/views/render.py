"""Pages from templates. The only file that imports jinja2, which escapes every value."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from bot.web.http import static_files
from bot.web.read import languages
from bot.web.read.addresses import Kind
from bot.web.read.column_types import MIN_CHANNELS_OF_CHANGE, Column
from bot.web.read.ranges import USUAL, Span
from bot.web.read.table import MAX_ROWS, RowRange
from bot.web.site import Site
from bot.web.views.hours import WEEKDAYS, clock_span, own_hours_in_words
from bot.web.views.tables import TABLES, table_columns
from helperfunctions.text import duration, short_number, shown_name

_FOLDER: Final = Path(__file__).parent
_NOTHING: Final = "–"
_HOURS: Final = re.compile(r"(\b\d\d–\d\d\b)")
# Entries of each cache of formatted values: most tables show the same few hundred names.
_CACHED: Final = 4_096
_HEADING: Final = Markup('<th scope="row">'), Markup("</th>")
# After the start of a stream: whether it is the best one.
_BEST: Final = Markup(""), Markup(' <b class="chip best" title="the most hours watched">best</b>')
_NO_CHANGE: Final = 0.005
# From here on, a change is a factor: ×3 instead of +200%.
_FACTOR_FROM: Final = 2.0
_HUES: Final = 6
# A time of the day alone is understood as one within this time.
_TODAY: Final = timedelta(hours=18)


class _Compiled(BytecodeCache):
    """The compiled templates, in memory: all sites of a process share them. Compiling them takes half a second."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled before."""
        code = self._code.get((bucket.key, bucket.checksum))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


class Pages:
    """Renders the pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            # Of every template, whatever it is the template of.
            autoescape=True,
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "number": number,
            "small": small,
            "short": short,
            "ratio": percent,
            "change": changed,
            "day": day,
            "range": days_of,
            "duration": duration,
            "hours": spans_of_hours,
            "clock_span": clock_span,
            "own_hours": own_hours_in_words,
            "short_day": lambda number: WEEKDAYS[number - 1][:3],
            "change_if": changed_surely,
            "time": partial(moment, site.calendar.timezone),
            "clock": partial(clock, site.calendar.timezone),
            "ago": self.ago,
            "when": self.when,
            "name": _shown_name,
            "hue": hue,
            "initial": initial,
            "language": languages.language_name,
            "utc": _utc,
            "code": with_code,
        }
        self._environment.globals |= {
            "tables": TABLES,
            "table_columns": table_columns,
            "url": self.url,
            "static": self.static,
            "cells_of": self.cells_of,
            "linked": self.linked,
            "picture": self.picture,
            "linked_day": self.linked_day,
            "whole_url": self.whole_url,
            "public_url": site.public_url,
            "about_url": site.about_url,
            "shows_genres": site.has_genres,
            "shows_chat": site.chat is not None,
            "shows_pictures": site.pictures is not None,
            "account": site.account,
            "site_title": site.title,
            "most_rows": MAX_ROWS,
            "usual_rows": RowRange().limit,
            "usual_days": USUAL,
            "zone_name": zone_name(site.calendar.timezone),
            "needs_attention": lambda: site.known_health.needs_attention,
            "day_starts_at": f"{site.calendar.starts_at:%H:%M}",
        }

    def show(self, template: str, **values: Any) -> HTMLResponse:
        """A page as a response."""
        return HTMLResponse(self.render(template, **values))

    def render(self, template: str, **values: Any) -> str:
        """A page as HTML."""
        return self._environment.get_template(template).render(values)

    def url(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """An address on this site, below its root path. Parameters that are None or empty are left out."""
        given = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return f"{self._site.root_path}{quote(path)}" + (f"?{urlencode(given, doseq=True)}" if given else "")

    def whole_url(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """An address with scheme and host, if WEB_PUBLIC_URL is known; otherwise like `url`."""
        whole = self.url(path, query)
        return self._site.public_url + whole.removeprefix(self._site.root_path) if self._site.public_url else whole

    def static(self, name: str) -> str:
        """The address of a static file. It changes with the file, so browsers may cache it forever."""
        return self.url(f"/static/{name}", {"v": _hash_of(name, self._site.accent)})

    def picture(self, kind: Kind, id_: str) -> str | None:
        """The address of the picture of a game or streamer; None if there is none."""
        digest = self._site.pictures.digest(kind, id_) if self._site.pictures is not None else None
        return self.picture_url(kind, id_, digest) if digest is not None else None

    def picture_url(self, kind: Kind, id_: str, digest: str) -> str:
        """The address of a picture with this digest."""
        return self.url(f"/pictures/{kind}s/{id_}", {"v": digest})

    def linked(self, folder: str, slug: str | None, name: str) -> Markup:
        """A name, as a link to its page if it has one."""
        shown = _shown_name(name)
        if not slug:
            return Markup("<bdi>{}</bdi>").format(shown)
        name_link = _linked(f"{self._site.root_path}/{folder}/", slug, shown)
        # Who cannot read a name knows the login, which is in the address.
        return name_link + _login(slug) if folder == "streamers" and not shown.isascii() else name_link

    def linked_day(self, value: date, with_year: bool = True) -> Markup:
        """A day, as a link to its page; without the year where it is known to be a recent one."""
        shown = day(value) if with_year else f"{value:%b} {value.day}"
        return Markup('<a href="{}">{}</a>').format(self.url(f"/days/{value}"), shown)

    def ago(self, value: datetime) -> Markup:
        """An instant and how long ago it was, which a script keeps up to date."""
        passed = duration(max(self._site.clock.now() - value, timedelta(0)))
        return Markup('{} (<span data-since="{}">{}</span> ago)').format(
            clock(self._site.calendar.timezone, value), _utc(value), passed
        )

    def when(self, value: datetime) -> Markup:
        """An instant of the last hours by its time of the day, an earlier one with its date."""
        zone = self._site.calendar.timezone
        return clock(zone, value) if self._site.clock.now() - value < _TODAY else moment(zone, value)

    def cells_of(self, columns: Sequence[Column], nothing: str = "") -> Callable[..., Markup]:
        """A function that makes the cells of a row as HTML; a name is the heading of its row, with a `face` before it.
        `nothing` is shown for an unknown change instead of a dash."""
        # Found once for all rows: most cells are numbers, which need no escaping.
        plan = [
            (column, *(_HEADING if column.is_heading else _cell_tags(column)), _PLAIN.get(column.format))
            for column in columns
        ]

        def made(row: Any, face: str = "") -> Markup:
            parts: list[str] = []
            for column, begin, end, plain in plan:
                value = getattr(row, column.field)
                if plain is not None:
                    text: str = plain(value)
                elif nothing and value is None and column.format == "change":
                    text = escape(nothing)
                else:
                    text = self._cell(column, row)
                parts += begin, face if column.is_heading else "", text, end
            return Markup("".join(parts))  # noqa: S704 - every part is escaped

        return made

    def _cell(self, column: Column, row: Any) -> Markup:
        value = getattr(row, column.field)
        if column.format == "time":
            text: str = moment(self._site.calendar.timezone, value) + _BEST[bool(getattr(row, "is_best", False))]
        elif column.format == "change":
            text = changed(value, getattr(row, "average_streams", None))
        else:
            text = _FORMATS[column.format](value)
        if column.format == "language":
            return Markup('<a href="{}">{}</a>').format(self.url(f"/languages/{value}"), text)
        if column.format == "text":
            # Names of games: the direction of one must not move the others.
            return Markup("<bdi>{}</bdi>").format(text)
        if column.format == "name":
            name = self.linked(column.link_to, column.link and getattr(row, column.link), value)
            return name + _new(getattr(row, "new_for_days", None))
        return escape(text)


@lru_cache(maxsize=_CACHED)
def _login(slug: str) -> Markup:
    return Markup(' <small class="login">{}</small>').format(slug)


def _new(days: int | None) -> Markup:
    """A mark for a game that came within the period, whose averages are those of these days."""
    if days is None:
        return Markup("")
    return Markup(' <small class="new" title="averages are over these days">new, {} {}</small>').format(
        days, "day" if days == 1 else "days"
    )


# Without the cache, the markup of names is most of the work of a page.
@lru_cache(maxsize=_CACHED)
def _linked(folder: str, slug: str, text: str) -> Markup:
    return Markup('<a href="{}{}"><bdi>{}</bdi></a>').format(folder, quote(slug), text)


@lru_cache(maxsize=_CACHED)
def _cell_tags(column: Column) -> tuple[Markup, Markup]:
    classes = " ".join(
        name
        for name, is_so in (("num", column.is_number), ("wide", column.is_wide), ("rank", column.title == "#"))
        if is_so
    )
    return (Markup('<td class="{}">').format(classes) if classes else Markup("<td>")), Markup("</td>")


def number(value: float | None, digits: int = 0) -> str:
    """A number with commas: 12,345."""
    return _NOTHING if value is None else f"{value:,.{digits}f}"


def small(value: float | None) -> str:
    """A number that may be small: 3.4, 120."""
    return _NOTHING if value is None else f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def short(value: float | None) -> str:
    """A number with three digits: 5.31M, 70.8K."""
    return _NOTHING if value is None else short_number(value, 3)


def percent(value: float | None) -> str:
    """A share: 12%, or 1.2% below ten percent."""
    return _NOTHING if value is None else f"{value:.1%}" if value < 0.1 else f"{value:.0%}"


def changed(value: float | None, channels: float | None = None) -> Markup:
    """A change, with an arrow as well as a colour: ↑ 12%, or from 200% on ↑ 3×. Grey for a game with few live channels
    on average, `channels`: its changes are chance."""
    if value is None:
        return escape(_NOTHING)
    if abs(value) < _NO_CHANGE:
        return Markup('<span class="soft">±0%</span>')
    shown = f"{abs(value):.0%}" if value < _FACTOR_FROM else f"{value + 1:,.0f}×"
    return _marked(value > 0, shown, channels is not None and channels < MIN_CHANNELS_OF_CHANGE)


def changed_surely(value: float, is_sure: bool) -> Markup:
    """A change like `changed`, in grey if it may be chance."""
    return changed(value, None if is_sure else 0.0)


@lru_cache(maxsize=_CACHED)
def _marked(is_up: bool, shown: str, is_chance: bool) -> Markup:
    arrow, way = ("↑", "up") if is_up else ("↓", "down")
    return Markup(
        '<span class="{}"><span aria-hidden="true">{} </span><span class="unseen">{} </span>{}</span>'
    ).format("soft" if is_chance else way, arrow, way, shown)


def day(value: date | None) -> str:
    """A date: Nov 21, 2026."""
    return _NOTHING if value is None else f"{value:%b} {value.day}, {value.year}"


def days_of(span: Span) -> str:
    """A range of dates, with each month and year once: Oct 23 to Nov 21, 2026."""
    if span.first == span.last:
        return day(span.first)
    first = f"{span.first:%b} {span.first.day}"
    if span.first.year != span.last.year:
        return f"{first}, {span.first.year} to {day(span.last)}"
    return f"{first} to {day(span.last)}"


def with_code(text: str) -> Markup:
    """A text in which commands are between backquotes, with its addresses as links."""
    parts = re.split(r"`([^`]*)`|(https://[\w./-]*\w)", text)
    made = Markup("")
    for plain, command, address in zip(parts[::3], [*parts[1::3], None], [*parts[2::3], None], strict=True):
        made += escape(plain)
        if command is not None:
            made += Markup("<code>{}</code>").format(command)
        if address is not None:
            made += Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(address)
    return made


def hue(name: str) -> int:
    """The number of a name's colour: of the same name always the same."""
    return sum(name.encode(errors="replace")) % _HUES


def initial(name: str) -> str:
    """The first letter or digit of a name, for its monogram."""
    shown = _shown_name(name)
    return next((char.upper()[:1] for char in shown if unicodedata.category(char)[0] in "LN"), shown[:1])


def zone_name(zone: ZoneInfo) -> str:
    """A time zone in words."""
    return {"America/Los_Angeles": "Pacific", "UTC": "UTC"}.get(zone.key, zone.key.replace("_", " "))


def moment(zone: ZoneInfo, value: datetime | None) -> Markup:
    """An instant, on the wall clock of the bot's time zone; a script changes it to that of the visitor."""
    if value is None:
        return escape(_NOTHING)
    local = value.astimezone(zone)
    return Markup('<time datetime="{}">{}</time>').format(_utc(value), f"{local:%a, %b} {local.day}, {local:%H:%M %Z}")


def clock(zone: ZoneInfo, value: datetime) -> Markup:
    """The time of the day of an instant, shown like `moment`."""
    return Markup('<time class="clock" datetime="{}">{}</time>').format(_utc(value), f"{value.astimezone(zone):%H:%M}")


def spans_of_hours(text: str) -> Markup:
    """A text whose spans of hours, as in `Tue 04–09`, a script changes to the clock of the visitor."""
    parts = _HOURS.split(text)
    marked = [
        Markup('<span class="span-of-hours">{}</span>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    ]
    return Markup("").join(marked)


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_shown_name: Final = lru_cache(maxsize=_CACHED)(shown_name)

_FORMATS: Final[dict[str, Any]] = {
    "name": _shown_name,
    "text": lambda value: _NOTHING if value is None else str(value),
    "number": number,
    "small": small,
    "short": short,
    "ratio": percent,
    "change": changed,
    "day": day,
    "weekday": lambda number: WEEKDAYS[number - 1],
    "hours": lambda hours: duration(timedelta(hours=hours)),
    "language": languages.language_name,
}
# The formats whose texts have no character that HTML escapes.
_PLAIN: Final = {name: _FORMATS[name] for name in ("number", "small", "short", "ratio", "day", "weekday", "hours")}


@lru_cache
def _hash_of(name: str, accent: str) -> str:
    return hashlib.sha256(static_files.content(name, accent)).hexdigest()[:12]
