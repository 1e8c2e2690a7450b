"""Numbers and names in texts, and the length of a post as X counts it."""

import random

import pytest
import regex

from helperfunctions.text import (
    BREAK,
    ELLIPSIS,
    name_key,
    one_line,
    plain,
    short_number,
    shortened,
    unwanted,
    weighted_length,
)

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇩🇪"
THUMB = "👍🏽"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (0.4, "0"),
        (0.6, "1"),
        (9.7, "10"),
        (987.4, "987"),
        (999.4, "999"),
        (999.6, "1.0K"),
        (1_000, "1.0K"),
        (1_049, "1.0K"),
        (1_051, "1.1K"),
        (9_949, "9.9K"),
        (9_951, "10K"),
        (10_000, "10K"),
        (412_300, "412K"),
        (999_499, "999K"),
        (999_600, "1.0M"),
        (5_312_000, "5.3M"),
        (9_949_000, "9.9M"),
        (9_951_000, "10M"),
        (123_456_789, "123M"),
        (999_499_999, "999M"),
        (999_600_000, "1.0B"),
        (1e9, "1.0B"),
        (43.2e9, "43B"),
    ],
)
def test_a_number_is_written_with_three_digits_at_most(number: float, written: str) -> None:
    assert short_number(number) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (987.4, "987"),
        (1000, "1.00K"),
        (9_994, "9.99K"),
        (9_996, "10.0K"),
        (70_765, "70.8K"),
        (99_951, "100K"),
        (5.312e6, "5.31M"),
    ],
    ids=str,
)
def test_a_number_is_written_with_three_digits(number: float, written: str) -> None:
    assert short_number(number, 3) == written


