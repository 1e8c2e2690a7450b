"""What a word does in a mention: sets made of the tables of `english` and `languages`. Pure."""

from functools import lru_cache
from typing import Final

from bot.reply.understand import english
from bot.reply.understand.languages import JAPANESE_KOREAN_CHINESE, LANGUAGES
from helperfunctions.text import name_key


def _keys(*tables: str) -> frozenset[str]:
    return frozenset(name_key(word) for table in tables for word in table.split())


_ENGLISH_EVERYDAY: Final = _keys(english.EVERYDAY)

# Words that ask for numbers by themselves, and words of questions of any kind.
STRONG: Final = _keys(
    """
        stats stat statistic statistics numbers viewers viewer viewership views viewcount watchtime watched
        hours hour top
        rank ranking rankings ranked streamers streamer streams streaming streamed peak average avg popularity popular
        performance chart charts data twitch trending leaderboard audience most watchers spectators figures
        """,
    *(language.asks for language in LANGUAGES),
) - _keys("plus más mais più more time")
# Of these, what people also say when they talk about streams: "i watched ninja", "my favorite streamer".
_TOLD: Final = _keys("streamer streamers stream streams streaming streamed watched views")
# Words with which nobody only talks.
SURELY: Final = STRONG - _TOLD
WEAK: Final = _keys(
    """
    how hows what whats who whos which when where are does did could show shows tell give gimme need want wanna check
    about know curious wonder wondering compare lookup find get look looking search report info update mean meant is
    any anyone anybody rate list recap overview breakdown doing trends numbers watch watches watching play plays
    playing played vs versus interested request
    cómo qué quién dame dime muestra wie wer wo zeig zeige comment qui montre quel como quem mostra come chi dimmi
    mostrami как кто покажи nasıl kim göster hoe wie hur vem jak kto pokaż bagaimana siapa どう 誰 教えて
    見せて 어때 누구 알려줘
    보여줘 怎么样 怎麼樣 谁 كيف من कैसा कौन 어때요 알려주세요 どうですか
    """
)
# Somebody asks for something, whatever they say about themselves besides.
REQUEST: Final = _keys(
    """
    show tell give gimme need want wanna know curious wonder wondering looking find check mean meant
    interested request
    quiero dame will möchte veux voudrais quero voglio vorrei хочу istiyorum
    """
)
FIRST_PERSON: Final = _keys("i im ive id ill my we weve our myself ich eu io я ben")
# "minecraft is dead", "xqc fell off".
OPINION: Final = _keys(
    """
    good great amazing awesome goated legend cool nice
    love loved loves hate hated hates suck sucks sucked trash garbage washed worst goat boring favorite favourite dead
    mid overrated underrated fun bad terrible awful cringe annoying stupid dumb idiot clown fell ruined killed sux gay
    rigged scam toxic cheater cheaters fraud carried lost won wins win winning imagine
    funny hot cute sexy insane crazy lmao lol
    lmfao bruh
    thanks thank thx ty happy congrats sorry miss missed rip beat died better f fuck fucking shit
    """
)
FRAME: Final = (
    _keys(english.FRAME, "son days")
    | _keys(*(language.frame for language in LANGUAGES), *(language.asks for language in LANGUAGES)) - _ENGLISH_EVERYDAY
)
SMALL_TALK: Final = _keys(english.SMALL_TALK, *(language.small_talk for language in LANGUAGES))
# Polite words that may stand beside a question.
ARTICLES: Final = _keys("the la el le les los las lo il der die das den o a os as")
POLITE: Final = _keys(
    """
    please pls plz plss plzz you bot hey hi hello ok okay now just kindly yo dude bro guys sir por favor hola
    bitte hallo svp stp bonjour salut oi olá ciao пожалуйста привет lütfen selam proszę hej hoi お願いします
    ください 해줘 주세요
    请 tolong
    """
)
THANKS: Final = _keys(
    """
    thanks thank thx ty gracias danke merci obrigado grazie спасибо teşekkürler ありがとう 감사합니다 谢谢 makasih
    """
)
FIRST_NAMES: Final = _keys(english.FIRST_NAMES)
COURTESY: Final = POLITE | THANKS
# Words of somebody who talks rather than asks.
TALK: Final = (SMALL_TALK | COURTESY) - POLITE - WEAK - STRONG
# A name made of these counts only when nothing else is said, or in a plain question.
COMMON: Final = FRAME | SMALL_TALK | _ENGLISH_EVERYDAY
_ORDINARY: Final = COMMON | FIRST_NAMES | _keys(*(language.everyday for language in LANGUAGES))
NOT_BEFORE: Final = _keys(
    """
    not no dont doesnt didnt isnt wasnt arent never without except excluding besides instead neither nor but
    forget skip
    ignore hate nobody noone hardly barely
    nadie niemand personne ninguém nessuno ingen niemand никто nikt kimse
    """,
    *(language.not_before for language in LANGUAGES),
)
# Between a negation and the name.
BETWEEN_NOT: Final = _keys(
    """
    like want care cares about mean need interested in the show me give tell a any play plays playing watch watches
    watching stream streams streaming even of for to talking asking more anymore really just do is are was still ever
    me importa interesa quiero mostrar interessiert mich will veux m intéresse quero
    ve mira juega schaut guckt spielt regarde joue assiste joga vê guarda gioca kijkt speelt tittar spelar
    смотрит играет ogląda gra ne se a
    """
)
NOT_BEHIND: Final = _keys(*(language.not_behind for language in LANGUAGES))
# "the last of us part 3": a number behind these is a number behind the name.
PART_WORDS: Final = _keys("part episode chapter vol volume season act book number no ver version teil parte partie")
# What makes another game of a name.
EDITION_WORDS: Final = _keys(
    """
    remake remastered remaster reboot mobile online vr hd dlc classic reforged resurrected immortal legends origins
    edition definitive ultimate prequel sequel spinoff beta alpha demo expansion hardcore retail sod
    """
)
PEOPLE: Final = _keys(
    "streamers channels creators broadcasters players streamer yayıncılar стримеры 配信者 스트리머 主播"
)
# Runs of scripts without spaces are taken apart by these, the longer ones first.
UNSPACED_FRAME: Final = tuple(
    sorted(
        {
            name_key(word)
            for table in (JAPANESE_KOREAN_CHINESE.frame, JAPANESE_KOREAN_CHINESE.asks)
            for word in table.split()
        },
        key=len,
        reverse=True,
    )
)
UNSPACED_ASKS: Final = tuple(name_key(word) for word in JAPANESE_KOREAN_CHINESE.asks.split() if len(word) > 1)
UNSPACED_NOT: Final = tuple(name_key(word) for word in JAPANESE_KOREAN_CHINESE.not_behind.split())


