r"""Tables of names: real categories, words to build more from, and names that break naive code.

A file of tables. `streamers.py` and `games.py` make the people and the categories of a world out of them.
"""

from typing import Final, NamedTuple


class NamedGame(NamedTuple):
    """A real Twitch category. `hours` are billions of hours watched in 2025; `igdb_id` is "" where Twitch has none."""

    id: str
    name: str
    igdb_id: str
    hours: float


TOTAL_HOURS: Final = 19.0
"""Billions of hours watched on all of Twitch in 2025: about 2.17 million average viewers times 8,760 hours."""

NO_CATEGORY_SHARE: Final = 0.015
"""Share of streams without a category: 145 of 10,069 rows in a real pull of Get Streams."""

TOP_GAMES: Final = (
    NamedGame("509658", "Just Chatting", "", 2.97),
    NamedGame("21779", "League of Legends", "115", 1.02),
    NamedGame("32982", "Grand Theft Auto V", "1020", 0.87),
    NamedGame("32399", "Counter-Strike", "", 0.77),
    NamedGame("516575", "VALORANT", "126459", 0.60),
    NamedGame("29595", "Dota 2", "", 0.49),
    NamedGame("33214", "Fortnite", "1905", 0.46),
)
"""Hours in 2025 by category, as published by the trackers; three of the seven have no IGDB id."""

AWKWARD_GAMES: Final = (
    "agar.io",
    "#1",
    "$GAME",
    "'); DROP TABLE games;--",
    "<script>alert(1)</script>",
    "100% Orange Juice",
    "%s",
    "{0}",
    "\\N",
    'The "Quoted" Game',
    "back\\slash",
    "@everyone",
    "Pokémon Écarlate",
    "ウマ娘 プリティーダービー",
    "원신",
    "Мир танков",
    "لعبة العروش",
    "原神",
    "🎮👨‍👩‍👧‍👦",
    "Tab\there",
    "New\nline",
    " Leading Space",
    "Trailing Space ",
    "NULL",
    "nan",
    "Twin Peaks",
    "The Extraordinarily Long Chronicle of a Game Whose Publisher Would Not Let Anybody Shorten Its Title: "
    "Definitive Remastered Game of the Year Ultimate Anniversary Director's Cut Edition, Episode Two of Three",
)
"""Names of categories that break naive code. They are mixed with the generated ones, some near the top."""

AWKWARD_STREAMERS: Final = (
    "agar.io",
    "foo.tv",
    "@everyone",
    "#1",
    "$GAME",
    "'); DROP TABLE streamers;--",
    "<script>alert(1)</script>",
    "%s%d%n",
    "{0}{name}",
    "\\N",
    '"quoted"',
    "back\\slash\\",
    "tab\tinside",
    "line\nbreak",
    "carriage\rreturn",
    " leading",
    "trailing ",
    "Just Chatting",
    "Twin Peaks",
    "한국어이름",
    "日本語の名前",
    "中文名字",
    "Кириллица",
    "اسم عربي",
    "שם בעברית",
    "ชื่อไทย",
    "👩‍🚀🏳️‍🌈👨‍👩‍👧‍👦",
    "e\u0301combining",
    "rtl\u202eoverride",
    "zero\u200bwidth",
    "NULL",
    "None",
    "x" * 300,
    "https://example.com",
    "-1",
    "1e309",
)
"""Display names that break naive code; "Just Chatting", "Twin Peaks" and "agar.io" are games as well."""

_ADJECTIVES = """
    amber brave calm crimson dapper dusty early faint fancy fuzzy gentle giddy golden grand happy hasty hollow icy
    jolly keen lazy lively lone lucky lunar mellow mighty misty neon nimble noble odd pale plucky polar proud quick
    quiet rapid rusty salty shady sharp shiny silent silver sleepy sly smoky solar spicy stormy sunny swift tiny
    turbo velvet vivid wary wild windy witty young zesty
"""
ADJECTIVES: Final = tuple(_ADJECTIVES.split())
_NOUNS = """
    anchor badger banjo beacon bison canyon cedar cobra comet coral coyote crane dagger drifter ember falcon fox
    galaxy gecko glider goblin hammer harbor heron ibex iris jackal kettle knight lantern lemur lynx magnet maple
    meteor moose nomad ocelot orbit otter panda pepper pilot pirate puffin quartz rabbit ranger raven rocket saber
    scout sparrow tiger toucan tulip turtle viper walrus willow wizard wolf yeti zebra
"""
NOUNS: Final = tuple(_NOUNS.split())

