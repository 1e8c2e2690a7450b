"""Mentions by category, made of templates and of the names of a simulated Twitch. Seeded.

Mentions that ask nothing are listed; only their case, punctuation and emoji vary.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from benchmarks.mention_names import ALIASES, OTHER_SCRIPTS, WORD_STREAMERS, names_in
from benchmarks.mention_score import Case
from bot.core.name_keys import game_keys
from bot.core.name_words import keys_of, numerals, with_digits
from bot.core.questions import Subject, SubjectKind
from helperfunctions.text import name_key

_PLAIN: Final = ("{}", "{}?", "{} please", "{} stats", "stats for {}", "top {}", "how is {} doing?", "what about {}")
_QUESTIONS: Final = (
    *_PLAIN,
    "hey can you show me {}",
    "how many hours did people watch {}",
    "how many viewers does {} have",
    "tell me about {}",
    "who watches {}",
    "{} watch time pls",
    "i want to know how {} is doing",
    "yo whats up with {}",
    "is {} popular these days?",
    "give me the numbers of {} 🙏",
    "{} 📊",
    "looking for {} viewership",
)
_OF_GAMES: Final = ("top streamers of {}", "who streams {} the most?", "most watched {} streamers", "best {} channels")
_OF_STREAMERS: Final = ("what does {} play", "which games does {} stream", "how long did {} stream", "@{} stats")

_TIMES: Final = {
    "yesterday": "",
    "today": "today",
    "right now": "live",
    "live": "live",
    "last 7 days": "7 days",
    "last week": "7 days",
    "this month": "22 days",
    "past 3 days": "3 days",
    "last two weeks": "14 days",
    "over the last year": "365 days",
    "3 days ago": "2026-11-20",
    "two weeks ago": "2026-11-09",
    "the day before yesterday": "2026-11-21",
    "on Monday": "2026-11-16",
    "last friday": "2026-11-20",
    "last weekend": "2 days",
    "since friday": "3 days",
    "on Nov 20": "2026-11-20",
    "November 3rd": "2026-11-03",
    "on the 14th of november": "2026-11-14",
    "2026-11-20": "2026-11-20",
    "11/19": "2026-11-19",
    "19.11.2026": "2026-11-19",
    "from Nov 1 to Nov 7": "2026-11-01..2026-11-07",
    "nov 10 to 12": "2026-11-10..2026-11-12",
    "in october": "2026-10-01..2026-10-31",
    "september 2026": "2026-09-01..2026-09-30",
    "in 2025": "2025-01-01..2025-12-31",
}
_UNKNOWN_TIMES: Final = (
    *(
        "last night",
        "last hour",
        "in the last 24 hours",
        "past 6 hours",
        "all time",
        "tomorrow",
        "next week",
        "tonight",
    ),
    *("feb 30", "-5 days", "2 years", "last 900 days", "9999-12-31", "2026-13-01", "this morning", "since 2019"),
    *("30 minutes ago", "at 9pm", "last 48h", "next month", "this evening", "november 31", "5 hours", "last summer"),
)
# Template, and the time that it names.
_LANGUAGES: Final = {
    "es": (
        ("¿cómo va {}?", ""),
        ("estadísticas de {} hoy", "today"),
        ("cuántas horas se vio {} ayer", ""),
        ("muéstrame {} de esta semana", "today"),
        ("{} últimos 7 días por favor", "7 days"),
        ("dame los números de {} hace 3 días", "2026-11-20"),
        ("quiénes son los mejores streamers de {} este mes", "22 days"),
    ),
    "de": (
        ("wie läuft {}?", ""),
        ("zeig mir {} von gestern", ""),
        ("statistik für {} heute bitte", "today"),
        ("wie viele Zuschauer hatte {} letzte Woche", "7 days"),
        ("{} vor 3 Tagen", "2026-11-20"),
        ("{} letzten 14 Tage", "14 days"),
        ("was ist mit {} diesen Monat", "22 days"),
    ),
    "fr": (
        ("comment va {} ?", ""),
        ("combien d'heures pour {} hier", ""),
        ("les stats de {} aujourd'hui svp", "today"),
        ("{} cette semaine", "today"),
        ("montre-moi {} il y a 3 jours", "2026-11-20"),
        ("qui regarde {} en ce moment", "live"),
        ("{} les 7 derniers jours", "7 days"),
    ),
    "pt": (
        ("como está {}?", ""),
        ("quantas horas assistiram {} ontem", ""),
        ("estatísticas de {} hoje", "today"),
        ("me mostra {} dessa semana", "today"),
        ("{} últimos 30 dias", "30 days"),
        ("números do {} por favor", ""),
        ("{} agora", "live"),
    ),
    "it": (
        ("come va {}?", ""),
        ("statistiche di {} ieri", ""),
        ("quante ore ha fatto {} oggi", "today"),
        ("{} la settimana scorsa", "7 days"),
        ("mostrami {} ultimi 7 giorni", "7 days"),
        ("quanti spettatori ha {} adesso", "live"),
    ),
    "ja": (
        ("{} 昨日", ""),
        ("{} の視聴時間を教えて", ""),
        ("今日の {} はどう？", "today"),
        ("{} 過去7日間", "7 days"),
        ("{} 今週のランキング", "today"),
    ),
    "ko": (
        ("{} 어제", ""),
        ("{} 오늘 시청 시간", "today"),
        ("{} 어때?", ""),
        ("{} 지난 7일 통계 알려줘", "7 days"),
        ("{} 이번 주", "today"),
    ),
    "ru": (
        ("как дела у {}?", ""),
        ("статистика {} за вчера", ""),
        ("{} сегодня", "today"),
        ("сколько часов смотрели {} за неделю", "7 days"),
        ("покажи {} за последние 7 дней", "7 days"),
        ("{} сейчас", "live"),
    ),
    "tr": (
        ("{} nasıl?", ""),
        ("{} dün kaç saat izlendi", ""),
        ("{} bugün", "today"),
        ("{} son 7 gün", "7 days"),
        ("{} istatistikleri bu hafta", "today"),
    ),
    "zh": (
        ("{} 昨天", ""),
        ("{} 今天怎么样", "today"),
        ("{} 最近7天的数据", "7 days"),
        ("看看 {} 本周", "today"),
        ("{} 观看时间 前天", "2026-11-21"),
    ),
}
_CHATTER: Final = """
    who asked|no one asked bro|touch grass my guy|this made my day|i can't even|what is happening right now|same honestly|
    mood|i'm done with this app|did you eat today|my cat just knocked over my coffee|it's so cold outside|happy friday everyone|
    can't wait for the weekend|what a time to be alive|i miss summer|anyone else tired|ok boomer|say less|big if true|
    check my dm|look at your dms|follow for follow|marry me|will you be my friend|tell me a joke|how are you today|
    where are you from|are you real|do you sleep|do you have feelings|what's the meaning of life|i have an exam tomorrow|
    just got home from work|going to bed now|good luck with that|see you at the concert|best day ever|
    this is the way|we are so back|it's over|i was there|screenshot this|aged like milk|let him cook|
    he's just like me|she's so pretty|they did it again|you had one job|sounds about right|i agree with this|
    facts don't care about your feelings|source: trust me|source?|citation needed|delete this|post the full video|
    what's the song name|where is this from|who is this guy|is this real life|how is that legal|why would you do that|
    what did i just watch|my mom says hi|my dog ate my homework|currently eating pizza|new phone who dis|
    coffee first|monday again|happy birthday to me|so proud of you|welcome back|long time no see|
    the dress is blue and black|pineapple belongs on pizza|change my mind|hot take but ok|unpopular opinion|
    stream was great today|loved the show|great episode|the ending was sad|no spoilers please|
    i'm crying in the club|sending hugs|stay safe out there|drink water|read the room|not the flex you think it is|
    this you?|bro thinks he's him|lowkey iconic|main character energy|rent free|it's giving|period|slay queen|
    haha|hahahaha|jajaja|kkkkk|www|lmao ok|😂😂😂|💀|🫡|gm|gn|goat|ratio|first|second|W|L|this|that|yes|no|maybe|ok|okay|
    hello|hi there|hey|sup|what's up|yo|good morning|good night|bye|see ya|nice|cool|great|awesome|amazing|wow|omg|
    wtf|bruh|bro|dude|yikes|oof|cringe|based|true|facts|cap|no cap|bet|sus|fire|mid|trash|top|what|why|when|who|how|
    today|yesterday|tomorrow|live|weekend|stats|please|sorry|love|hate|god|king|queen|legend|real|fake|news|music please stop|
    qué risa|no manches|vamos con todo|feliz cumpleaños|te quiero mucho|dónde estás|qué hora es|hasta mañana|
    alles gute zum geburtstag|ich hab hunger|wo bist du|bis morgen|keine ahnung|das ist lustig|ich liebe dich|
    c'est trop drôle|joyeux anniversaire|à demain|je t'aime|j'ai faim|t'es où|que coisa linda|feliz aniversário|até amanhã|
    tô com fome|che bello|buon compleanno|a domani|ti amo|ho fame|お腹すいた|おはようございます|おやすみ|かわいい|すごい|
    배고파|잘 자|안녕하세요|생일 축하해|доброе утро|спокойной ночи|я тебя люблю|с днём рождения|günaydın|iyi geceler|
    doğum günün kutlu olsun|seni seviyorum|早上好|晚安|生日快乐|我爱你|صباح الخير|مساء الخير|goedemorgen|god morgon|dzień dobry
