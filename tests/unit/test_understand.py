"""Questions as people write them are understood."""

import random
from datetime import date, timedelta

import pytest

from benchmarks.mention_names import KnownNames
from benchmarks.mention_score import shown
from bot.core.questions import (
    Command,
    DidYouMean,
    Question,
    Subject,
    SubjectKind,
    TimeNotKnown,
    Understood,
    Window,
    WindowKind,
)
from bot.reply.understand import understand
from tests.unit.understand_examples import EXAMPLES

DAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)

# The most watched first.
GAMES = """
    Just Chatting|League of Legends|Grand Theft Auto V|Counter-Strike|VALORANT|Dota 2|Fortnite|World of Warcraft|
    Minecraft|Dead by Daylight|Apex Legends|PUBG: BATTLEGROUNDS|Tom Clancy's Rainbow Six Siege|Rust|Overwatch|
    Rocket League|ELDEN RING|Pokémon Scarlet/Violet|Pokémon GO|THE FINALS|R.E.P.O.|Chess|Marvel Rivals|
    FINAL FANTASY XIV ONLINE|Escape from Tarkov|Teamfight Tactics|Hearthstone|Path of Exile|Path of Exile 2|
    Diablo IV|It Takes Two|Control|Stray|7 Days to Die|Live A Live|Today|This War of Mine|Year Walk|Days Gone|
    agar.io|Slots|Music|Art|IRL|Special Events|Talk Shows & Podcasts|Games + Demos|I'm Only Sleeping|Stop|
    World of Tanks|Мир танков|ウマ娘 プリティーダービー|原神|리그 오브 레전드|Baldur's Gate 3|Cyberpunk 2077|
    Among Us|Fall Guys|Lethal Company|Hollow Knight|Hollow Knight: Silksong|Slay the Spire|Slay the Spire 2|
    The Sims 4|Stardew Valley|Terraria|Among Trees|Portal|Portal 2|Half-Life|Half-Life 2|What Remains of Edith Finch|
    Who's Your Daddy?!|Help Will Come Tomorrow|100% Orange Juice|A Way Out|Human: Fall Flat|Getting Over It|Inside|
    Street Fighter 6
"""
STREAMERS = """
    xQc|KaiCenat|ibai|auronplay|Ninja|shroud|pokimane|Jynxzi|caseoh_|HasanAbi|Asmongold|zackrawrr|TheBurntPeanut|
    한동숙|加藤純一|Ленинград|우왁굳|わいわい|Gaules|loud_coringa|ludwig|Mizkif|summit1g|tarik|TenZ|RanbooLive|
    live|game|lol|how|please|today|what|top|the|is|chat|rust|Hello|BobRoss|Critical_Role|GamesDoneQuick|
    TheGrefg|elxokas|Rubius|Amouranth|juansguarnizo|otplol_|Squeezie|MontanaBlack88|a|x|stats|minecraft|days|
    LeagueOfLegends|vo1ce|jerma985|NICKMERCS|TimTheTatman
"""
ALIASES = {
    "lol": "League of Legends",
    "league": "League of Legends",
    "cs2": "Counter-Strike",
    "cs": "Counter-Strike",
    "csgo": "Counter-Strike",
    "gta": "Grand Theft Auto V",
    "gta5": "Grand Theft Auto V",
    "wow": "World of Warcraft",
    "dbd": "Dead by Daylight",
    "valo": "VALORANT",
    "jc": "Just Chatting",
    "siege": "Tom Clancy's Rainbow Six Siege",
    "r6": "Tom Clancy's Rainbow Six Siege",
    "bg3": "Baldur's Gate 3",
    "repo": "R.E.P.O.",
    "スト6": "Street Fighter 6",
    "롤": "League of Legends",
}


def some_subjects() -> list[Subject]:
    games = [name.strip() for name in GAMES.split("|")]
    streamers = [name.strip() for name in STREAMERS.split("|")]
    return [
        *(Subject(SubjectKind.GAME, f"g{place}", name, 1e7 / (place + 1)) for place, name in enumerate(games)),
        *(Subject(SubjectKind.STREAMER, f"s{place}", name, 1e6 / (place + 1)) for place, name in enumerate(streamers)),
    ]


NAMES = KnownNames(some_subjects(), ALIASES)


def understood(text: str, names: KnownNames = NAMES, day: date = DAY) -> Understood:
    return understand(text, names, bot_username="WatchTimeBot", day=day, today=day)


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_a_question_is_understood_as_expected(text: str, expected: str) -> None:
    assert shown(understood(f"@WatchTimeBot {text}")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "@watchtimebot xqc",
        "xqc @WATCHTIMEBOT",
        "hey @WatchTimeBot, xqc?",
        "@someone @WatchTimeBot xqc",
        "＠WatchTimeBot xqc",
        "@WatchTimeBot\nxqc",
        "@WatchTimeBot \u200bxq\u200bc\u202e",
        "@WatchTimeBot x\u200dqc",
        "@WatchTimeBot ｘＱｃ",
    ],
)
def test_own_name_and_invisible_characters_do_not_matter(text: str) -> None:
    assert shown(understood(text)) == "streamer xQc"


def test_own_name_is_not_a_subject_even_if_a_streamer_has_it() -> None:
    names = KnownNames([*some_subjects(), Subject(SubjectKind.STREAMER, "us", "WatchTimeBot", 1e9)])
    assert shown(understood("@WatchTimeBot", names)) == "-"
    assert shown(understood("@WatchTimeBot xqc", names)) == "streamer xQc"


