"""Mentions as people on X write them: sequels, editions, links, remarks, invitations, among 10,000 streamers."""

import pytest

from benchmarks.mention_names import KnownNames, some_subjects
from benchmarks.mention_score import shown
from tests.unit.test_understand import understood


@pytest.fixture(scope="module")
def names() -> KnownNames:
    return KnownNames(some_subjects(10_000, 1_500, 20261123))


# The beginning of the meaning; `?` alone is any question back.
MEANT = {
    # a number or another edition of a known game
    "the sims 3": "?The Sims 4",
    "madden 25": "?Madden NFL 26",
    "f1 25": "?F1 24",
    "red dead 2": "?Red Dead Redemption 2",
    "the last of us 2": "?The Last of Us Part I",
    "gta san andreas stats": "?Grand Theft Auto V",
    "cod black ops 6": "game Call of Duty: Black Ops 6",
    # a short word that is another one
    "mtg arena": "?",
    # pictures right behind a name
    "minecraft⛏️": "game Minecraft",
    "dota 2️⃣": "game Dota 2",
    # links
    "https://www.twitch.tv/ninja": "streamer Ninja",
    "twitch.tv/popout/ninja/chat": "streamer Ninja",
    "https://www.twitch.tv/directory/category/just-chatting": "game Just Chatting",
    "https://www.twitch.tv/directory/game/League%20of%20Legends": "game League of Legends",
    "https://t.co/abcdefghij原神の視聴時間は？": "game 原神",
    "streamer:ninja_fan_club": "?",
    "xqc https://kick.com/ninja": "streamer xQc",
    # a question after words that are usual in remarks and invitations
    "minecraft is watched by how many": "game Minecraft",
    "xqc was live how long yesterday": "streamer xQc",
    "gonna play minecraft, how many watch it": "game Minecraft",
    # two names and our own
    "minecraft >>> fortnite": "?Minecraft|Fortnite",
    "difference between xqc and ninja": "?xQc|Ninja",
    "watchtimebot xqc": "streamer xQc",
    "tell me how minecraft is doing": "game Minecraft",
    "minecraft? how many viewers": "game Minecraft",
    "¿qué tal minecraft? lo veo mucho": "game Minecraft",
    "sorry i meant xqc": "streamer xQc",
    "no i meant the game rust": "game Rust",
    "no, minecraft": "game Minecraft",
    "Nope. xQc": "streamer xQc",
    # other languages
    "quantas pessoas assistem league of legends": "game League of Legends",
    "pásame minecraft": "game Minecraft",
    "hoeveel mensen keken gisteren naar xqc": "streamer xQc",
    "ile godzin oglądano minecraft": "game Minecraft",
    "скільки годин дивились dota 2": "game Dota 2",
    "كم ساعة شاهدوا xqc أمس؟": "streamer xQc",
    "כמה אנשים צפו minecraft אתמול": "game Minecraft",
    "#xqc #stats": "streamer xQc",
}


@pytest.mark.parametrize(("text", "expected"), MEANT.items(), ids=MEANT)
def test_mention_is_understood(text: str, expected: str, names: KnownNames) -> None:
    assert shown(understood(f"@WatchTimeBot {text}", names)).startswith(expected)


SILENT = (
    # remarks
    "just chatting isn't a game", "chess is a sport", "roblox is down again", "@someone_else xqc was right",
    "dead by daylight? more like dead game lol", "minecraft? never heard of it", "L xqc", "W xqc", "lol what a day",
    "lol lol", "xqc is how i fall asleep", "wanna play valorant? who is in",
    "no way, minecraft", "no, i hate minecraft", "minecraft? no",
    "other than just chatting what is big", "apart from minecraft nothing works", "quake in japan today",
    # invitations and advertisements
    "anyone wanna play valorant?", "@xQc wanna play minecraft later?", "anyone up for some rocket league",
    "lfg valorant",
    "going live in 10 minutes playing valorant come hang out", "hey love your content, wanna collab?",
    "#gaming #twitch #streamer", "#fortnite #valorant #minecraft", "#BlackFriday deals on gaming chairs",
    # conversations of others, and what they pass on
    "via @pokimane", "RT @xQc", "@xQc @Ninja @shroud",
    # links that lead to nobody we know
    "check out my stream twitch.tv/xqc_fan_2", "LIVE NOW playing Fortnite https://twitch.tv/somebody_new",
    "https://www.twitch.tv/directory/following/live", "https://www.twitch.tv/directory",
    "twitch.tv/directory/category/", "twitch.tv/popout", "https://www.twitch.tv/u/",
    "https://www.twitch.tv/videos/123456789", "https://clips.twitch.tv/NinjaWins", "ninja.com", "x.com/ninja",
)  # fmt: skip


@pytest.mark.parametrize("text", SILENT, ids=SILENT)
def test_mention_that_asks_nothing_is_not_answered(text: str, names: KnownNames) -> None:
    assert shown(understood(f"@WatchTimeBot {text}", names)) == "-"
