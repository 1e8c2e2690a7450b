"""The table of all games as a Streamlit app, the way Streamlit's documentation has it, to measure the dashboard by.

Run by benchmarks/web.py, which puts the database's address into the environment.
"""

import os

import pandas
import psycopg2
import streamlit

TITLE = "Twitch games"
QUERY = """
    select game_name, sum(watch_hours) as watch_hours, sum(airtime_hours) as airtime_hours, max(peak_viewers) as peak
    from daily_games inner join games using (game_id)
    where day > (select max(day) from days) - 30
    group by game_id, game_name order by 2 desc limit 50
"""


@streamlit.cache_data(ttl=600)
def most_watched() -> pandas.DataFrame:
    """The fifty most watched games of the last 30 days."""
    connection = psycopg2.connect(os.environ["BENCHMARK_DATABASE_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute(QUERY)
            return pandas.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])
    finally:
        connection.close()


streamlit.title(TITLE)
streamlit.dataframe(most_watched())
