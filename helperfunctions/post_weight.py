"""The length of a post as X counts it.

The rules and the table are X's published ones (https://docs.x.com/fundamentals/counting-characters, configuration
"version 3"): 280 units; a code point weighs 1 in four ranges and 2 elsewhere; an emoji weighs 2, however many code
points it has; a link weighs 23; the text is in Unicode's form NFC.

The list of top-level domains changes from year to year. So a host without "http://" weighs 23 with any ending, or more
if it is longer: a post may be shorter than necessary, and is not refused as too long. Names of games and streamers
contain no host, because `text.plain` breaks each of them.
"""

import unicodedata
from functools import cache
from typing import Final

import regex

LINK_WEIGHT: Final = 23
HEAVY: Final = 2
"""The weight of an emoji, and of a code point outside the ranges below."""

_LIGHT_RANGES: Final = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_LIGHT: Final = "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _LIGHT_RANGES) + "]"

# The regions that have a flag: ISO 3166-1, and a few that Unicode adds. Other pairs of letters are two characters.
_REGIONS: Final = (
    "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW "
    "BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES "
    "ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE "
    "IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC "
    "MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE "
    "PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS "
    "XK YE YT ZA ZM ZW"
)


def _flag(region: str) -> str:
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in region)


# Joined emoji are one only where Unicode knows them as one (emoji-zwj-sequences.txt); other joints are two emoji and a
# joiner. Written as patterns of their parts, since there are 1,400 of them.
_PERSON = r"[👨👩🧑]\p{EMod}?"
_CHILD = r"[👦👧🧒]"
_PROFESSION = r"(?:[⚕⚖✈]\uFE0F?|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰🦱🦲🦳🩰]|[🦯🦼🦽](?:\u200D➡\uFE0F?)?)"
_EMOJI: Final = "|".join(
    (
        rf"{_PERSON}\u200D❤\uFE0F?\u200D(?:💋\u200D)?{_PERSON}",
        rf"{_PERSON}\u200D[🤝🐰🫯]\u200D{_PERSON}",
        r"🫱\p{EMod}?\u200D🫲\p{EMod}?",
        rf"[👨👩🧑]\u200D(?:[👨👩🧑]\u200D)?{_CHILD}(?:\u200D{_CHILD})?",
        rf"{_PERSON}\u200D{_PROFESSION}",
        r"(?:\p{EBase}\p{EMod}|[\p{EBase}🧞🧟👯]\uFE0F?)\u200D[♀♂]\uFE0F?(?:\u200D➡\uFE0F?)?",
        r"[🚶🏃🧎]\p{EMod}?\u200D➡\uFE0F?",
        r"🏳\uFE0F?\u200D(?:🌈|⚧\uFE0F?)",
        r"🏴\u200D☠\uFE0F?",
        r"👁\uFE0F?\u200D🗨\uFE0F?",
        r"❤\uFE0F?\u200D[🔥🩹]",
        r"⛓\uFE0F?\u200D💥",
        r"🐕\u200D🦺|[🐈🐦]\u200D⬛|🐦\u200D🔥|🐻\u200D❄\uFE0F?|🍋\u200D🟩|🍄\u200D🟫",
        r"😮\u200D💨|😵\u200D💫|😶\u200D🌫\uFE0F?|🙂\u200D[↔↕]\uFE0F?",
        "|".join(map(_flag, _REGIONS.split())),
        # of England, Scotland and Wales
        r"🏴[\U000E0061-\U000E007A]{5}\U000E007F",
        r"[0-9#*]\uFE0F?\u20E3",
        r"\p{EBase}\p{EMod}",
        r"\p{EPres}",
        r"[\p{Emoji}--[0-9#*\p{EPres}]]\uFE0F?",
    )
)

# A link with "http://", or a host with any ending of two letters or more, which X may take for a link. X searches hosts
# without "http://", and queries, among ASCII characters alone, so that other letters may be next to them.
_SIGNS: Final = r"!*'();:=+,.$/%#\[\]~@|&-"
_PATH: Final = rf"[A-Za-z0-9_À-ɏЀ-ӿ{_SIGNS}]*[A-Za-z0-9_À-ɏЀ-ӿ=#/+-]"
_QUERY: Final = rf"[A-Za-z0-9_{_SIGNS}?]*[A-Za-z0-9_=#/&-]"
_ENDING: Final = r"(?:[A-Za-z]{2,}|(?P<foreign>\p{L}{2,}))"
_REST: Final = rf"(?::[0-9]+)?(?:/(?:{_PATH})?)?(?:\?{_QUERY})?"
_LINK: Final = (
    r"(?<![A-Za-z0-9_À-ɏ@＠$#＃.-])(?P<sure>(?i:https?)://"
    rf"(?:(?i:t\.co)/[A-Za-z0-9]+|(?:[\p{{L}}\p{{N}}_-]+\.)+{_ENDING}{_REST}))"
    rf"|(?:[A-Za-z0-9_-]+\.)+{_ENDING}{_REST}"
)


def weighted_length(text: str) -> int:
    """The length of a text in X's units, of which a post may have 280."""
    text = unicodedata.normalize("NFC", text)
    weight = end = 0
    for link in _compiled(_LINK).finditer(text):
        weight += _weight(text[end : link.start()])
        weight += _weight_of_link(link)
        end = link.end()
    return weight + _weight(text[end:])


def links(text: str) -> list[str]:
    """The parts of a text that X makes links, or may make links."""
    return [link[0] for link in _compiled(_LINK).finditer(text)]


def _weight_of_link(link: regex.Match[str]) -> int:
    if link["foreign"]:
        # X ends the link after the top-level domain, which may end anywhere in it.
        return LINK_WEIGHT + _weight(link["foreign"])
    return LINK_WEIGHT if link["sure"] else max(LINK_WEIGHT, _weight(link[0]))


def _weight(text: str) -> int:
    """The weight of a text in which nothing is a link."""
    if text.isascii():
        return len(text)
    others, emoji = _compiled(_EMOJI).subn("", text)
    return HEAVY * (emoji + len(others)) - len(_compiled(_LIGHT).findall(others))


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    # When first needed: it takes a while, and few commands need it.
    return regex.compile(pattern, regex.V1)
