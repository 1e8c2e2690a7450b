"""An environment without settings in an empty folder, and the problems that `load` reports there."""

import os
from pathlib import Path

import pytest

from helperfunctions.errors import SettingsError
from helperfunctions.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
NAMES = [field.upper() for field in Settings.model_fields]
SECRET = "hunter2-planted-f00d"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, in an empty folder."""
    for name in os.environ:
        if name.removesuffix("_FILE") in NAMES:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def problems() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def a_file(path: Path, content: str) -> str:
    path.write_text(content)
    return str(path)
