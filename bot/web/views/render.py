"""Templates -> pages. The only file that touches jinja2; it escapes every value by itself."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.web.http import static_files
from bot.web.read.ranges import USUAL
from bot.web.read.rows import MOST_ROWS, Part
from bot.web.site import Site
from bot.web.views.columns import Column
from helperfunctions.drawing import javascript_version
from helperfunctions.text import short_number, shown_name

_FOLDER: Final = Path(__file__).parent
_NOTHING: Final = "–"
_OFTEN_SHOWN: Final = 4_096
_HEADING: Final = Markup('<th scope="row" dir="auto">'), Markup("</th>")
_NUMBER: Final = Markup('<td class="num">'), Markup("</td>")
_TEXT: Final = Markup("<td>"), Markup("</td>")


class Renderer:
    """Makes pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "number": number,
            "short": short,
            "ratio": percent,
            "change": changed,
            "day": day,
            "time": partial(moment, site.calendar.timezone),
            "name": _shown_name,
        }
        self._environment.globals |= {
            "url": self.url,
            "static": self.static,
            "cells": self.cells,
            "most_rows": MOST_ROWS,
            "usual_rows": Part().limit,
            "usual_days": USUAL,
            "zone_name": str(site.calendar.timezone).replace("_", " "),
            "day_starts_at": f"{site.calendar.starts_at:%H:%M}",
        }

    def page(self, template: str, **facts: Any) -> str:
        """A page, whole."""
        return self._environment.get_template(template).render(facts)

    def url(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """An address on this site, below where it is mounted; parameters that are None or empty are left out."""
        told = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return f"{self._site.root_path}{quote(path)}" + (f"?{urlencode(told, doseq=True)}" if told else "")

    def static(self, name: str) -> str:
        """The address of a file that is always the same; when the file changes, so does its address."""
        version = javascript_version() if name == static_files.VEGA else _hash_of(name)
        return self.url(f"/static/{name}", {"v": version})

    def cells(self, columns: Sequence[Column], row: Any) -> Markup:
        """A row of a table, as people read it; what it is about is its heading."""
        parts: list[Markup] = []
        for column in columns:
            begin, end = _HEADING if column.form == "name" else _NUMBER if column.is_number else _TEXT
            parts += begin, self._cell(column, row), end
        return Markup("".join(parts))  # noqa: S704 - of what is escaped already

    def _cell(self, column: Column, row: Any) -> Markup:
        value = getattr(row, column.field)
        text = _FORMATS[column.form](value) if column.form != "time" else moment(self._site.calendar.timezone, value)
        link = column.link and getattr(row, column.link)
        if not link:
            return escape(text)
        return _linked(f"{self._site.root_path}/{column.link_to}/", link, text)


# Most tables show the same few hundred names, and putting marks around them is most of the work of a page.
@lru_cache(maxsize=_OFTEN_SHOWN)
def _linked(folder: str, slug: str, text: str) -> Markup:
    return Markup('<a href="{}{}">{}</a>').format(folder, quote(slug), text)


def number(value: float | None, digits: int = 0) -> str:
    """With commas: 12,345."""
    return _NOTHING if value is None else f"{value:,.{digits}f}"


def small(value: float | None) -> str:
    """A number that may be small: 3.4, 120."""
    return _NOTHING if value is None else f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def short(value: float | None) -> str:
    """As posts write it: 5.3M."""
    return _NOTHING if value is None else short_number(value)


def percent(value: float | None) -> str:
    """A share: 12.3 %."""
    return _NOTHING if value is None else f"{value:.1%}" if value < 0.1 else f"{value:.0%}"


def changed(value: float | None) -> Markup:
    """A change, with a sign that is not only a colour."""
    if value is None:
        return escape(_NOTHING)
    if abs(value) < 0.005:
        return Markup('<span class="soft">±0%</span>')
    return _marked(value > 0, f"{abs(value):.0%}" if abs(value) < 10 else f"×{value + 1:,.0f}")


@lru_cache(maxsize=_OFTEN_SHOWN)
def _marked(is_up: bool, shown: str) -> Markup:
    arrow, way = ("▲", "up") if is_up else ("▼", "down")
    return Markup('<span class="{}"><span aria-hidden="true">{}</span><span class="unseen">{} </span>{}</span>').format(
        way, arrow, way, shown
    )


def day(value: date | None) -> str:
    """One of the bot's days."""
    return _NOTHING if value is None else f"{value:%a, %b} {value.day}, {value.year}"


def moment(zone: ZoneInfo, value: datetime | None) -> Markup:
    """An instant: on the wall clock of the bot's days, until a script sets it to the visitor's."""
    if value is None:
        return escape(_NOTHING)
    local = value.astimezone(zone)
    return Markup('<time datetime="{}">{}</time>').format(
        value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), f"{local:%a, %b} {local.day}, {local:%H:%M %Z}"
    )


# The same few hundred, over and over.
_shown_name: Final = lru_cache(maxsize=_OFTEN_SHOWN)(shown_name)

_FORMATS: Final[dict[str, Any]] = {
    "name": _shown_name,
    "text": lambda value: _NOTHING if value is None else str(value),
    "number": number,
    "small": small,
    "short": short,
    "ratio": percent,
    "change": changed,
    "day": day,
}


@lru_cache
def _hash_of(name: str) -> str:
    return hashlib.sha256((static_files.FOLDER / name).read_bytes()).hexdigest()[:12]
