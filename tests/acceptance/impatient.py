"""`watchtime run` that checks for newer credentials twice a second instead of every five minutes."""

from datetime import timedelta
from functools import partial

from bot.runtime.credentials import CredentialReload, run_reloading
from bot.runtime.run import run_once
from bot.runtime.signals import Stop
from helperfunctions import log, settings
from helperfunctions.clock import SystemClock

if __name__ == "__main__":
    log.set_up()
    clock, stop, loaded = SystemClock(), Stop(), settings.load().settings
    reload = CredentialReload(loaded, lambda: settings.load().settings, clock, stop, timedelta(seconds=0.5))
    run_reloading(reload, partial(run_once, reload=reload, clock=clock, stop=stop), stop)
