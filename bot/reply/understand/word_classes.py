"""Classes of words by their function in a mention, from the tables of `english_words` and `language_words`. Pure."""

from functools import lru_cache
from typing import Final

from bot.reply.understand import english_words
from bot.reply.understand.language_words import JAPANESE_KOREAN_CHINESE, LANGUAGES
from helperfunctions.text import name_key


def _keys(*tables: str) -> frozenset[str]:
    return frozenset(name_key(word) for table in tables for word in table.split())


_ENGLISH_EVERYDAY: Final = _keys(english_words.EVERYDAY)

# Words that ask for numbers by themselves: "viewers", "stats".
STATISTICS: Final = _keys(
    """
        stats stat statistic statistics numbers viewers viewer viewership views viewcount watchtime watched
        hours hour top
        rank ranking rankings ranked streamers streamer streams streaming streamed peak average avg popularity popular
        performance chart charts data twitch trending leaderboard audience most watchers spectators figures
        """,
    *(language.statistics for language in LANGUAGES),
) - _keys("plus más mais più more time")
# Of these, words that are also used in statements: "i watched ninja", "my favorite streamer".
_ALSO_IN_STATEMENTS: Final = _keys("streamer streamers stream streams streaming streamed watched views")
# Words that are not used in statements.
UNAMBIGUOUS_STATISTICS: Final = STATISTICS - _ALSO_IN_STATEMENTS
# Words of questions of any kind.
QUESTION_WORDS: Final = _keys(
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
# Words of a request: a text with one of them asks for something, even if its author also writes about themselves.
REQUEST: Final = _keys(
    """
    show tell give gimme need want wanna know curious wonder wondering looking find check mean meant
    interested request
    quiero dame will möchte veux voudrais quero voglio vorrei хочу istiyorum
    """
)
FIRST_PERSON: Final = _keys("i im ive id ill my we weve our myself ich eu io я ben")
# Words of opinions and reactions: "minecraft is dead", "xqc fell off".
OPINION: Final = _keys(
    """
    good great amazing awesome goated legend cool nice
    love loved loves hate hated hates suck sucks sucked trash garbage washed worst goat boring favorite favourite dead
    mid overrated underrated fun bad terrible awful cringe annoying stupid dumb idiot clown fell ruined killed sux gay
    rigged scam toxic cheater cheaters fraud carried lost won wins win winning imagine
    funny hot cute sexy insane crazy lmao lol
    lmfao bruh
    thanks thank thx ty happy congrats sorry miss missed rip beat died better f w l fuck fucking shit
    """
)
FILLER: Final = (
    _keys(english_words.FILLER, "son days")
    | _keys(*(language.filler for language in LANGUAGES), *(language.statistics for language in LANGUAGES))
    - _ENGLISH_EVERYDAY
)
SMALL_TALK: Final = _keys(english_words.SMALL_TALK, *(language.small_talk for language in LANGUAGES))
# Polite words next to a question.
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
FIRST_NAMES: Final = _keys(english_words.FIRST_NAMES)
COURTESY: Final = POLITE | THANKS
# Words of talk that is no question.
CHATTER: Final = (SMALL_TALK | COURTESY) - POLITE - QUESTION_WORDS - STATISTICS
# A name of these words counts only when it is the whole text, or in a plain question.
COMMON: Final = FILLER | SMALL_TALK | _ENGLISH_EVERYDAY
_ORDINARY: Final = COMMON | FIRST_NAMES | _keys(*(language.everyday for language in LANGUAGES))
NEGATION_BEFORE: Final = _keys(
    """
    not no dont doesnt didnt isnt wasnt arent never without except excluding besides instead neither nor but
    forget skip
    ignore hate nobody noone hardly barely
    nadie niemand personne ninguém nessuno ingen niemand никто nikt kimse
    """,
    *(language.negation_before for language in LANGUAGES),
)
# Words that may be between a negation and the name.
WITHIN_NEGATION: Final = _keys(
    """
    like want care cares about mean need interested in the show me give tell a any play plays playing watch watches
    watching stream streams streaming even of for to talking asking more anymore really just do is are was still ever
    me importa interesa quiero mostrar interessiert mich will veux m intéresse quero
    ve mira juega schaut guckt spielt regarde joue assiste joga vê guarda gioca kijkt speelt tittar spelar
    смотрит играет ogląda gra ne se a
    """
)
NEGATION_AFTER: Final = _keys(*(language.negation_after for language in LANGUAGES))
# Words between a name and its number: "the last of us part 3".
PART_WORDS: Final = _keys("part episode chapter vol volume season act book number no ver version teil parte partie")
# Words that make another game of a name.
EDITION_WORDS: Final = _keys(
    """
    remake remastered remaster reboot mobile online vr hd dlc classic reforged resurrected immortal legends origins
    edition definitive ultimate prequel sequel spinoff beta alpha demo expansion hardcore retail sod
    """
)
PEOPLE: Final = _keys(
    "streamers channels creators broadcasters players streamer yayıncılar стримеры 配信者 스트리머 主播"
)
# Words of scripts without spaces are split at these, the longer ones first.
UNSPACED_FILLER: Final = tuple(
    sorted(
        {
            name_key(word)
            for table in (JAPANESE_KOREAN_CHINESE.filler, JAPANESE_KOREAN_CHINESE.statistics)
            for word in table.split()
        },
        key=len,
        reverse=True,
    )
)
UNSPACED_STATISTICS: Final = tuple(
    name_key(word) for word in JAPANESE_KOREAN_CHINESE.statistics.split() if len(word) > 1
)
UNSPACED_NEGATION: Final = tuple(name_key(word) for word in JAPANESE_KOREAN_CHINESE.negation_after.split())


def without_particles(key: str) -> str:
    """The rest of a word of a script without spaces, after particles and words of a question are removed."""
    for word in UNSPACED_FILLER:
        key = key.replace(word, " ")
    return "".join(char for char in key if not char.isspace() and not char.isdecimal())


@lru_cache(maxsize=8192)
def is_dictionary_word(key: str) -> bool:
    """True if a word belongs to one of the large languages, also with an English ending. It is no misspelled name."""
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
    """True if a word is laughter: "lol", "hahahah", "jajaja", "kkkkk", "wwww", "ахахах"."""
    return key in _LAUGHS or (
        len(key) > 2 and (len(set(key)) == 1 or (len(key) > 3 and len(set(key)) == 2 and set(key) <= _LAUGHTER))
    )


_LAUGHS: Final = _keys("lol lmao lmfao rofl kek kekw xd xdd haha hehe jaja jeje rsrs mdr ptdr lul ㅋㅋ ㅎㅎ 笑 草 哈哈")
_LAUGHTER: Final = frozenset("hajekxdеахоиwlmfaos哈ㅋㅎ")