"""
_SPAM: Final = """
    buy crypto now|join my crypto group for free signals|i made $5000 in one week dm me|100x gem don't miss out 🚀🚀|
    free airdrop claim now https://t.co/abc|click the link in my bio|hot singles near you|earn money from home today|
    dm me to promote your channel|get 1000 followers fast|cheap viewers for your stream dm|check out my new song on spotify|
    my onlyfans is 50% off|congratulations you won an iphone|your account will be suspended verify now|
    send 1 btc get 2 back|forex trading made easy|i can recover your hacked account|best essay writing service|
    need a logo designer? dm me|we love your content let's collaborate|promote it on @bigpage|
    whatsapp me for investment tips|this token will moon|presale is live now|whitelist spots open|
    nft drop tonight|invest in gold today|passive income for everyone|download the app and get $20|
    subscribe to my channel|follow me and i follow back|like and retweet to win|giveaway! tag three friends|
    loans at low interest|work with us remotely|learn to trade like a pro|limited offer ends today|
    gana dinero desde casa|compra ahora con descuento|geld verdienen von zuhause|gagnez de l'argent facilement|
    ganhe dinheiro em casa|guadagna online subito|заработок в интернете|kazan kazan kazan|#crypto #bitcoin #eth|
    #ad #sponsored great product|join us #giveaway|read my thread on startups|vote for me please|sign the petition
