"""Mentions by category, made of phrases and of the names of a simulated Twitch. Seeded.

Mentions that contain no question are listed; only their case, punctuation and emoji vary.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from benchmarks.mention_names import ALIASES, OTHER_SCRIPTS, WORD_STREAMERS, names_in
from benchmarks.mention_phrases import (
    CHATTER,
    COMMANDS,
    FAMOUS,
    INSULTS,
    LANGUAGES,
    NOT,
    OF_GAMES,
    OF_STREAMERS,
    ONLY_NOT,
    PICTURES,
    PLAIN,
    QUESTIONS,
    SPAM,
    STATEMENTS,
    THANKS,
    TIMES,
    UNKNOWN_TIMES,
)
from benchmarks.mention_score import Case
from bot.core.name_keys import game_keys
from bot.core.name_words import keys_of, numerals, with_digits
from bot.core.questions import Subject, SubjectKind
from helperfunctions.text import name_key


def some_cases(subjects: Sequence[Subject], seed: int, per_category: int) -> list[Case]:
    """Mentions of every category, about `per_category` of each."""
    make = _Maker(subjects, random.Random(seed))
    cases: list[Case] = []
    for category, one in make.asking.items():
        cases.extend(case for case in (one(category) for _ in range(per_category)) if case is not None)
    for category, texts in make.quiet.items():
        cases.extend(make.varied(category, texts, per_category))
    for command, lines in COMMANDS.items():
        cases.extend(Case("commands", text, (command,)) for text in names_in(lines))
    return cases


class _Maker:
    """Makes mentions. Each method returns None where a name does not fit."""

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
            "chatter": names_in(CHATTER),
            "spam": names_in(SPAM),
            "insults": names_in(INSULTS),
            "thanks": names_in(THANKS),
            "everyday words": names_in(WORD_STREAMERS)[:140],
            "statements": names_in(STATEMENTS),
            "only negation": [pattern.format(name) for pattern in ONLY_NOT for name in names_in(FAMOUS)],
        }

    def varied(self, category: str, texts: Sequence[str], count: int) -> Iterator[Case]:
        """Texts that ask nothing, in another case, with emoji or punctuation at the end."""
        everyday = {"minecraft", "rust", "garciap", "sourcetv", "chat", "bot"}
        for text in self._chance.choices([text for text in texts if text not in everyday], k=count):
            cased = self._chance.choice((str, str, str.lower, str.upper, str.capitalize))(text)
            games = tuple(
                f"game {self._by_key[key].name}"
                for key in (name_key(text),)
                if category == "everyday words" and key in self._by_key and self._by_key[key].kind is SubjectKind.GAME
            )
            yield Case(category, cased + self._chance.choice(PICTURES), ("-", *games, "stop", "help", "start"))

    def _pick(self, subjects: Sequence[Subject]) -> Subject:
        # The most watched are asked about most often.
        return subjects[min(int(self._chance.paretovariate(0.35)) - 1, len(subjects) * 10) % len(subjects)]

    def _expected(self, subject: Subject, when: str = "") -> tuple[str, ...]:
        """The expected answer to an exact name: the most watched subject with its key."""
        first = self._by_key[name_key(subject.name)]
        time = f" @ {when}" if when else ""
        return tuple(f"{one.kind} {one.name}{time}" for one in dict.fromkeys((first, subject)))

    def _cased(self, name: str) -> str:
        return self._chance.choice((str, str.lower, str.lower, str.upper))(name)

    def _exact_game(self, category: str) -> Case:
        game = self._pick(self._games)
        text = self._chance.choice((*QUESTIONS, *OF_GAMES)).format(self._cased(game.name))
        return Case(category, text, self._expected(game))

    def _exact_streamer(self, category: str) -> Case:
        streamer = self._pick(self._streamers)
        text = self._chance.choice((*QUESTIONS, *OF_STREAMERS)).format(self._cased(streamer.name))
        return Case(category, text, self._expected(streamer))

    def _alias(self, category: str) -> Case | None:
        alias = self._chance.choice(list(ALIASES))
        game = self._by_key.get(name_key(ALIASES[alias]))
        if game is None:
            return None
        return Case(category, self._chance.choice(PLAIN).format(self._cased(alias)), (f"game {game.name}",))

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
        return Case(category, self._chance.choice(PLAIN).format(self._cased(main)), expected)

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
        text = self._chance.choice((*PLAIN, "{} last week", "{} viewers", "top streamers of {}")).format(
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
        text = self._chance.choice((*PLAIN, *QUESTIONS)).format(name)
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
        return Case(category, self._chance.choice(PLAIN[:5]).format(" ".join(shuffled)), (f"game {game.name}",))

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
        time, when = self._chance.choice(list(TIMES.items()))
        text = self._chance.choice(
            ("{0} {1}", "how did {0} do {1}?", "{0} stats {1}", "{1} {0}", "show me {0} {1} please")
        )
        return Case(category, text.format(subject.name, time), self._expected(subject, when))

    def _unknown_time(self, category: str) -> Case:
        subject, time = self._subject(), self._chance.choice(UNKNOWN_TIMES)
        text = self._chance.choice(("{0} {1}", "how did {0} do {1}?", "{0} stats {1}"))
        return Case(category, text.format(subject.name, time), ("time?",))

    def _other_language(self, category: str) -> Case:
        subject = self._subject()
        template, when = self._chance.choice(LANGUAGES[self._chance.choice(list(LANGUAGES))])
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
        wanted, other = self._chance.sample(names_in(FAMOUS), 2)
        text = self._chance.choice(NOT).format(wanted, other)
        return Case(category, text, self._expected(self._by_key[name_key(wanted)]))

    def _two_names(self, category: str) -> Case:
        one, other = self._subject(), self._subject()
        pattern = self._chance.choice(("{} or {}?", "{} vs {}", "compare {} and {}", "is {} bigger than {}?"))
        both = (f"?{one.name}", f"?{other.name}")
        # For two joined names of one kind, a single one is only half an answer.
        is_half = one.kind is other.kind and one.id != other.id
        expected = both if is_half else (*self._expected(one), *self._expected(other), *both)
        return Case(category, pattern.format(one.name, other.name), expected)