@pytest.mark.parametrize("exponent", range(10))
def test_a_larger_number_is_never_written_as_a_smaller_one(exponent: int) -> None:
    """Across every place where the unit or the number of digits changes."""
    factors = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9}
    written = [short_number(10**exponent * step / 1000) for step in range(900, 10_100)]
    values = [float(text.rstrip("KMB")) * factors[text.lstrip("0123456789.")] for text in written]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Ada", "Ada"),
        ("  Ada \t of\n\r\n London ", "Ada of London"),
        ("two\u2028lines\u2029or three\x85four", "two lines or three four"),
        ("a\u00a0b\u3000c", "a b c"),
        ("bell\x07, escape\x1b[31m, null\x00", "bell, escape[31m, null"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066isolated\u2069 \u200fmarks\u200e", "isolated marks"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("private \ue000 and unassigned \U000e0080", "private and unassigned"),
        ("half \ud83d", "half"),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("שלום", "שלום"),
        ("\n\t \x00", ""),
        ("", ""),
    ],
)
def test_a_name_becomes_one_line_of_visible_characters(name: str, line: str) -> None:
    assert one_line(name) == line


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("abc", 3),
        ("é", 1),
        ("日本", 4),
        ("안녕", 4),
        ("😀", 2),
        (FAMILY, 2),
        (FLAG, 2),
        (THUMB, 2),
        ("–", 1),
        ("…", 2),
    ],
)
def test_letters_weigh_one_and_cjk_emoji_and_the_ellipsis_two(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


def test_a_text_that_x_links_weighs_twenty_three() -> None:
    assert weighted_length("agar.io") == 23
    assert weighted_length("play agar.io now") == 5 + 23 + 4


@pytest.mark.parametrize(
    ("name", "weight", "cut"),
    [
        ("Just Chatting", 40, "Just Chatting"),
        ("Just Chatting", 13, "Just Chatting"),
        ("Just Chatting", 12, "Just Chatt…"),
        ("Just Chatting", 6, "Just…"),
        ("Just Chatting", 2, "…"),
        ("原神原神", 8, "原神原神"),
        ("原神原神", 7, "原神…"),
        ("原神原神", 5, "原…"),
        ("原神原神", 2, "…"),
        (FAMILY * 3, 6, FAMILY * 3),
        (FAMILY * 3, 5, f"{FAMILY}…"),
        (FLAG * 3, 5, f"{FLAG}…"),
        (THUMB * 3, 4, f"{THUMB}…"),
        ("e\u0301" * 5, 4, "e\u0301e\u0301…"),
        ("", 1, ""),
    ],
)
def test_a_name_is_cut_between_visible_characters(name: str, weight: int, cut: str) -> None:
    assert shortened(name, weight) == cut


@pytest.mark.parametrize(
    "name",
    ["x" * 500, "原" * 500, FAMILY * 100, f"{FLAG}{THUMB}é" * 50, "z" + "\u0334" * 300, "क्षि" * 60, "agar.io " * 40],
)
@pytest.mark.parametrize("weight", [2, 3, 5, 39, 40])
def test_a_cut_name_keeps_whole_characters_and_its_weight(name: str, weight: int) -> None:
    cut = shortened(name, weight)
    kept = cut.removesuffix(ELLIPSIS)
    assert cut.endswith(ELLIPSIS)
    assert weighted_length(cut) <= weight
    assert regex.findall(r"\X", kept) == regex.findall(r"\X", name)[: len(regex.findall(r"\X", kept))]


# Texts that X would link, and the kinds of those links.
NASTY = {
    "agar.io": "agar.io",
    "twitch.tv/foo": "twitch.tv/foo",
    "http://foo.com/x?y=z": "http://foo.com/x?y=z",
    "see a.b.c.com now": "a.b.c.com",
    "foo.рф": "foo.рф",
    "name.notyetatld": "name.notyetatld",
    "@everyone": "@everyone",
    "hello@everyone": "@everyone",
    "＠full": "＠full",
    "@a/list": "@a",
    "#1": "#1",
    "#ad": "#ad",
    "a#b": "#b",
    "＃ハッシュ": "＃ハッシュ",
    "#\u200dhidden": "#\u200dhidden",
    "$GAME": "$GAME",
    "A$AP": "$AP",
}


@pytest.mark.parametrize("name", NASTY)
def test_a_name_becomes_no_link_mention_or_tag_and_reads_the_same(name: str) -> None:
    assert NASTY[name] in unwanted(name)
    assert unwanted(plain(name)) == []
    assert plain(name).replace(BREAK, "") == name


@pytest.mark.parametrize(
    "name",
    ["Just Chatting", "Tom Clancy's Rainbow Six Siege", "2.5 of 24 hours", "What?! 100%", "한동숙", "Nov 20.", "…"],
)
def test_a_harmless_name_is_not_changed(name: str) -> None:
    assert plain(name) == name
    assert unwanted(name) == []


def test_a_name_with_dots_still_reads_the_same() -> None:
    assert plain("R.E.P.O.").replace(BREAK, "") == "R.E.P.O."
    assert plain("e\u0301.com") == "é." + BREAK + "com"


def test_an_intended_mention_is_kept() -> None:
    assert unwanted("@Ann and @bob", may_mention="ann") == ["@bob"]


def test_no_part_of_any_name_is_linked_even_when_it_is_cut() -> None:
    pieces = [
        *NASTY,
        ".",
        "@",
        "#",
        "$",
        "＠",
        "com",
        "io",
        "a",
        "1",
        "_",
        "-",
        "/",
        ":",
        " ",
        "\u200b",
        "\u200d",
        "e\u0301",
    ]
    pieces += ["\ufe0f", "日本", "。", "．", "jp", "\n", "\u202e", "👍🏽", "://", "t.co"]
    draw = random.Random(7)
    for _ in range(3_000):
        name = "".join(draw.choices(pieces, k=draw.randint(1, 8)))
        assert unwanted(plain(name)) == [], ascii(name)
        assert unwanted(f"1. {shortened(plain(name), 7)} – 5.3M hours") == [], ascii(name)
        assert unwanted(f"{plain(name)} {plain(name)}") == [], ascii(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Just Chatting", "JUSTCHATTING"),
        ("Pokémon Legends: Z-A", "pokemon legends z a"),
        ("R.E.P.O.", "repo"),
        ("Tom Clancy's Rainbow Six Siege", "tom clancys rainbow six siege"),
        ("ＶＡＬＯＲＡＮＴ", "valorant"),
        ("한동숙", "한동숙".encode().decode()),
        ("Ленинград", "ЛЕНИНГРАД"),
        ("straße", "STRASSE"),
    ],
)
def test_a_key_is_the_same_for_all_spellings_of_a_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert name_key(name_key(one)) == name_key(one)


def test_names_of_signs_alone_have_distinct_keys() -> None:
    assert len({name_key(name) for name in ("!!!", "???", "(╯°□°)╯", "♥")}) == 4