"""
_INSULTS: Final = """
    you suck|shut your mouth|you're garbage|worst bot ever|stupid bot|dumb bot|delete your account|nobody likes you|
    get a life|you are a clown|what a loser|kys bot|go to hell|screw you|fuck you|f off|piece of shit|trash account|
    you're annoying|i hate you|useless piece of junk|your numbers are fake|liar|scammer|fraud|this bot is broken|
    broken bot lol|learn to code|who made this garbage|whoever made you should be ashamed|pathetic|you're so wrong|
    idiot|moron|dumbass|bitch|clown account|imbécil|eres un idiota|vete a la mierda|das ist müll|du idiot|halt die fresse|
    ferme ta gueule|t'es nul|espèce de con|seu idiota|vai se foder|lixo|stronzo|sei un cretino|che schifo|バカ|死ね|うざい|
    바보야|꺼져|дурак|иди нахуй|тупой бот|aptal bot|salak|傻逼|垃圾机器人|滚|wat een sukkel|jävla idiot|głupi bot
"""
_THANKS: Final = """
    thanks|thank you|thank you so much|thanks bot|ty|tysm|thx bro|cheers|much appreciated|appreciate you|thanks a lot|
    thank u|many thanks|you're the best|good bot|great work|gracias|muchas gracias|gracias bot|mil gracias|te agradezco|
    danke|danke schön|vielen dank|dankeschön|danke dir|merci|merci beaucoup|merci bien|mille mercis|obrigado|obrigada|
    muito obrigado|valeu|brigado|grazie|grazie mille|ti ringrazio|bedankt|dank je wel|dankjewel|tack|tack så mycket|
    takk|tusen takk|tak|mange tak|kiitos|dziękuję|dzięki|wielkie dzięki|děkuji|спасибо|большое спасибо|спс|дякую|
    teşekkürler|teşekkür ederim|sağol|eyvallah|ありがとう|ありがとうございます|どうもありがとう|感謝します|고마워|감사합니다|고맙습니다|
    谢谢|谢谢你|多谢|感谢|شكرا|شكرا جزيلا|धन्यवाद|बहुत धन्यवाद|terima kasih|makasih|cảm ơn|cảm ơn bạn|salamat|ευχαριστώ|תודה|
    ขอบคุณ|mulțumesc|köszönöm|hvala|благодаря|aitäh|gràcies|eskerrik asko