def without_particles(key: str) -> str:
    """What is left of a word of a script without spaces when particles and words of a question are taken away."""
    for word in UNSPACED_FRAME:
        key = key.replace(word, " ")
    return "".join(char for char in key if not char.isspace() and not char.isdecimal())


@lru_cache(maxsize=8192)
def is_ordinary(key: str) -> bool:
    """Whether a word is one of a large language, also with an English ending; such a word is no misspelled name."""
    return len(key) < 2 or key in _ORDINARY or any(stem in _ORDINARY for stem in _stems(key)) or is_laughter(key)


def _stems(key: str) -> list[str]:
    stems = [
        key[: -len(end)]
        for end in ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "in", "n")
        if key.endswith(end)
    ]
    stems += [f"{key[: -len(end)]}e" for end in ("ing", "ed", "er", "able") if key.endswith(end)]
    stems += [f"{key[:-3]}y"] if key.endswith(("ies", "ied", "ily")) else []
    # "running"
    stems += [stem[:-1] for stem in stems if len(stem) > 3 and stem[-1] == stem[-2]]
    # "soooo", "yesss", "heyyy"
    squeezed = "".join(char for place, char in enumerate(key) if key[max(place - 2, 0) : place] != 2 * char)
    single = "".join(char for place, char in enumerate(key) if not place or key[place - 1] != char)
    return [stem for stem in (*stems, squeezed, single) if len(stem) > 2 or (stem in SMALL_TALK and stem != key)]


def is_laughter(key: str) -> bool:
    """ "lol", "hahahah", "jajaja", "kkkkk", "wwww", "ахахах"."""
    return key in _LAUGHS or (
        len(key) > 2 and (len(set(key)) == 1 or (len(key) > 3 and len(set(key)) == 2 and set(key) <= _LAUGHTER))
    )


_LAUGHS: Final = _keys("lol lmao lmfao rofl kek kekw xd xdd haha hehe jaja jeje rsrs mdr ptdr lul ㅋㅋ ㅎㅎ 笑 草 哈哈")
_LAUGHTER: Final = frozenset("hajekxdеахоиwlmfaos哈ㅋㅎ")
