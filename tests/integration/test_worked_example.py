"""The worked example of docs/measuring.md, computed by the real roll-up."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY_START, a_stream, rows, stage

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "measuring.md").read_text()
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), DAY_START.astimezone(ZoneInfo("America/Los_Angeles")).time())


def test_the_worked_example_is_what_the_roll_up_computes(database: Database, url: str) -> None:
    """The polls from 9:30 to 12:00 with another streamer's stream in each; the poll at 11:00 is missing."""
    for hours, viewers in ((1.5, 0), (2.0, 100), (2.5, 200), (3.5, 400), (4.0, 0)):
        streams = [a_stream(60, streamer="other"), *([a_stream(viewers)] if viewers else [])]
        stage(database, *streams, at=DAY_START + timedelta(hours=hours))
    Rollup(database, VirtualClock(DAY_START + timedelta(days=1)), CALENDAR).daily()
    [(watch_hours, airtime_hours, peak)] = rows(
        url, "select watch_hours, airtime_hours, peak_viewers from daily_streamers where streamer_id = 'ada'"
    )
    counted = re.findall(r"(\d+) × ([\d.]+) h = (\d+)", PAGE)
    assert len(counted) == 3
    assert all(int(viewers) * float(hours) == int(product) for viewers, hours, product in counted)
    assert watch_hours == sum(int(product) for _, _, product in counted)
    assert airtime_hours == sum(float(hours) for _, hours, _ in counted)
    assert f"**{airtime_hours:.2f} hours on the air** | **{watch_hours:.0f} hours watched**" in PAGE
    assert f"= **{watch_hours / airtime_hours:.0f} viewers**, and the peak is **{peak} viewers**" in PAGE
