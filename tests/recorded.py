"""Comparison of a text with a recorded file, which `make recorded` stores again."""

import difflib
from pathlib import Path
from typing import Final

import pytest

_MOST_LINES: Final = 60
_LONGEST_LINE: Final = 400


def compare(file: Path, text: str, request: pytest.FixtureRequest) -> None:
    """Fail with the difference between a recorded file and a text; with --record, store the text instead."""
    if request.config.getoption("--record"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, newline="")
        return
    recorded = file.read_bytes().decode() if file.exists() else ""
    if text != recorded:
        lines = difflib.unified_diff(recorded.splitlines(), text.splitlines(), "recorded", "now", lineterm="", n=1)
        changed = [line[:_LONGEST_LINE] for line in lines]
        left = f"\n… and {len(changed) - _MOST_LINES} lines more" if len(changed) > _MOST_LINES else ""
        difference = "\n".join(changed[:_MOST_LINES])
        pytest.fail(f"{file.name} differs; if it should, `make recorded` records it again\n{difference}{left}", False)
