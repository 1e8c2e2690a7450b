"""The verb that serves the dashboard. Only translates."""

from typing import Annotated

import typer

from helperfunctions.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    """Put this verb beside the others."""
    app.command()(web)


def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on; WEB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; WEB_PORT; 0 takes a free one.")] = None,
) -> None:
    """Serve the dashboard until stopped (Ctrl-C or SIGTERM): what is watched now, each game and streamer over time, and
    every table as JSON and CSV.

    It only reads, and may run beside the bot, or on another machine on the same database. It has no login: what it
    shows is what the bot says in public. To show it to the world, put a proxy with TLS before it (docs/dashboard.md).
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
