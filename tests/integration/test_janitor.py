"""A test process leaves no other process running, even if it is killed."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, eventually
from tests.janitor import processes_in

# Starts a server and a process as tests do, and waits to be killed.
TESTS = """
import subprocess, sys, time
from pathlib import Path
from helperfunctions import embedded_postgres
from tests.janitor import cleaning_up_after_us

folder = Path(sys.argv[1])
with cleaning_up_after_us(folder, folder / "pytest"), embedded_postgres.running(folder / "pg"):
    subprocess.Popen(["sleep", "1000"], cwd=folder, start_new_session=True)
    print("ready", flush=True)
    time.sleep(1000)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_a_test_process_that_is_ended_leaves_no_process_and_no_file(how: signal.Signals) -> None:
    # A short path: the name of a Unix socket has about a hundred characters at most.
    folder = Path(tempfile.mkdtemp(prefix="wt-"))
    command = [sys.executable, "-c", TESTS, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as tests:
        assert tests.stdout is not None
        assert tests.stdout.readline() == "ready\n"
        assert {process.name() for process in processes_in([folder])} >= {"postgres", "sleep"}
        tests.send_signal(how)
        assert tests.wait() != 0
    eventually(lambda: not processes_in([folder]), "nothing runs there")
    eventually(lambda: not folder.exists(), "its folder is removed")
