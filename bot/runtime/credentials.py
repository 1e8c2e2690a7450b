"""Credentials that change while the bot runs: once one is refused, all are read again, and the bot is built again with
those that are new.

It is built again as a whole, in the same process: so no client needs to know that a credential can change.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.core.polls import CrawlEnd, Poll
from bot.runtime.signals import Stop
from helperfunctions.clock import Clock, Wait
from helperfunctions.errors import DatabaseUnavailable, TwitchRefused, WatchTimeError, XCredentialsWrong
from helperfunctions.settings import CREDENTIALS, Settings

log = logging.getLogger(__name__)

CHECK_EVERY: Final = timedelta(minutes=5)
_REFUSALS: Final = (TwitchRefused, XCredentialsWrong, DatabaseUnavailable)


class CredentialReload:
    """The settings in force, and the check for newer credentials while a job is refused for those that it has.

    A database that cannot be reached counts as a refusal: the words for a wrong password depend on the server's
    language, and the database may have moved. `load` reads the settings from where they come.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        clock: Clock,
        stop: Stop,
        check_every: timedelta = CHECK_EVERY,
    ) -> None:
        self.settings = settings
        self.has_changed = False
        self.check_every = check_every
        self._load = load
        self._clock = clock
        self._stop = stop
        self._since_check = Wait(clock.now(), timedelta(0))
        self._refused: set[str] = set()
        self._checking = threading.Lock()

    def begin(self) -> None:
        """Forget which jobs were refused: a bot with the settings in force begins."""
        self._refused.clear()

    def after_attempt(self, job: str, result: object, error: BaseException | None) -> None:
        """Check for newer credentials after each attempt of any job, from the first refusal until that job works."""
        is_refused_poll = isinstance(result, Poll) and result.ended_because is CrawlEnd.TWITCH_REFUSED
        if isinstance(error, _REFUSALS) or is_refused_poll:
            self._refused.add(job)
        elif error is None or result is not None:
            # A poll that brought nothing, because Twitch is away, was not refused either.
            self._refused.discard(job)
        if self._refused:
            self.check()

    def check(self) -> None:
        """Read the settings again, at most once per `check_every`; end this run of the bot if a credential is new."""
        # Not two at once, and no job waits for another's check.
        if not self._checking.acquire(blocking=False):
            return
        try:
            now = self._clock.now()
            if self._since_check.is_over(now):
                self._since_check = Wait(now, self.check_every)
                self._take_over(self._load())
        except WatchTimeError as exc:
            log.warning("the credentials cannot be read again: %s", "; ".join(str(exc).splitlines()))
        finally:
            self._checking.release()

    def _take_over(self, newest: Settings) -> None:
        """Take over the credentials, and nothing else: a person may be in the middle of changing the rest."""
        changed = {name: getattr(newest, name) for name in CREDENTIALS}
        changed = {name: value for name, value in changed.items() if value != getattr(self.settings, name)}
        names = ",".join(name.upper() for name in changed)
        if None in changed.values():
            # Usually a slip; without DATABASE_URL the bot would begin an empty database of its own.
            log.warning("credentials are missing where they were read before; keeping the old ones names=%s", names)
        elif changed:
            log.info("credentials have changed; restarting with the new ones names=%s", names)
            self.settings = self.settings.model_copy(update=changed)
            self.has_changed = True
            self._stop.for_now()


def run_reloading(reload: CredentialReload, run: Callable[[Settings], None], stop: Stop) -> None:
    """Run the bot until it is stopped for good, each time with the newest credentials.

    An error of the first run ends it. After that no person may be watching: it is run again until it works.
    """
    run(reload.settings)
    while not stop.is_for_good:
        try:
            run(reload.settings)
        except WatchTimeError as exc:
            log.error("cannot restart; retrying: %s", exc)
            # The run may have failed before it forgot the request to restart, which would end the wait at once.
            stop.begin()
            stop.wait(reload.check_every)
            if not stop.is_for_good:
                reload.check()
