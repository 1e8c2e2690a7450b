"""The length of a post as X counts it.

The expected weights are those of twitter-text-parser 3.0.0 (configuration "version 3"), which this project used before,
except for the last groups of the table: emoji that are newer than that library, and hosts whose ending has to be looked
up in a list.
"""

import unicodedata
from typing import Literal

import pytest

from helperfunctions.post_weight import links, weighted_length

WEIGHTS: dict[str, tuple[str, int]] = {
    "empty": ("", 0),
    "ascii": ("Just Chatting", 13),
    "last light letter": ("ჿ", 1),
    "first heavy letter": ("ᄀ", 2),
    "zero-width space": ("\u200b", 1),
    "joiner": ("\u200d", 1),
    "mark left to right": ("\u200e", 2),
    "hyphen": ("‐", 1),
    "quotes": ("“‘’”", 4),
    "before the ellipsis": ("‟", 1),
    "dagger": ("†", 2),
    "prime": ("′", 1),
    "reversed prime": ("‷", 1),
    "caret": ("‸", 2),
    "direction override": ("\u202e", 2),
    "arrow": ("→", 2),
    "bullet": ("•", 2),
    "euro": ("€", 2),
    "block": ("█", 2),
    "check mark": ("✓", 2),
    "composed": ("é", 1),
    "decomposed": ("e\u0301", 1),
    "stacked marks": ("z\u0334\u0334", 3),
    "jamo": ("각", 2),
    "hebrew": ("\u05e9\u05dc\u05d5\u05dd", 4),
    "arabic": ("\u062e\u0648\u0627\u0647\u0645", 5),
    "thai": ("ไทย", 3),
    "devanagari": ("क\u094dष\u093f", 4),
    "ligature": ("ﬁ", 2),
    "full width": ("ＡＢ", 4),
    "capital sharp s": ("ẞ", 2),
    "kelvin sign": ("K", 1),
    "japanese": ("日本語", 6),
    "korean": ("한동숙", 6),
    "beyond the basic plane": ("𠀀", 2),
    "mathematical letter": ("𝐀", 2),
    "emoji": ("😀", 2),
    "copyright": ("©", 2),
    "trade mark": ("™", 2),
    "heart with selector": ("❤\ufe0f", 2),
    "digit": ("1", 1),
    "keycap": ("1\ufe0f\u20e3", 2),
    "keycap without selector": ("#\u20e3", 2),
    "flag": ("🇩🇪", 2),
    "two flags": ("🇺🇸🇺🇸", 4),
    "flag and a half": ("🇩🇪🇫", 4),
    "pair that is not a flag": ("🇽🇽", 4),
    "half a flag": ("🇦", 2),
    "flag of Scotland": ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 2),
    "pirate flag": ("🏴\u200d☠\ufe0f", 2),
    "rainbow flag": ("🏳\ufe0f\u200d🌈", 2),
    "skin tone": ("👍🏽", 2),
    "skin tone alone": ("🏽", 2),
    "skin tone on a letter": ("a🏽", 3),
    "family": ("👨\u200d👩\u200d👧\u200d👦", 2),
    "couple": ("👩\u200d❤\ufe0f\u200d👨", 2),
    "kiss": ("👩\u200d❤\ufe0f\u200d💋\u200d👨", 2),
    "astronaut": ("👨🏽\u200d🚀", 2),
    "detective": ("🕵\ufe0f\u200d♂\ufe0f", 2),
    "red hair": ("👨\u200d🦰", 2),
    "eye in a bubble": ("👁\ufe0f\u200d🗨\ufe0f", 2),
    "emoji joined by chance": ("😀\u200d😀", 5),
    "four women joined": ("👩\u200d👩\u200d👩\u200d👩", 11),
    "selector alone": ("\ufe0f", 2),
    "selector on an emoji": ("😀\ufe0f", 4),
    "couple of two skin tones": ("👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿", 2),
    "heart on fire": ("❤\ufe0f\u200d🔥", 2),
    "polar bear": ("🐻\u200d❄\ufe0f", 2),
    "people holding hands": ("🧑🏻\u200d🤝\u200d🧑🏿", 2),
    "phoenix": ("🐦\u200d🔥", 2),
    "host": ("agar.io", 23),
    "host in a sentence": ("play agar.io now", 32),
    "host with a path": ("twitch.tv/foo", 23),
    "host after a letter of another script": ("日本agar.io", 27),
    "host before one": ("a.b.c.com日本", 27),
    "link": ("https://example.com", 23),
    "long link": ("https://example.com/" + "a" * 100 + "?b=1&c[]=2#d", 23),
    "short link": ("https://t.co/abcdefghij", 23),
    "link in capitals": ("HTTP://EXAMPLE.COM/A", 23),
    "link with a full stop behind": ("see https://example.com/a.", 28),
    "link in brackets": ("(https://example.com/a)", 25),
    "two links": ("a.com b.com", 47),
    "port": ("foo.com:8080/a", 23),
    "path in another script": ("foo.com/日本", 27),
    "initials": ("R.E.P.O.", 8),
    "version": ("v1.2.3", 6),
    "decimal": ("2.5", 3),
    "ellipsis of stops": ("wait...what", 11),
    "end of a sentence": ("Nov 20.", 7),
    "host with an ending that is none": ("Node.js", 23),
    "long host": ("a-very-long-name-of-a-host.com", 30),
    "protocol without a host": ("https://", 8),
}


@pytest.mark.parametrize(("text", "weight"), WEIGHTS.values(), ids=WEIGHTS.keys())
def test_a_text_weighs_what_x_counts(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_form_of_a_text_does_not_change_its_weight(form: Literal["NFC", "NFD"]) -> None:
    text = "Pokémon Ünïcode 한동숙 がぎぐ"
    assert weighted_length(unicodedata.normalize(form, text)) == 29


def test_the_parts_of_a_text_add_up() -> None:
    """With a space between them nothing of one part can belong to the next."""
    texts = [text for text, _ in WEIGHTS.values()]
    assert weighted_length(" ".join(texts)) == sum(weight for _, weight in WEIGHTS.values()) + len(texts) - 1


def test_links_are_found_where_they_start_and_end() -> None:
    assert links("日本agar.io, (https://example.com/a?b=1) and Twitch.TV/foo. v1.2.3, R.E.P.O. and 2.5 are none") == [
        "agar.io",
        "https://example.com/a?b=1",
        "Twitch.TV/foo",
    ]
