"""Recognize the commands stop, start and help. A command is the whole text except for courtesy. Pure."""

import re
from typing import Final

from bot.core.name_words import words_in
from bot.core.questions import Command
from bot.reply.understand.language_words import LANGUAGES
from helperfunctions.text import name_key

_ENGLISH_STOP: Final = """
    stop stop-it stop-this stop-that stop-all stop-now stop-bot stop-already stop-replying
    stop-replying-to-me stop-reply
    stop-replying-to-my-posts stop-replying-to-my-tweets stop-answering stop-answering-me stop-responding
    stop-responding-to-me stop-talking stop-talking-to-me stop-messaging stop-messaging-me stop-tagging-me
    stop-tagging
    stop-mentioning-me stop-pinging-me stop-notifying-me stop-spamming stop-spamming-me stop-bothering-me
    stop-texting-me
    stop-tweeting-at-me stop-posting stop-sending-me-this stop-contacting-me stop-following-me stop-bugging-me
    unsubscribe unsubscribe-me unsub opt-out opt-me-out i-opt-out unfollow unfollow-me dont-reply dont-reply-to-me
    do-not-reply do-not-reply-to-me dont-answer dont-answer-me do-not-answer do-not-answer-me dont-respond
    dont-respond-to-me do-not-respond-to-me dont-talk-to-me dont-message-me dont-tag-me dont-mention-me
    dont-contact-me
    never-reply-to-me-again never-reply-again dont-reply-to-me-again dont-ever-reply-to-me no-reply no-replies
    no-more-replies no-more-answers no-more leave-me-alone leave-me-be leave-us-alone go-away get-lost
    shut-up stfu shush
    be-quiet mute-me mute yourself-mute block-me remove-me take-me-off ignore-me cancel quit quit-it quit-replying
    quit-replying-to-me cease cease-and-desist enough thats-enough stop-the-bot stop-stop stop-stop-stop
"""
_ENGLISH_START: Final = """
    start start-again start-replying start-replying-to-me start-answering restart resume subscribe subscribe-me opt-in
    opt-me-in opt-back-in unmute unmute-me unstop come-back reply-again answer-me-again you-can-reply-again
"""
_ENGLISH_HELP: Final = """
    help help-me help-me-please commands command usage how-to how-do-you-work how-does-this-work how-does-it-work
    how-do-i-use-you how-do-i-use-this how-do-i-ask how-do-i-use-it how-does-this-bot-work how-do-i-use-this-bot
    what-can-you-do what-do-you-do what-can-i-ask what-can-i-ask-you what-are-you what-is-this-bot who-are-you
    instructions manual what-are-your-commands what-are-the-commands what-commands
"""
# Words that may be anywhere around a command.
_COURTESY: Final = frozenset(
    name_key(word)
    for word in """
    please pls plz thanks thank thx bot hey hi hello ok okay now ffs omg bro dude man buddy already just
    seriously kindly
    guys sir lol yo ugh jesus god damn por favor bitte svp stp lütfen per favore пожалуйста proszę ya porfa
    """.split()
)
# Words of a request before "stop": "can you stop".
_REQUEST: Final = frozenset("can could will would should you u i we want need to like wish id have must".split())

_STOP, _START, _HELP = (
    frozenset(
        name_key(command)
        for command in f"{english} {' '.join(getattr(language, which) for language in LANGUAGES)}".split()
    )
    for english, which in ((_ENGLISH_STOP, "stop"), (_ENGLISH_START, "start"), (_ENGLISH_HELP, "help"))
)
_ONLY_QUESTION_MARKS: Final = re.compile(r"[\s?？¿]*[?？][\s?？]*")
_QUOTE: Final = re.compile(r"[\"“”„«»「」『』]")


def find_command(text: str) -> Command | None:
    """The command in a tidy text, None if it is no command. A text with quotes contains a name and is no command."""
    if _QUOTE.search(text):
        return None
    keys = [word.key for word in words_in(text)]
    if not keys:
        return Command.HELP if _ONLY_QUESTION_MARKS.fullmatch(text) else None
    bare = [key for key in keys if key not in _COURTESY] or keys
    forms = {"".join(keys), "".join(bare), "".join(_without_request(bare))}
    for command, known in ((Command.STOP, _STOP), (Command.START, _START), (Command.HELP, _HELP)):
        if forms & known:
            return command
    return None


def _without_request(keys: list[str]) -> list[str]:
    """The keys without words of a request in front: "can you stop" becomes "stop"."""
    first = next((place for place, key in enumerate(keys) if key not in _REQUEST), len(keys))
    return keys[first:]