def test_up_to_three_similar_names_are_offered() -> None:
    for text in ("@WatchTimeBot valrent", "@WatchTimeBot streamer:asmogo"):
        what = understood(text)
        assert isinstance(what, DidYouMean), text
        assert 1 <= len(what.candidates) <= 3
    offered = understood("@WatchTimeBot valrent")
    assert isinstance(offered, DidYouMean)
    assert offered.candidates[0].name == "VALORANT"


def test_two_equally_similar_names_are_both_offered() -> None:
    names = KnownNames(
        [Subject(SubjectKind.STREAMER, "1", "Summerland", 9), Subject(SubjectKind.STREAMER, "2", "Summerlend", 8)]
    )
    assert shown(understood("@WatchTimeBot Summerlond", names)) == "?Summerland|Summerlend"


def test_the_exact_login_names_its_streamer_although_another_is_watched_more() -> None:
    names = KnownNames([Subject(SubjectKind.STREAMER, "1", "Ada", 100), Subject(SubjectKind.STREAMER, "2", "a_da_", 1)])
    assert shown(understood("@WatchTimeBot ada", names)) == "streamer Ada"
    assert shown(understood("@WatchTimeBot @a_da_", names)) == "streamer a_da_"
    assert shown(understood("@WatchTimeBot streamer:a_da_", names)) == "streamer a_da_"


def test_a_login_with_underscores_is_one_word() -> None:
    names = KnownNames(
        [*some_subjects(), Subject(SubjectKind.STREAMER, "1", "lisa_mc", 9)], {**ALIASES, "mc": "Minecraft"}
    )
    assert shown(understood("@WatchTimeBot live lisa_mc", names)) == "streamer lisa_mc @ live"
    assert shown(understood("@WatchTimeBot live nora_mc", names)) == "-"


def test_early_in_the_morning_the_calendar_is_ahead_of_the_bot() -> None:
    what = understand("xqc nov 24", NAMES, bot_username="WatchTimeBot", day=DAY, today=DAY + timedelta(days=1))
    assert isinstance(what, Question)
    assert what.window == Window(WindowKind.DAYS, DAY + timedelta(days=1), DAY + timedelta(days=1))


LONG = [
    "@WatchTimeBot " + "how is the weather today my friend " * 700,
    "@WatchTimeBot " + "한동숙은어때" * 4000,
    "@WatchTimeBot " + "「原神」" * 5000,
    "@WatchTimeBot " + "@somebody " * 500 + "xqc",
    "@WatchTimeBot " + "#" * 25_000,
    "@WatchTimeBot " + '"' * 25_000,
    "@WatchTimeBot " + "'" * 12_000 + "a" * 12_000,
    "@WatchTimeBot " + "game:" * 5_000,
    "@WatchTimeBot " + "game: " * 4_000,
    "@WatchTimeBot " + " " * 25_000 + "xqc",
    "@WatchTimeBot " + "👨‍👩‍👧‍👦" * 3000,
    "@WatchTimeBot " + "\u0301" * 25_000,
    "@WatchTimeBot " + "﷽" * 3000,
    "@WatchTimeBot " + "1 " * 12_000,
    "@WatchTimeBot " + "twitch.tv/" * 2_500,
    "@WatchTimeBot " + "last " * 5_000 + "days",
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_text_has_no_more_candidates_than_others(text: str) -> None:
    names = KnownNames(some_subjects(), ALIASES)
    understood(text, names)
    assert sum(names.asked) <= 600
    assert len(names.asked) <= 1
    assert names.compared <= 4


def test_no_text_raises_an_error(is_long: bool) -> None:
    chance = random.Random(20261123)
    pieces = [
        *"@#\"'“”「」:/.,?!-_$%&()[]{}<>|~`^*+=\\ \t\n\r\0\u200b\u200d\u200e\u202e\ufeff\ud800\U0001f600é\u0301",
        *"가한原はЖعא",
        *(text for text, _ in EXAMPLES),
        *(
            "game:",
            "streamer:",
            "@WatchTimeBot",
            "twitch.tv/",
            "https://",
            "last",
            "days",
            "99999999999",
            "²",
            "٣",
            "½",
        ),
        *(
            "İ",
            "ß",
            "ﬁ",
            "ǅ",
            "0/0",
            "31.02.",
            "00/00/0000",
            "0000-00-00",
            "9999-12-31",
            "0d",
            "٣ days",
            "² days",
            "1/²",
        ),
    ]
    for _ in range(30_000 if is_long else 500):
        text = chance.choice(("", " ")).join(chance.choices(pieces, k=chance.randrange(12)))
        what = understood(text)
        assert what is None or isinstance(what, Question | DidYouMean | TimeNotKnown | Command)


def test_the_end_of_the_calendar_raises_no_error() -> None:
    for text in ("xqc 0001-01-01", "xqc 9999-12-31", "xqc last 366 days", "xqc 1/1/1", "xqc 1.1.0001"):
        assert isinstance(understood(text), Question | TimeNotKnown | DidYouMean)


def test_exact_names_take_one_query_for_any_number_of_words() -> None:
    names = KnownNames(some_subjects(), ALIASES)
    understood("@WatchTimeBot how is @xqc doing with #VALORANT and game:rust last week", names)
    assert len(names.asked) == 1
