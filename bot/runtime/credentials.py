"""Credentials that change while the bot runs: once one is refused all are read again, and it goes on with what is new.

It is taken apart and built anew, in the same process: so no client needs to know that a credential can change.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from bot.core.polls import CrawlEnd, Poll
from bot.runtime.schedule import Job
from bot.runtime.signals import Stop
from helperfunctions.clock import Clock
from helperfunctions.errors import DatabaseUnavailable, TwitchRefused, WatchTimeError, XCredentialsWrong
from helperfunctions.settings import CREDENTIALS, Settings

log = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(minutes=5)


class Renewal:
    """The settings in force, and the look for newer credentials while a job is refused for those that it has.

    A database that cannot be reached counts as a refusal: how the server says which it is depends on its language, and
    it may have moved. `load` reads the settings from where they come.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        clock: Clock,
        stop: Stop,
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        self.settings = settings
        self.has_renewed = False
        self.look_every = look_every
        self._load = load
        self._clock = clock
        self._stop = stop
        self._look_again_at = clock.now()
        self._refused: set[Job] = set()
        self._looking = threading.Lock()

    def watched(self, jobs: Mapping[Job, Callable[[], object]]) -> dict[Job, Callable[[], object]]:
        """The same jobs. From the first that is refused until it works again, each may look for newer credentials."""
        self._refused.clear()
        return {job: self._watched(job, do) for job, do in jobs.items()}

    def _watched(self, job: Job, do: Callable[[], object]) -> Callable[[], object]:
        def watched() -> object:
            try:
                done = do()
                if isinstance(done, Poll) and done.ended_because is CrawlEnd.TWITCH_REFUSED:
                    self._refused.add(job)
                else:
                    self._refused.discard(job)
                return done
            except (TwitchRefused, XCredentialsWrong, DatabaseUnavailable):
                self._refused.add(job)
                raise
            finally:
                if self._refused:
                    self.look()

        return watched

    def look(self) -> None:
        """Read the settings again, unless that was done lately; end this round of the bot if a credential is new."""
        # Not two at once, and no job waits for another's look.
        if not self._looking.acquire(blocking=False):
            return
        try:
            now = self._clock.now()
            if now >= self._look_again_at:
                self._look_again_at = now + self.look_every
                self._take(self._load())
        except WatchTimeError as exc:
            log.warning("the credentials cannot be read again: %s", "; ".join(str(exc).splitlines()))
        finally:
            self._looking.release()

    def _take(self, newest: Settings) -> None:
        """Take over the credentials, and nothing else: somebody may be in the middle of changing the rest."""
        changed = {name: getattr(newest, name) for name in CREDENTIALS}
        changed = {name: value for name, value in changed.items() if value != getattr(self.settings, name)}
        names = ",".join(name.upper() for name in changed)
        if None in changed.values():
            # As a rule a slip; without DATABASE_URL we would begin an empty database of our own.
            log.warning("credentials are gone from where they came, going on with the old ones names=%s", names)
        elif changed:
            log.info("credentials have changed, starting anew with them names=%s", names)
            self.settings = self.settings.model_copy(update=changed)
            self.has_renewed = True
            self._stop.for_now()


def run_renewed(renewal: Renewal, run: Callable[[Settings], None], stop: Stop) -> None:
    """Run the bot until it is stopped for good, each time with the newest credentials.

    What is wrong at first ends it; later, when nobody is looking, it is tried again until it works.
    """
    run(renewal.settings)
    while not stop.is_for_good:
        try:
            run(renewal.settings)
        except WatchTimeError as exc:
            log.error("cannot start anew, trying again: %s", exc)
            stop.wait(renewal.look_every)
            if not stop.is_for_good:
                renewal.look()
