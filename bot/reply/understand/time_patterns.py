"""Regular expressions for times in a text, made from the tables of `time_words`. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from bot.reply.understand import time_words as table


def folded(text: str) -> str:
    """A text in lower case, without accents on Latin, Greek and Cyrillic letters. Its length does not change."""
    return "".join(map(_folded, text))


# Letters that Unicode does not take apart.
_LETTERS_OF_THEIR_OWN: Final = {"ı": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d"}


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char in _LETTERS_OF_THEIR_OWN:
        return _LETTERS_OF_THEIR_OWN[char]
    base = unicodedata.normalize("NFD", char)
    if len(base) > 1 and unicodedata.combining(base[1]) and ord(base[0]) < 0x0590:
        char = base[0]
    lower = char.lower()
    return lower if len(lower) == 1 else char


def _entries(text: str) -> list[str]:
    return [" ".join(folded(entry).split()) for entry in text.split("|") if entry.strip()]


# Scripts that need no space before or after a word.
_UNSPACED_SCRIPT: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def _any(*texts: str) -> str:
    """A pattern of any entry, the longer ones first. It does not match within a word."""
    entries = sorted({entry for text in texts for entry in _entries(text)}, key=lambda entry: (-len(entry), entry))
    free = [entry for entry in entries if _UNSPACED_SCRIPT.search(entry) or not any(map(str.isalnum, entry))]
    words = [entry for entry in entries if entry not in set(free)]
    patterns = [_either(free)] if free else []
    if words:
        patterns.insert(0, rf"(?<!\w){_either(words)}(?!\w)")
    return f"(?:{'|'.join(patterns)})"


def _either(entries: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, entries))})".replace(r"\ ", r"\s+")


def _numbered(texts: Mapping[int, str] | Sequence[str], first: int = 0) -> dict[str, int]:
    pairs = texts.items() if isinstance(texts, Mapping) else enumerate(texts, first)
    return {entry: number for number, text in pairs for entry in _entries(text)}


UNIT_DAYS: Final = _numbered(table.UNITS)
NUMBER_WORDS: Final = _numbered(table.NUMBERS) | {
    f"{tens}{sign}{ones}": 10 * ten + one
    for ten, tens in enumerate(table.TENS.split("|"), 2)
    for one, ones in enumerate(table.ONES.split("|"), 1)
    for sign in " -"
}
MONTH_NUMBERS: Final = {**_numbered(table.MONTHS_WITH_MORE, 1), **_numbered(table.MONTHS, 1)}

_UNIT_ENTRIES: Final = sorted(UNIT_DAYS, key=lambda entry: (-len(entry), entry))
_SPACED_UNITS: Final = [entry for entry in _UNIT_ENTRIES if not _UNSPACED_SCRIPT.search(entry)]
_UNSPACED_UNITS: Final = [entry for entry in _UNIT_ENTRIES if _UNSPACED_SCRIPT.search(entry)]
# "gta 5 y minecraft": a single letter is a unit only right after its number.
_COUNT_UNIT: Final = (
    rf"(?:{_either([entry for entry in _SPACED_UNITS if len(entry) > 1])}(?!\w)"
    rf"|(?<=\d){_either([entry for entry in _SPACED_UNITS if len(entry) == 1])}(?!\w)|{_either(_UNSPACED_UNITS)})"
)
_LAST: Final = _any(table.LAST)
_NUMBER: Final = _any("|".join(NUMBER_WORDS))
_COUNT_BODY: Final = (
    r"(?P<minus>(?<!\w)[-−]\s?)?"
    rf"(?P<count>(?<![\w.,/:])\d{{1,9}}(?!\d)|(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])\d{{1,9}}(?!\d)"
    rf"|{_NUMBER}(?=\s|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]))"
    rf"\s*-?\s*(?:{_any(table.LAST_BEHIND)}\s+)?(?P<unit>{_COUNT_UNIT})"
)
COUNT: Final = re.compile(
    rf"(?:{_any('in|for|over|during|within|the|en|por|in den|im|na|nos|nas|w|за|i')}\s+)*(?:{_LAST}\s*)?{_COUNT_BODY}"
)
AGO: Final = (
    re.compile(rf"{_any(table.AGO_BEFORE)}\s+{_COUNT_BODY}"),
    re.compile(rf"{_COUNT_BODY}\s*{_any(table.AGO_BEHIND)}"),
)
FUTURE: Final = (
    re.compile(rf"{_any(table.FUTURE_BEFORE)}\s+{_COUNT_BODY}"),
    re.compile(rf"{_COUNT_BODY}\s*{_any(table.FUTURE_BEHIND)}"),
    re.compile(rf"{_any(table.FUTURE_BEFORE_ONE)}\s+{_COUNT_UNIT}"),
    re.compile(rf"(?<!\w)over\s+(?:\d{{1,4}}|{_NUMBER})\s+{_any(table.DUTCH_UNITS)}"),
)
TODAY: Final = re.compile(_any(table.TODAY))
YESTERDAY: Final = re.compile(_any(table.YESTERDAY))
DAY_BEFORE_YESTERDAY: Final = re.compile(_any(table.DAY_BEFORE_YESTERDAY))
LIVE: Final = re.compile(_any(table.LIVE))
SPANS: Final = {
    count: re.compile(rf"(?:{_any(table.AROUND_SPAN)}\s+)*{_any(text)}(?:\s+{_any(table.AFTER_SPAN)})?")
    for count, text in table.SPANS.items()
}
_UNITS_OF_THIS: Final = {
    count: _any(table.SPANS[count], units, table.TO_DATE[count]) for count, units in table.UNITS_OF_THIS.items()
}
TO_DATE: Final = {
    count: re.compile(
        rf"(?:{_any(table.AROUND_SPAN)}\s+)*"
        rf"(?:{_any('since|from|desde|seit|depuis|dall|с')}['’]?\s*)?"
        rf"(?:{_any(table.THIS, table.START_OF)}\s*{units}(?:\s+{_any(table.THIS_BEHIND)})?"
        rf"|{units}\s+{_any(table.THIS_BEHIND)}|{_any(table.TO_DATE[count])}(?:\s+{_any(table.THIS_BEHIND)})?)"
    )
    for count, units in _UNITS_OF_THIS.items()
}
_ALL_UNITS: Final = _any(*table.SPANS.values(), *table.WEEKDAYS, *table.MONTHS, table.WEEKENDS, *table.UNITS.values())
_HOUR: Final = _any(table.HOURS)
_BARE_HOUR: Final = _either(sorted(_entries(table.HOURS), key=len, reverse=True))
# A unit without a count: "portal2 weeks ago".
UNCOUNTED_AGO: Final = re.compile(
    rf"(?<!\w){_either([entry for entry in _SPACED_UNITS if len(entry) > 2])}\s+{_any(table.AGO_BEHIND)}"
)
_NO_GREETING: Final = "".join(rf"(?<!{word}\s)" for word in table.GREETINGS.split("|"))
UNKNOWN: Final = re.compile(
    rf"{_any(table.UNKNOWN)}|(?<!\w)ever(?=\W*$)"
    rf"|(?:{_any('on|at|over|during|last|this|since|until|am|an|en|a|la')}\s+)*{_NO_GREETING}{_any(table.HOLIDAYS)}"
    rf"(?:\s+{_any('day|eve')})?(?:,?\s+20\d\d)?"
    rf"|(?:{_any('in|during|over')}\s+(?:the\s+)?{_any(table.SEASONS)}|{_any(table.SEASONS)}\s+(?:of\s+)?['’]?(?:20)?\d\d)(?!\w)"
    rf"|{_any('this|same')}\s+{_any('time|day|date|week|month')}\s+last\s+{_any('year|month|week')}"
    rf"|{_any(table.ORDINALS)}\s+{_any('half|quarter')}(?:\s+of)?(?:\s+(?:the\s+year|20\d\d))?"
    r"|(?<!\w)q[1-4](?!\w)(?!\s*(?:of\s+)?[/-]?20\d\d)"
)
# "what a day", "such a week"
EXCLAIMED: Final = re.compile(r"(?<!\w)(?:what|such)\s+an?\s+(?:\w+\s+)?\w+$")
# "1.5 days", "10k days": no whole number of days that we have. "in '24", "nov '25": which century is not said.
FRACTION: Final = re.compile(
    rf"(?:{_LAST}\s*)?(?<![\w.,/:])(?:\d+[.,]\d+|\d+(?:[.,]\d+)?k)\s*-?\s*{_COUNT_UNIT}"
    rf"|{_any(table.HALF)}\s+(?:an?\s+)?{_any(*table.UNITS.values())}"
)
SHORT_YEAR: Final = re.compile(
    rf"{_any('in|of|since|from', *table.MONTHS, *table.MONTHS_WITH_MORE)}\.?\s+['’]\d\d(?!\w)"
)
# "week 46", "KW 46", "the 46th week", "Q3 2026"; not "last week 7 days to die".
CALENDAR_NUMBER: Final = re.compile(
    rf"(?:{_any('in|for|of|the|during|en|im|em')}\s+)*(?:{_any(table.NUMBERED_UNITS)}\.?\s*[#№]?\s*\d{{1,2}}(?![\w/:])"
    rf"(?!\s*-?\s*(?:{_COUNT_UNIT}|{_BARE_HOUR}))|(?<!\w)\d{{1,2}}(?:st|nd|rd|th|\.)\s+{_any(table.NUMBERED_UNITS)}"
    r"|(?<!\w)(?:20\d\d-?)?w\d\d(?!\w)|(?<!\w)[qh][1-4]\s*(?:of\s+)?[/-]?20\d\d(?!\w)|(?<!\w)in\s+[qh][1-4](?!\w)"
    r"|第\d{1,2}[週周])"
)
PART_OF_MONTH: Final = re.compile(
    rf"{_any(table.PART_OF_MONTH)}[\s-]+(?:{_any('of|of the month of|de|del|di')}\s+|d['’])?{_any(*table.MONTHS)}"
)
QUALIFIED: Final = re.compile(rf"{_any(table.LAST, table.AROUND_SPAN, table.THIS)}\s+$")
NEXT: Final = re.compile(
    rf"{_any(table.NEXT)}(?:\s*(?:\d{{1,4}}\s*)?{_ALL_UNITS})|{_ALL_UNITS}\s+{_any(table.NEXT_BEHIND)}"
    r"|来週|来月|来年|下周|下个月|明年|다음 ?주|다음 ?달|내년"
)
HOURS: Final = re.compile(
    rf"(?:{_any('in|for|over|during|the|en|in den')}\s+)*{_LAST}\s*(?:{_NUMBER}\s*)?{_HOUR}"
    rf"|(?:{_LAST}\s*)?(?<![\w.,/:])\d{{1,6}}\s*-?\s*{_BARE_HOUR}"
    rf"(?![a-zа-я])(?:\s*{_any(table.AGO_BEHIND)})?"
    rf"|{_any('an|a|one|half an|couple of|few')}\s+{_HOUR}\s+{_any(table.AGO_BEHIND)}"
    r"|(?<![\w:./])\d{1,2}(?::\d\d)?\s*(?:am|pm|uhr)(?!\w)|(?<![\w:./])\d{1,2}:\d\d(?![\w:])"
)
_MONTH_NAME: Final = rf"(?P<month>{_any(*table.MONTHS, *table.MONTHS_WITH_MORE)})\.?"
_OF: Final = r"(?:(?:of|de|di|d'|del)\s*)?"
_WITH_YEAR: Final = r"(?:(?:,?\s+|-)(?:de\s+|del\s+)?(?P<year>\d{4})(?!\d))?"
_ON: Final = r"(?:(?<!\w)(?:on|the|am|el|le|il|em|na|from|on the|dia|no dia|el dia)\s+)*"
_ON_SURELY: Final = r"(?<!\w)(?:on|the|am|el|le|il|em|from)\s+"
_DASH: Final = r"\s*(?:-|–|—|to|till|until|through|thru|bis|al|au|a|and|y|до|по|~|から)\s*"
DAY_RANGES: Final = (
    re.compile(
        rf"{_ON}{_MONTH_NAME}\s+(?P<first>\d{{1,2}})(?:st|nd|rd|th)?{_DASH}(?P<last>\d{{1,2}})(?:st|nd|rd|th)?(?![\w/]){_WITH_YEAR}"
    ),
    re.compile(
        rf"{_ON}(?<![\w./-])(?P<first>\d{{1,2}})(?:st|nd|rd|th|\.)?{_DASH}(?P<last>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_OF}{_MONTH_NAME}"
        rf"(?!\w){_WITH_YEAR}"
    ),
)
DATES: Final = (
    re.compile(rf"{_ON}(?<![\d./-])(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"{_ON}(?<![\d./-])(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}|\d\d(?!\d))?(?!\d)"),
    re.compile(rf"{_ON}(?<![\d./-])(?P<day>\d{{1,2}})[.-](?P<month>\d{{1,2}})[.-](?P<year>\d{{4}})(?!\d)"),
    re.compile(r"(?:(?P<year>\d{4})[年년]\s*)?(?P<month>\d{1,2})[月월]\s*(?P<day>\d{1,2})[日일号]?"),
    re.compile(rf"{_ON}{_MONTH_NAME}[\s-]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\w){_WITH_YEAR}"),
    re.compile(
        rf"{_ON}(?<![\w./-])(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?[\s-]*{_OF}(?!{_any(table.MONTHS_AND_WORDS)})"
        rf"{_MONTH_NAME}(?!\w){_WITH_YEAR}"
    ),
    re.compile(
        rf"(?:{_ON_SURELY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?|(?<![\w./-])(?P<ordinal>\d{{1,2}})(?:st|nd|rd|th|\.|º|er))"
        rf"\s*{_OF}(?P<month>{_any(table.MONTHS_AND_WORDS)})(?!\w){_WITH_YEAR}"
    ),
)
# "24/7" is no date.
# "on the 20th": of this month, or of the one before.
DAY_OF_MONTH: Final = re.compile(r"(?<!\w)on\s+the\s+(?P<day>\d{1,2})(?:st|nd|rd|th)(?=\W*$)")
SLASHED: Final = re.compile(
    rf"{_ON}(?<![\w./-])(?!24/7)(?P<one>\d{{1,2}})/(?P<other>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d\d))?(?![\w/])"
)
_YEAR_BEHIND: Final = r"(?:,?\s*(?:of\s+|de\s+|del\s+)?(?P<year>20\d\d|\d{4})(?!\w))?"
_IN_MONTH: Final = rf"(?P<in>{_any(table.IN_MONTH)}\s+)?"
MONTH_ALONE: Final = re.compile(rf"{_IN_MONTH}(?P<month>{_any(*table.MONTHS)}){_YEAR_BEHIND}")
NUMBERED_MONTH: Final = re.compile(r"(?:(?P<year>20\d\d)[年년]\s*)?(?<!\d)(?P<month>\d{1,2})[月월](?!\d|間)")
MONTH_WITH_MORE: Final = re.compile(rf"{_IN_MONTH}(?P<month>{_any(*table.MONTHS_WITH_MORE)})\.?{_YEAR_BEHIND}")
YEAR: Final = re.compile(
    r"(?P<in>(?P<surely>(?<!\w)"
    r"(?:in|during|year|the year|in the year|en|im|im jahr|em|nel|в)\s+)|(?<!\w)(?:of|for)\s+)?"
    r"(?<![\w.,/-])(?P<year>[12]\d{3})(?![\w/-])(?P<behind>\s*(?:年|년|году|года|год))?"
    rf"(?!\s*{_any(table.HOURS, *table.UNITS.values(), table.COUNTED)})"
)
WEEKDAYS: Final = tuple(
    re.compile(
        rf"(?:{_any('on|last|this|past|el|am|letzten|le|na|w|в|во|no|il|lo|ultimo|previous|der|den')}\s+)*{_any(names)}"
    )
    for names in table.WEEKDAYS
)
# Alone these are words: "sat", "sun", "wed".
SHORT_WEEKDAYS: Final = tuple(
    re.compile(rf"(?P<on>(?:{_any('on|last|this|past')}\s+)+)?{_any(names)}") for names in table.SHORT_WEEKDAYS
)
WEEKEND: Final = re.compile(
    rf"(?:{_any(table.AROUND_SPAN, 'on|over|am')}\s+)*{_any(table.WEEKENDS)}(?:\s+{_any(table.AFTER_SPAN)})?"
)
SINCE: Final = re.compile(rf"(?:{_any(table.SINCE)}\s+)(?:the\s+|last\s+)?$")
BETWEEN: Final = re.compile(
    rf"(?:{_any(table.SINCE, 'between|zwischen|entre|von|vom|tra|fra|tussen|du|z|bis')}\s+)(?:the\s+)?$"
)
BEFORE: Final = re.compile(rf"{_any(table.BEFORE)}\s+(?:the\s+|el\s+|dem\s+|le\s+)?$")
WEEK_OF: Final = re.compile(rf"(?:{_any(table.WEEK_OF)}\s+)(?:the\s+)?$")
# Of two times that are compared, neither is the one that is meant.
COMPARED: Final = re.compile(rf"\s*[,(]?\s*{_any(table.COMPARED)}\.?\s*")
UNTIL: Final = re.compile(rf"\s*{_any(table.UNTIL)}\s*")
SINCE_SOMETHING: Final = re.compile(
    r"(?<!\w)since\s+(?:the\s+)?(?:launch|release|start|beginning|forever|then|birth|day\s+one|always|covid)(?!\w)"
)
