"""Failures inside transactions, and connections that are ended from outside."""

import psycopg2
import psycopg2.extensions

from tests.kept_connections import forget

SECRET = "hunter2-planted-f00d"


class Oops(Exception):
    """A failure of the code inside a transaction."""


def kill_others(url: str) -> int:
    """End every other connection to this database. The number of connections that were ended."""
    forget(url)
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        killed = cursor.fetchall()
    connection.close()
    assert all(done for (done,) in killed)
    return len(killed)
