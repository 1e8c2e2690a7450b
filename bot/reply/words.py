"""Words, as far as they matter for finding names between them. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from helperfunctions.text import name_key

# Words around a question that are no part of any name, unless they are all there is.
_FILLER: Final = """
    a about across all also am an and any anyone are as ask asking at average avg be been best big biggest bot bro
    buddy but by can category channel chart charts check compare could current data dear details did do does doing
    done dude ever everyone far find for friend from game gamers games get give going guys had has have hello her
    hey hi his hour hours how howdy hows i im in info information interested is it its just kindly know let lets
    like list live long lot man many may me mean meant more most much my name named need new now numbers of often oh
    ok okay on one or our out over overall peak people performance performing played player players playing plays
    please pls plz popular popularity post question quick quickly rank ranked ranking rankings report results right
    s saw say see should show shows so some somebody someone stat statistic statistics stats still stream streamed
    streamer streamers streaming streams summary sup t tell than thank thanks thanx that thats the their them then
    there these they thing think this those thx time times to top total totals try tweet twitch up update ur us use
    very view viewer viewers viewership views wanna want wanted was watch watched watchers watches watching
    watchtime we well were what whats when where which who whos whose why will with wonder wondering would ya yeah
    yes yo you
"""

# Beyond those: words that people use for what they mean. A game or a streamer of such a name is meant only when nothing
# else is said.
_COMMON_MORE: Final = """
    able above account act actually add after again against age ago air almost alone along already always amazing
    among answer apart around art ask automatically away awesome baby back bad ball bank base basic beat beautiful
    became because become before began begin behind being believe below better between beyond birthday bit black
    block blood blue board boat body book boring born both bottom box boy boys break bring broke brother brought
    brown build built business busy buy call called came camp car card care carry case cat catch caught cause center
    chance change chat cheap child children choice city class clean clear climb close clothes club coffee cold
    college color come coming common company complete computer control cook cool corner cost count country couple
    course cover crazy create cross cry cup cut cute dad dance dark date daughter day days dead deal death decide
    deep destiny devil die died different dinner dirt dog doll doom door double down dragon dream drink drive drop
    dry during each early earth east easy eat edge effect egg eight either else empire empty end enemy energy
    english enjoy enough enter escape especially even evening event every everything evil exactly example except
    expect eye eyes face fact fail fair fall family famous fast fat father favorite fear feel feeling feet fell felt
    few field fight fill film final finally fine finish fire first fish five fix flag floor flow fly follow food
    fool foot force forest forever forget forgot form forward found four free freedom fresh friday friends front
    full fun funny future garden gas gave general ghost gift girl girls glad glass go god goes gold gone good
    goodbye got grand grass great green ground group grow guess gun guy hair half hand hands happen happened happy
    hard hate head health hear heard heart heat heavy held hell help here hero herself hide high hill him himself
    hit hold hole holiday home honest hope horse hospital hot hotel house huge human hundred hungry hunt hurt
    husband ice idea if ill important inside instead into iron island job join journey joy jump keep kept key kid
    kids kill kind king kitchen knew knife known lady lake land language large last late later laugh law lead league
    learn least leave left leg legend less lesson letter level lie life light likely line lion listen little lives
    living local lock lol lonely look looking lose loss lost loud love low luck lucky lunch machine mad made magic
    mail main make makes making mark market master match matter maybe meet memory men message middle might mind mine
    minute minutes mirror miss moment monday money monkey monster month months moon morning mother mountain mouse
    mouth move movie mr mrs music must myself near nearly neck needs never news next nice night nine no nobody noise
    none north nose not note nothing notice number off offer office often old once online only open order original
    other others outside own page paid pain paint paper parents park part party pass past path pay peace pen perfect
    perhaps person phone photo pick picture piece pink pizza place plan planet plant plate play point police pool
    poor possible power prepare present press pretty price probably problem pull push put queen quiet quit quite
    race radio raft rain raise ran random rather reach read ready real really reason red remember rest return rich
    ride ring rise risk river road rock role roll room round row rule rules run running rust sad safe said sail same
    sand save saying school sea season seat second secret seem seen self sell send sense sent serious seven several
    shadow shall shape share she ship shirt shoe shop short shot shoulder shout shut sick side sign silence
    silver similar simple since sing single sister sit six size skin sky sleep slow small smart smell smile smoke
    snake snow social soft soldier somehow something sometimes somewhere son song soon sorry sort soul sound south
    space speak special speed spell spend spent spirit split sport spot spring square stage stand star stars start
    state stay step stick stone stood stop store storm story strange stray street strong student study stuff stupid
    such sudden suddenly sugar suit summer sun sunday super support sure surface surprise sweet swim table take
    taken takes talk tall tango taste teach team ten test text themselves thick thin third thought thousand three
    threw throw thursday ticket tie tiger tired title today together told tomorrow tonight too took tool touch tough
    toward town toy track train travel tree trip trouble truck true trust truth tuesday turn twenty twice two type
    ugly uncle under understand unit until upon used useful usual usually village visit voice wait wake walk wall
    war warm wash waste water wave way weak wear weather wedding wednesday week weekend weeks weight welcome west
    wet whatever wheel white whole wide wife wild win wind window wine wing winter wish within without woke woman
    women won wonderful wood word words work world worry worse worst worth wow write wrong wrote yard year years
    yellow yesterday yet young your yours yourself zero
"""
FILLER: Final = frozenset(_FILLER.split())
COMMON: Final = FILLER | frozenset(_COMMON_MORE.split())


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits, from `start` up to before `end`, and what it is compared by."""

    start: int
    end: int
    key: str


def tidy(text: str) -> str:
    """A text without what nobody sees (joiners, direction marks), and with marks joined to their letters."""
    seen = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return "".join(char for char in seen if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})


def words_in(text: str) -> Iterator[Word]:
    """The words of a tidy text."""
    start = end = -1
    for number, char in enumerate(text):
        if unicodedata.category(char)[0] in "LNM":
            start, end = (number if start < 0 else start), number + 1
        elif start >= 0:
            yield Word(start, end, name_key(text[start:end]))
            start = -1
    if start >= 0:
        yield Word(start, end, name_key(text[start:end]))


def matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """Where a pattern is found, in whatever case."""
    return _compiled(pattern).finditer(text)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
