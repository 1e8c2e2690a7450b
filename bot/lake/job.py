"""The job `lake`: a turn of the lake in a short process of its own, with a limit of memory of its own."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from helperfunctions.database import Database
from helperfunctions.errors import (
    EngineFailed,
    LakeError,
    OutputNotWritten,
    StoreRefused,
    StoreUnavailable,
    WatchTimeError,
)

log = logging.getLogger(__name__)

_ROOT: Final = Path(__file__).resolve().parents[2]
# A turn after an outage of the store takes longer; the next turn goes on after a turn that was ended.
TIMEOUT_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class LakeJob:
    """Runs a turn. `order`: returns what the process is to know, for JSON."""

    database: Database
    order: Callable[[], dict[str, Any]]

    def run(self) -> str:
        """Run the job once. Raises Busy when another process does, and the error of the turn."""
        with self.database.exclusive("lake"):
            done = self._in_process(json.dumps(self.order()))
        text = done.stdout.decode(errors="replace").strip()
        if done.returncode == 0:
            log.info("lake: %s", text)
            return text
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise _error_of(
            done.returncode, lines[-1] if lines else f"the process of the lake ended with {done.returncode}"
        )

    def _in_process(self, order: str) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(
                [sys.executable, "-m", "bot.lake.process"],
                input=order.encode(),
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
                cwd=_ROOT,
                env=dict(os.environ),
            )
        except subprocess.TimeoutExpired as exc:
            raise StoreUnavailable(
                f"the lake took longer than {TIMEOUT_SECONDS:.0f} seconds; the next turn goes on"
            ) from exc
        except OSError as exc:
            raise EngineFailed(f"the process of the lake cannot be started: {exc.strerror}") from exc


def _error_of(code: int, line: str) -> WatchTimeError:
    if code < 0:
        return EngineFailed(f"the process of the lake was ended by signal {-code}, perhaps for want of memory")
    kinds = (StoreUnavailable, StoreRefused, EngineFailed, OutputNotWritten)
    return next((kind(line) for kind in kinds if kind.exit_code == code), LakeError(line))
