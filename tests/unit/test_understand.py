"""Questions as people write them, and what is understood."""

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


# Without our name, which stands before each of them.
EXAMPLES = [
    # plain names, in any case and spelling
    ("Just Chatting", "game Just Chatting"),
    ("just chatting", "game Just Chatting"),
    ("JUST CHATTING!!!", "game Just Chatting"),
    ("just-chatting?", "game Just Chatting"),
    ("justchatting", "game Just Chatting"),
    ("pokemon go", "game Pokémon GO"),
    ("Pokémon GO", "game Pokémon GO"),
    ("pokemon scarlet violet", "game Pokémon Scarlet/Violet"),
    ("the finals", "game THE FINALS"),
    ("repo", "game R.E.P.O."),
    ("R.E.P.O.", "game R.E.P.O."),
    ("r e p o", "game R.E.P.O."),
    ("agar.io", "game agar.io"),
    ("agario", "game agar.io"),
    ("pubg battlegrounds", "game PUBG: BATTLEGROUNDS"),
    ("talk shows & podcasts", "game Talk Shows & Podcasts"),
    ("baldurs gate 3", "game Baldur's Gate 3"),
    ("Baldur’s Gate 3", "game Baldur's Gate 3"),
    ("counter strike", "game Counter-Strike"),
    ("whos your daddy", "game Who's Your Daddy?!"),
    ("100% orange juice", "game 100% Orange Juice"),
    ("xqc", "streamer xQc"),
    ("XQC", "streamer xQc"),
    ("kai cenat", "streamer KaiCenat"),
    ("kaicenat", "streamer KaiCenat"),
    ("caseoh", "streamer caseoh_"),
    ("critical role", "streamer Critical_Role"),
    ("bob ross", "streamer BobRoss"),
    ("summit1g", "streamer summit1g"),
    # between other words
    ("how is xQc doing?", "streamer xQc"),
    ("how is xqc doing today?", "streamer xQc @ today"),
    ("what about #VALORANT", "game VALORANT"),
    ("what about valorant", "game VALORANT"),
    ("hey, can you tell me who is streaming elden ring right now please", "game ELDEN RING @ live"),
    ("who's the most watched minecraft streamer", "game Minecraft"),
    ("top 5 streamers of dota 2 plz", "game Dota 2"),
    ("stats for KaiCenat?", "streamer KaiCenat"),
    ("how many hours did ninja get last week", "streamer Ninja @ 7 days"),
    ("what did ibai stream yesterday", "streamer ibai"),
    ("show me shroud 🙏🙏", "streamer shroud"),
    ("yo whats up with asmongold lately", "streamer Asmongold"),
    ("pokimane's stats", "streamer pokimane"),
    ("xQc’s top games", "streamer xQc"),
    ("how popular is dead by daylight these days?", "game Dead by Daylight"),
    ("I love Chess, how many people watch it?", "game Chess"),
    ("league of legends top streamers", "game League of Legends"),
    ("minecraft or fortnite?", "?Minecraft|Fortnite"),
    ("is tarik watched more than TenZ", "?tarik|TenZ"),
    ("is minecraft bigger than fortnite", "?Minecraft|Fortnite"),
    ("how is the game Rocket League doing", "game Rocket League"),
    # written as a name
    ('top streamers for "League of Legends" please 🙏', "game League of Legends"),
    ("what about “it takes two”?", "game It Takes Two"),
    ("top for 'Rust' please", "game Rust"),
    ("「原神」", "game 原神"),
    ("#JustChatting", "game Just Chatting"),
    ("#justchatting is it big", "game Just Chatting"),
    ("#Rust how is it going my friend", "game Rust"),
    ("have you seen #xqc", "streamer xQc"),
    ("#the_finals", "game THE FINALS"),
    ("#stop", "stop"),
    # forced
    ("game:rust", "game Rust"),
    ("streamer:rust", "streamer rust"),
    ("streamer: rust now", "streamer rust @ live"),
    ("streamer:live", "streamer live"),
    ("streamer:live now", "streamer live @ live"),
    ("streamer:@xqc", "streamer xQc"),
    ('game: "it takes two" last 7 days', "game It Takes Two @ 7 days"),
    ("game: it takes two last 7 days", "game It Takes Two @ 7 days"),
    ("what about game:control over the last month", "game Control @ 30 days"),
    ("game: stop", "game Stop"),
    ("GAME: minecraft", "game Minecraft"),
    ("Streamer: Minecraft", "streamer minecraft"),
    ("streamer:how today", "streamer how @ today"),
    ("channel:xqc week", "streamer xQc @ 7 days"),
    ("category: just chatting", "game Just Chatting"),
    ("game:xqc", "-"),
    ("streamer: lol", "streamer lol"),
    ("streamer:leagueoflegends", "streamer LeagueOfLegends"),
    # the more watched of one name
    ("minecraft", "game Minecraft"),
    ("leagueoflegends", "game League of Legends"),
    ("rust", "game Rust"),
    ("lol", "game League of Legends"),
    # names of everyday words only when clearly meant
    ("rust please", "game Rust"),
    ("how is rust doing?", "game Rust"),
    ("control", "game Control"),
    ("stray today", "game Stray @ today"),
    ("it takes two", "game It Takes Two"),
    ("top it takes two streamers", "game It Takes Two"),
    ("it takes two people to do what you do", "-"),
    ("my car is full of rust and nobody can help", "-"),
    ("you have no control over this", "-"),
    ("thanks, you are great", "-"),
    ("how", "-"),
    ("what is this", "-"),
    ("please", "-"),
    ("please stop the count", "-"),
    ("good bot", "-"),
    ("lol", "game League of Legends"),
    ("lol that is so funny", "-"),
    ("wow this is amazing", "-"),
    ("wow", "game World of Warcraft"),
    ("wow last month", "game World of Warcraft @ 30 days"),
    ("the", "-"),
    ("chat is this real", "-"),
    ("nice art", "-"),
    ("what is inside", "-"),
    ("go to hell", "-"),
    ("who are the top streamers?", "-"),
    ("who is the most watched", "-"),
    # short names
    ("cs2", "game Counter-Strike"),
    ("how's cs2 doing", "game Counter-Strike"),
    ("GTA", "game Grand Theft Auto V"),
    ("gta 5 now", "game Grand Theft Auto V @ live"),
    ("dbd this week", "game Dead by Daylight @ today"),
    ("top jc streamers", "game Just Chatting"),
    ("rainbow six siege?", "game Tom Clancy's Rainbow Six Siege"),
    ("LoL last 7 days", "game League of Legends @ 7 days"),
    # the longest sensible name
    ("path of exile", "game Path of Exile"),
    ("path of exile 2", "game Path of Exile 2"),
    ("portal 2 streamers", "game Portal 2"),
    ("portal 2 days", "game Portal @ 2 days"),
    ("half life 2", "game Half-Life 2"),
    ("hollow knight silksong", "game Hollow Knight: Silksong"),
    ("hollow knight: silk", "?Hollow Knight|Hollow Knight: Silksong"),
    ("world of warcraft or chess", "?World of Warcraft|Chess"),
    ("what remains of edith finch", "game What Remains of Edith Finch"),
    ("slay the spire 2 today", "game Slay the Spire 2 @ today"),
    ("the rust minecraft", "-"),
    # times
    ("xqc yesterday", "streamer xQc"),
    ("xqc today", "streamer xQc @ today"),
    ("xqc so far today", "streamer xQc @ today"),
    ("xqc live", "streamer xQc @ live"),
    ("is xqc live?", "streamer xQc @ live"),
    ("xqc now", "streamer xQc @ live"),
    ("xqc right now", "streamer xQc @ live"),
    ("xqc at the moment", "streamer xQc @ live"),
    ("xqc last 7 days", "streamer xQc @ 7 days"),
    ("xqc past 3 days", "streamer xQc @ 3 days"),
    ("xqc 14 days", "streamer xQc @ 14 days"),
    ("xqc 7d", "streamer xQc @ 7 days"),
    ("xqc 30d", "streamer xQc @ 30 days"),
    ("xqc last 2 weeks", "streamer xQc @ 14 days"),
    ("xqc last 1 day", "streamer xQc"),
    ("xqc last 0 days", "time?"),
    ("xqc last 9999 days", "time?"),
    ("xqc last 999999999 days", "time?"),
    ("xqc week", "streamer xQc @ 7 days"),
    ("xqc this week", "streamer xQc @ today"),
    ("xqc last week", "streamer xQc @ 7 days"),
    ("xqc in the last week", "streamer xQc @ 7 days"),
    ("xqc this month", "streamer xQc @ 22 days"),
    ("last month xqc", "streamer xQc @ 30 days"),
    ("xqc year", "streamer xQc @ 365 days"),
    ("how did xqc do over the past year?", "streamer xQc @ 365 days"),
    ("xqc 2026-11-20", "streamer xQc @ 2026-11-20"),
    ("xqc on Nov 20", "streamer xQc @ 2026-11-20"),
    ("xqc 20 November 2026", "streamer xQc @ 2026-11-20"),
    ("xqc November 20th", "streamer xQc @ 2026-11-20"),
    ("xqc the 20th of november", "streamer xQc @ 2026-11-20"),
    ("xqc November 20, 2025", "streamer xQc @ 2025-11-20"),
    ("xqc 11/20", "streamer xQc @ 2026-11-20"),
    ("xqc 20.11.2026", "streamer xQc @ 2026-11-20"),
    ("xqc dec 24", "streamer xQc @ 2025-12-24"),
    ("xqc 2024-02-29", "streamer xQc @ 2024-02-29"),
    ("xqc feb 29", "streamer xQc @ 2024-02-29"),
    ("xqc 2026-11-23", "streamer xQc @ today"),
    ("xqc 2027-01-01", "streamer xQc @ 2027-01-01"),
    ("xqc 2026-13-45", "time?"),
    ("xqc 2026-02-30", "time?"),
    # times that are names
    ("7 days to die", "game 7 Days to Die"),
    ("7 Days to Die last 7 days", "game 7 Days to Die @ 7 days"),
    ("7 days to die 3 days", "game 7 Days to Die @ 3 days"),
    ("live a live", "game Live A Live"),
    ("Live A Live now", "game Live A Live @ live"),
    ("this war of mine week", "game This War of Mine @ 7 days"),
    ("year walk this year", "game Year Walk @ 326 days"),
    ("days gone", "game Days Gone"),
    ("days gone 5 days", "game Days Gone @ 5 days"),
    ("game:today today", "game Today @ today"),
    ('"Today"', "game Today"),
    ("today", "-"),
    ("special events live", "game Special Events @ live"),
    # other people's names, and addresses
    ("@xQc", "streamer xQc"),
    ("how is @xqc doing", "streamer xQc"),
    ("@nobody_known how is @ninja", "streamer Ninja"),
    ("@xqc how is minecraft", "game Minecraft"),
    ("@caseoh_ live", "streamer caseoh_ @ live"),
    ("https://www.twitch.tv/xqc", "streamer xQc"),
    ("twitch.tv/Ninja?sr=a last week", "streamer Ninja @ 7 days"),
    ("chess https://t.co/xQcRust", "game Chess"),
    ("https://t.co/xqc", "-"),
    # other scripts
    ("한동숙", "streamer 한동숙"),
    ("한동숙은 어때?", "streamer 한동숙"),
    ("한동숙의 시청 시간", "streamer 한동숙"),
    ("우왁굳 오늘", "streamer 우왁굳 @ today"),
    ("리그오브레전드", "game 리그 오브 레전드"),
    ("리그 오브 레전드 순위", "game 리그 오브 레전드"),
    ("加藤純一", "streamer 加藤純一"),
    ("加藤純一はどう？", "streamer 加藤純一"),
    ("昨日の加藤純一の配信", "streamer 加藤純一"),
    ("ウマ娘プリティーダービー", "game ウマ娘 プリティーダービー"),
    ("原神 now", "game 原神 @ live"),
    ("原神怎么样", "game 原神"),
    ("ленинград", "streamer Ленинград"),
    ("как дела у ЛЕНИНГРАД", "streamer Ленинград"),
    ("мир танков", "game Мир танков"),
    # misspelled
    ("Valorent", "game VALORANT"),
    ("how is valorent doing today", "game VALORANT @ today"),
    ("leage of legends", "game League of Legends"),
    ("top streamers of leauge of legends", "game League of Legends"),
    ("fortnigt", "game Fortnite"),
    ("minecarft", "game Minecraft"),
    ("dead by daylite", "?Dead by Daylight"),
    ("just chating", "game Just Chatting"),
    ("asmongolds", "streamer Asmongold"),
    ("pokemane", "streamer pokimane"),
    ("hearthston last month", "game Hearthstone @ 30 days"),
    ("streamer:kaicenatt", "streamer KaiCenat"),
    ("#valorannt", "game VALORANT"),
    ('"eldn ring"', "game ELDEN RING"),
    ("rest", "-"),
    ("trust me", "-"),
    ("xyz", "-"),
    ("qwertyuiopasdf", "-"),
    ("so I was walking my dog yesterday and then a fortnigt player came by", "-"),
    # two everyday names, joined, and nothing else but a time or a question
    ("control or stray yesterday", "?Control|Stray"),
    ("control or stray stats", "?Control|Stray"),
    ("control or stray", "-"),
    ("i lost control or stray yesterday", "-"),
    # a word next to a name may make another name of it
    ("ninja turtles yesterday", "?Ninja"),
    ("ninja turtles?", "?Ninja"),
    ("ninja yesterday", "streamer Ninja"),
    ("what does ninja play", "streamer Ninja"),
    ("is ninja bigger than fortnite", "streamer Ninja"),
    # the beginning of one streamer's name
    ("poki yesterday", "?pokimane"),
    ("poki stats", "?pokimane"),
    ("poki", "-"),
    # short names in other scripts
    ("スト6 昨日", "game Street Fighter 6"),
    ("スト6", "game Street Fighter 6"),
    ("롤 통계", "game League of Legends"),
    # commands
    ("stop", "stop"),
    ("STOP!", "stop"),
    ("please stop", "stop"),
    ("unsubscribe", "stop"),
    ("opt out", "stop"),
    ("opt-out", "stop"),
    ("stop replying to me", "stop"),
    ("leave me alone", "stop"),
    ("don't reply", "stop"),
    ("don’t reply to me please", "stop"),
    ("block me", "stop"),
    ("stopp", "stop"),
    ("arrêt", "stop"),
    ("停止", "stop"),
    ("그만", "stop"),
    ("стоп", "stop"),
    ("start", "start"),
    ("subscribe", "start"),
    ("opt in", "start"),
    ("resume", "start"),
    ("help", "help"),
    ("Help!", "help"),
    ("?", "help"),
    ("how do you work?", "help"),
    ("what can you do", "help"),
    ("commands", "help"),
    ("help will come tomorrow", "game Help Will Come Tomorrow"),
    ("stop minecraft", "-"),
    # nothing
    ("", "-"),
    ("   ", "-"),
    ("🔥🔥🔥", "-"),
    ("!!!", "-"),
    ("@somebody", "-"),
    ("ok", "-"),
    ("this", "-"),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_a_question_is_understood_as_it_is_meant(text: str, expected: str) -> None:
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


def test_own_name_is_no_subject_even_if_a_streamer_has_it() -> None:
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


def test_a_streamer_is_named_by_the_exact_login_though_another_is_watched_more() -> None:
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
def test_long_text_makes_no_more_candidates_than_others(text: str) -> None:
    names = KnownNames(some_subjects(), ALIASES)
    understood(text, names)
    assert sum(names.asked) <= 600
    assert len(names.asked) <= 1
    assert names.compared <= 4


def test_no_text_breaks_it(is_long: bool) -> None:
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
    for _ in range(30_000 if is_long else 1_000):
        text = chance.choice(("", " ")).join(chance.choices(pieces, k=chance.randrange(12)))
        what = understood(text)
        assert what is None or isinstance(what, Question | DidYouMean | TimeNotKnown | Command)


def test_the_end_of_the_calendar_breaks_nothing() -> None:
    for text in ("xqc 0001-01-01", "xqc 9999-12-31", "xqc last 366 days", "xqc 1/1/1", "xqc 1.1.0001"):
        assert isinstance(understood(text), Question | TimeNotKnown | DidYouMean)


def test_exact_names_take_one_query_for_any_number_of_words() -> None:
    names = KnownNames(some_subjects(), ALIASES)
    understood("@WatchTimeBot how is @xqc doing with #VALORANT and game:rust last week", names)
    assert len(names.asked) == 1