_GAME_FIRST = """
    Ashen Broken Cosmic Crystal Dark Eternal Fallen Frozen Hidden Iron Last Lost Neon Pixel Rogue Royal Sacred
    Shattered Silent Stellar Super Tiny Twisted Untold Wild Yonder
"""
GAME_FIRST: Final = tuple(_GAME_FIRST.split())
_GAME_SECOND = """
    Abyss Arena Brigade Chronicles Citadel Colony Crusade Depths Dominion Dungeon Empire Farm Frontier Garden
    Horizon Islands Kingdom Kart Legends Machines Manor Odyssey Outpost Racers Realm Requiem Saga Siege Skies Souls
    Tactics Trials Valley Warfare
"""
GAME_SECOND: Final = tuple(_GAME_SECOND.split())

LANGUAGES: Final = {
    "en": 0.440, "es": 0.115, "ru": 0.080, "pt": 0.070, "de": 0.065, "fr": 0.060, "ja": 0.035, "it": 0.027,
    "ko": 0.022, "pl": 0.020, "zh": 0.013, "tr": 0.012, "ar": 0.009, "th": 0.007, "cs": 0.006, "nl": 0.004,
    "sv": 0.003, "hu": 0.003, "uk": 0.003, "el": 0.001, "fi": 0.001, "no": 0.001, "ro": 0.001, "other": 0.002,
}  # fmt: skip
"""Share of streams by language: ISO 639-1, or "other"."""

LOCAL_NAMES: Final = {
    "ja": ("さくら", "ゲーム太郎", "ネコ丸", "配信者ユウ"),
    "ko": ("김게임", "달빛", "호랑이", "밤하늘"),
    "zh": ("小熊貓", "龍騎士", "夜貓子", "遊戲王"),
    "ru": ("Медведь", "Ночной", "Волк", "Ёжик"),
    "uk": ("Їжак", "Козак"),
    "ar": ("صقر", "أسد"),
    "th": ("แมวส้ม", "เสือ"),
    "el": ("Λύκος",),
}
"""Beginnings of display names in other scripts, by language."""

TITLES: Final = {
    "en": ("ranked grind | !socials", "first playthrough, no spoilers", "come say hi :)", "DAY 412 OF THE RUN"),
    "es": ("hablamos y jugamos un rato", "¡directo con subs!", "a por el top 1"),
    "ru": ("Доброе утро | общаемся", "Рейтинг до победы", "стрим 24 часа"),
    "pt": ("live de hoje é só alegria", "subindo de elo", "conversa fiada"),
    "de": ("Guten Abend – entspannte Runde", "Größte Session des Jahres"),
    "fr": ("on discute, puis ça joue", "Découverte à l'aveugle"),
    "ja": ("初見さん歓迎!雑談しながら", "参加型やってます"),
    "ko": ("오늘도 즐겁게", "시청자 참여"),
    "ar": ("بث مباشر مع المتابعين",),
    "zh": ("今晚一起玩", "新手上路"),
}
"""Titles by language; languages that have none here use the English ones."""

AWKWARD_TITLES: Final = (
    "",
    'say "hi" \\o/',
    "tabs\tand\nnewlines",
    "🔥🔥🔥 GIVEAWAY 🔥🔥🔥 👩‍👩‍👧‍👦",
    "%s {0} $1 \\N",
    "'; DROP TABLE streams;--",
    "long " * 28,
)

TAGS: Final = ("Chill", "NoBackseating", "FirstPlaythrough", "Competitive", "Vtuber", "LGBTQIAPlus", "ADHD", "Rerun")
