"""The table of all games as a Streamlit app, the way that its documentation shows: `streamlit run` this.

It has the same rows as the page /explore; they are cached for all clients.
"""

from contextlib import ExitStack

import pandas as pd
import streamlit as st

from bot.web.read.coverage import span_of
from bot.web.read.ranges import RequestedDays
from bot.web.read.rankings import game_ranking
from bot.web.site import Site
from bot.wiring import open_reading, open_site
from helperfunctions import settings
from helperfunctions.clock import SystemClock

DAYS = 30
ROWS = 50
_COLUMNS = {
    "rank": "Rank",
    "game": "Game",
    "watch_hours": "Hours watched",
    "change": "Change",
    "average_viewers": "Average viewers",
    "peak_viewers": "Peak viewers",
    "average_streams": "Average channels",
    "viewers_per_stream": "Viewers per channel",
}


@st.cache_resource
def site() -> Site:
    """The database, open until the process ends."""
    in_force = settings.load().settings
    return open_site(in_force, ExitStack().enter_context(open_reading(in_force)), SystemClock())


@st.cache_data(ttl=600)
def table() -> pd.DataFrame:
    """The most watched games of 30 days."""
    with site().database.transaction() as tx:
        found = game_ranking(tx, site(), span_of(tx, site(), RequestedDays(DAYS)))[:ROWS]
    return pd.DataFrame({shown: [getattr(game, name) for game in found] for name, shown in _COLUMNS.items()})


def main() -> None:
    """The page."""
    st.title("Games")
    st.dataframe(table(), hide_index=True)


if __name__ == "__main__":
    main()