"""
_STATEMENTS: Final = """
    buy crypto now|sleep well|i love art|this is music|this is just sports|modern art is weird|music makes me happy|
    i need sleep|who needs sleep|stray dogs everywhere|control yourself|i lost control|rust never sleeps|my bike has rust|
    politics is exhausting|no politics please|retro vibes|sports are boring|art is dead|crypto is a scam|
    the music was too loud|turn up the music|go to sleep|can't sleep again|sleep is overrated|inside my head|stay inside|
    life is a journey|enjoy the journey|peak fiction|peak performance by him|raft on the river|journey before destination|
    chess not checkers|poker face|science rules|food and drink tonight|control the narrative|hades and persephone|
    portal to hell|limbo dancing|what is love|doom and gloom|we are doomed|squad goals|the squad is here|celeste is my aunt
"""
_COMMANDS: Final = {
    "stop": """
        stop|STOP|stop.|please stop|can you stop|could you please stop|stop it|stop replying to me|stop tagging me|
        please stop replying|will you stop|just stop|stop messaging me|don't reply to me|do not reply|leave me alone|
        unsubscribe|opt out|shut up|go away|stop spamming me|i want you to stop|block me|mute me|no more replies
    """,
    "help": "help|help me|how do you work|how does this work|what can you do|commands|?|what are you|how do i use this",
    "start": "start|start again|resume|subscribe|opt in|unmute|start replying",
    "-": "don't stop|never stop|don't stop believing|can't stop laughing|stop the count|non stop|stop lying|bus stop",
}
_NOT: Final = (
    "not {1}, {0}",
    "not {1} but {0}",
    "i dont care about {1}, show me {0}",
    "{0} not {1}",
    "{0} instead of {1}",
)
_ONLY_NOT: Final = ("not {}", "anything but {}", "no more {}", "i don't care about {}", "dont show me {}")
_PICTURES: Final = ("", "", "", " 😂", " 🙏", " 🔥🔥", " lol", "!", "!!", "...", " ❤️", "?!")


def some_cases(subjects: Sequence[Subject], seed: int, per_category: int) -> list[Case]:
    """About this many mentions of each category."""
    make = _Maker(subjects, random.Random(seed))
    cases: list[Case] = []
    for category, one in make.asking.items():
        cases.extend(case for case in (one(category) for _ in range(per_category)) if case is not None)
    for category, texts in make.quiet.items():
        cases.extend(make.varied(category, texts, per_category))
    for command, lines in _COMMANDS.items():
        cases.extend(Case("commands", text, (command,)) for text in names_in(lines))
    return cases


class _Maker:
    """Makes mentions. Every maker of one gives None where a name does not fit."""

    def __init__(self, subjects: Sequence[Subject], chance: random.Random) -> None:
        self._chance = chance
        words = {name.lower() for name in (*names_in(WORD_STREAMERS), *names_in(OTHER_SCRIPTS))}
        self._games = [subject for subject in subjects if subject.kind is SubjectKind.GAME]
        self._streamers = [
            subject
            for subject in subjects
            if subject.kind is SubjectKind.STREAMER and subject.name.lower() not in words
        ]
        self._by_key: dict[str, Subject] = {}
        for subject in sorted(subjects, key=lambda subject: -subject.watch_hours):
            self._by_key.setdefault(name_key(subject.name), subject)
        self._game_keys = {key for game in self._games for key in game_keys(game.name)}
        self.asking: dict[str, Callable[[str], Case | None]] = {
            "exact game": self._exact_game,
            "exact streamer": self._exact_streamer,
            "short name": self._alias,
            "before the colon": self._before_colon,
            "unknown sequel": self._sequel,
            "misspelled game": self._misspelled_game,
            "misspelled streamer": self._misspelled_streamer,
            "other word order": self._word_order,
            "without spaces": self._unspaced,
            "with a time": self._timed,
            "with an unknown time": self._unknown_time,
            "other languages": self._other_language,
            "kind named": self._kind,
            "negation": self._negation,
            "two names": self._two_names,
        }
        self.quiet: dict[str, Sequence[str]] = {
            "chatter": names_in(_CHATTER),
            "spam": names_in(_SPAM),
            "insults": names_in(_INSULTS),
            "thanks": names_in(_THANKS),
            "everyday words": names_in(WORD_STREAMERS)[:140],
            "statements": names_in(_STATEMENTS),
            "only negation": [pattern.format(name) for pattern in _ONLY_NOT for name in names_in(_FAMOUS)],
        }

    def varied(self, category: str, texts: Sequence[str], count: int) -> Iterator[Case]:
        """Texts that ask nothing, with pictures and marks behind, and in another case."""
        everyday = {"minecraft", "rust", "garciap", "sourcetv", "chat", "bot"}
        for text in self._chance.choices([text for text in texts if text not in everyday], k=count):
            cased = self._chance.choice((str, str, str.lower, str.upper, str.capitalize))(text)
            games = tuple(
                f"game {self._by_key[key].name}"
                for key in (name_key(text),)
                if category == "everyday words" and key in self._by_key and self._by_key[key].kind is SubjectKind.GAME
            )
            yield Case(category, cased + self._chance.choice(_PICTURES), ("-", *games, "stop", "help", "start"))

    def _pick(self, subjects: Sequence[Subject]) -> Subject:
        # The more watched are asked about more often.
        return subjects[min(int(self._chance.paretovariate(0.35)) - 1, len(subjects) * 10) % len(subjects)]

    def _expected(self, subject: Subject, when: str = "") -> tuple[str, ...]:
        """What answers a question by the exact name: the more watched of that key."""
        first = self._by_key[name_key(subject.name)]
        time = f" @ {when}" if when else ""
        return tuple(f"{one.kind} {one.name}{time}" for one in dict.fromkeys((first, subject)))

    def _cased(self, name: str) -> str:
        return self._chance.choice((str, str.lower, str.lower, str.upper))(name)

    def _exact_game(self, category: str) -> Case:
        game = self._pick(self._games)
        text = self._chance.choice((*_QUESTIONS, *_OF_GAMES)).format(self._cased(game.name))
        return Case(category, text, self._expected(game))

    def _exact_streamer(self, category: str) -> Case:
        streamer = self._pick(self._streamers)
        text = self._chance.choice((*_QUESTIONS, *_OF_STREAMERS)).format(self._cased(streamer.name))
        return Case(category, text, self._expected(streamer))

    def _alias(self, category: str) -> Case | None:
        alias = self._chance.choice(list(ALIASES))
        game = self._by_key.get(name_key(ALIASES[alias]))
        if game is None:
            return None
        return Case(category, self._chance.choice(_PLAIN).format(self._cased(alias)), (f"game {game.name}",))

    def _before_colon(self, category: str) -> Case | None:
        game = self._chance.choice([game for game in self._games if ": " in game.name])
        main = game.name.split(": ")[0]
        key = name_key(main)
        others = [other for other in self._games if name_key(other.name).startswith(key) and other is not game]
        if key in self._by_key or any(char in main for char in "®™"):
            return None
        expected: tuple[str, ...] = (f"?{game.name}",) if others else (f"game {game.name}",)
        most = max([game, *others], key=lambda one: one.watch_hours)
        if others and all(most.watch_hours > 3 * one.watch_hours for one in (game, *others) if one is not most):
            expected = (f"game {most.name}", *expected)
        return Case(category, self._chance.choice(_PLAIN).format(self._cased(main)), expected)

    def _sequel(self, category: str) -> Case | None:
        game = self._pick(self._games)
        words = game.name.split(": ")[0].split()
        has_number = bool(numerals(keys_of(words[-1]))) and len(words) > 1
        number = self._chance.randrange(2, 12)
        written = self._chance.choice((str(number), ("II", "III", "IV", "V", "VI", "VII", "VIII")[number % 7]))
        name = " ".join([*(words[:-1] if has_number else words), written])
        keys = keys_of(name)
        known = self._game_keys | set(self._by_key) | set(ALIASES)
        if any(one.startswith(key) for key in ("".join(keys), with_digits(keys)) for one in known):
            return None
        text = self._chance.choice((*_PLAIN, "{} last week", "{} viewers", "top streamers of {}")).format(
            self._cased(name)
        )
        return Case(category, text, ("?",))

    def _misspelled_game(self, category: str) -> Case | None:
        return self._misspelled(category, self._games)

    def _misspelled_streamer(self, category: str) -> Case | None:
        return self._misspelled(category, self._streamers)

    def _misspelled(self, category: str, subjects: Sequence[Subject]) -> Case | None:
        subject = self._pick(subjects)
        name = subject.name.lower()
        if len(name_key(name)) < 6 or not name.isascii():
            return None
        for _ in range(1 + (len(name_key(name)) >= 11 and self._chance.random() < 0.4)):
            name = self._with_a_mistake(name)
        if name_key(name) in self._by_key or name_key(name) in self._game_keys:
            return None
        text = self._chance.choice((*_PLAIN, *_QUESTIONS)).format(name)
        return Case(category, text, self._expected(subject))

    def _with_a_mistake(self, name: str) -> str:
        places = [place for place in range(1, len(name) - 1) if name[place : place + 2].isalpha()]
        if not places:
            return name
        place = self._chance.choice(places)
        letter = self._chance.choice("abcdefghijklmnoprstuvwy")
        return self._chance.choice(
            (
                name[:place] + name[place + 1 :],
                name[:place] + letter + name[place + 1 :],
                name[:place] + name[place] + name[place:],
                name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            )
        )

    def _word_order(self, category: str) -> Case | None:
        game = self._pick(self._games)
        words = game.name.lower().split()
        if not 2 <= len(words) <= 4 or numerals(keys_of(game.name)) or not game.name.replace(" ", "").isalpha():
            return None
        shuffled = self._chance.sample(words, len(words))
        if shuffled == words or "".join(shuffled) in self._by_key:
            return None
        return Case(category, self._chance.choice(_PLAIN[:5]).format(" ".join(shuffled)), (f"game {game.name}",))

    def _unspaced(self, category: str) -> Case | None:
        game = self._pick(self._games)
        if " " not in game.name:
            return None
        text = self._chance.choice(("{}", "#{}", "{} stats", "how is #{} doing", "{} last week")).format(
            "".join(char for char in game.name if char.isalnum())
        )
        return Case(category, text, self._expected(game, "7 days" if "week" in text else ""))

    def _subject(self) -> Subject:
        return self._pick(self._games if self._chance.random() < 0.5 else self._streamers)

    def _timed(self, category: str) -> Case:
        subject = self._subject()
        said, when = self._chance.choice(list(_TIMES.items()))
        text = self._chance.choice(
            ("{0} {1}", "how did {0} do {1}?", "{0} stats {1}", "{1} {0}", "show me {0} {1} please")
        )
        return Case(category, text.format(subject.name, said), self._expected(subject, when))

    def _unknown_time(self, category: str) -> Case:
        subject, said = self._subject(), self._chance.choice(_UNKNOWN_TIMES)
        text = self._chance.choice(("{0} {1}", "how did {0} do {1}?", "{0} stats {1}"))
        return Case(category, text.format(subject.name, said), ("time?",))

    def _other_language(self, category: str) -> Case:
        subject = self._subject()
        template, when = self._chance.choice(_LANGUAGES[self._chance.choice(list(_LANGUAGES))])
        return Case(category, template.format(subject.name), self._expected(subject, when))

    def _kind(self, category: str) -> Case | None:
        if self._chance.random() < 0.5:
            name = self._chance.choice(names_in(WORD_STREAMERS))
            text = self._chance.choice(
                ("streamer: {}", "streamer:{}", "streamer {}", "the streamer {}", "channel: {} today")
            )
            when = " @ today" if "today" in text else ""
            return Case(category, text.format(name), (f"streamer {name}{when}",))
        game = self._pick(self._games)
        text = self._chance.choice(
            ("game: {}", "game:{}", "game {}", "how is the game {} doing", "category: {} last week")
        )
        when = " @ 7 days" if "week" in text else ""
        return Case(category, text.format(game.name), (f"game {game.name}{when}",))

    def _negation(self, category: str) -> Case:
        wanted, other = self._chance.sample(names_in(_FAMOUS), 2)
        text = self._chance.choice(_NOT).format(wanted, other)
        return Case(category, text, self._expected(self._by_key[name_key(wanted)]))

    def _two_names(self, category: str) -> Case:
        one, other = self._subject(), self._subject()
        pattern = self._chance.choice(("{} or {}?", "{} vs {}", "compare {} and {}", "is {} bigger than {}?"))
        both = (f"?{one.name}", f"?{other.name}")
        # Of two of one kind that are joined, one alone is half an answer.
        is_half = one.kind is other.kind and one.id != other.id
        expected = both if is_half else (*self._expected(one), *self._expected(other), *both)
        return Case(category, pattern.format(one.name, other.name), expected)


_FAMOUS: Final = (
    "minecraft|fortnite|valorant|league of legends|xqc|kaicenat|ibai|terraria|elden ring|tarik|shroud|roblox"
)
