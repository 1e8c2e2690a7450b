"""The verb that serves the dashboard. Translates arguments."""

from typing import Annotated

import typer

from bot.cli.common import examples
from helperfunctions.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    """Add this verb to the command line."""
    app.command(epilog=examples("watchtime web", "watchtime web --host 0.0.0.0 --port 8080"))(web)


def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of WEB_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port, instead of WEB_PORT; 0: a free one.")
    ] = None,
) -> None:
    """Serve the dashboard and its API until stopped.

    It only reads from the database, and may run next to the bot or on another machine. It has no login: everything on
    it is public. Before you publish it, put a proxy with TLS in front (docs/dashboard.md).
    """
    from bot.web.http.server import serve
    from bot.wiring import open_reading, open_site
    from helperfunctions import settings

    in_force = settings.load().settings
    with open_reading(in_force) as reads:
        serve(
            open_site(in_force, reads, SystemClock()),
            host=in_force.web_host if host is None else host,
            port=in_force.web_port if port is None else port,
            ready=lambda address: typer.echo(f"The dashboard is at {address}"),
        )
