"""The data lake of the demo: filled in a folder, and one query over its files."""

from datetime import date
from pathlib import Path
from typing import Final

from bot.jobs import Bot
from bot.lake.sources import opened
from bot.lake.work import whole_turn
from helperfunctions.clock import Clock
from helperfunctions.screen import Screen, in_words

# As a person would write it in the folder of the lake; paths are those of docs/data-lake.md.
QUERY: Final = """select game_name, round(watch_hours) as watch_hours, peak_viewers
from 'curated/daily_games/month=*/*.parquet'
inner join 'curated/games/games.parquet' using (game_id)
where day = '{day}'
order by watch_hours desc
limit 3"""


def url_of(folder: Path) -> str:
    """The address of the lake of a demo whose files are in a folder."""
    return f"file://{folder.resolve()}/lake-files"


def fill(bot: Bot, clock: Clock, day: date, screen: Screen) -> None:
    """Put everything that is due into the lake in one turn, and show the query and its rows."""
    with opened(bot.settings, bot.database, clock) as lake:
        run = whole_turn(lake)
        for error in run.errors:
            screen.line(f"The lake: {error}")
        objects = list(lake.store.objects())
        size = in_words(sum(found.size for found in objects))
        screen.line()
        screen.line(f"A data lake is at {lake.url}: {len(objects)} objects, {size}.")
        query = QUERY.format(day=day)
        screen.line("One query over its files, by DuckDB:")
        screen.line("  " + query.replace("\n", "\n  "))
        with lake.duck() as (duck, folder):
            for found in objects:
                # The same files again, so that the query is the same for a lake on S3.
                if found.key.startswith(("curated/daily_games/", "curated/games/")):
                    (folder / found.key).parent.mkdir(parents=True)
                    lake.store.get(found.key, folder / found.key)
            for name, hours, peak in duck.rows(query.replace("'curated/", f"'{folder}/curated/")):
                screen.line(f"  {name}: {hours:,.0f} hours watched, {peak:,} viewers at the peak")
