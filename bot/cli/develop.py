"""The verbs that need no account: the make-believe Twitch and X, and the demo. Only translates."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from helperfunctions import log


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    app.command()(sandbox)
    app.command()(demo)


def sandbox(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8500,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    channels: Annotated[int, typer.Option(min=100, max=120_000, help="Channels live on average.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another world.")] = 1,
    x_port: Annotated[int, typer.Option(help="Port of the make-believe X; 0 takes a free one.")] = 8501,
    faults: Annotated[float, typer.Option(min=0, max=1, help="Rate of every kind of fault, per request.")] = 0.0,
    rate_limit: Annotated[int, typer.Option(min=0, help="Requests per minute, as Twitch's 800; 0: no limit.")] = 800,
) -> None:
    """Serve a make-believe Twitch and X on this machine, to develop against, until Ctrl-C."""
    from sandbox.serve import serve

    try:
        serve(
            host=host,
            port=port,
            x_port=x_port,
            channels=channels,
            seed=seed,
            fault_rate=faults,
            rate_limit=rate_limit,
            print_line=typer.echo,
        )
    except OSError as exc:
        raise typer.BadParameter(f"cannot listen on {host}:{port}: {exc.strerror}") from exc


def demo(
    channels: Annotated[int, typer.Option(min=1000, max=120_000, help="Channels live on average.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another world.")] = 1,
    faults: Annotated[float, typer.Option(min=0, max=0.5, help="Rate of every kind of fault, per request.")] = 0.0,
    keep: Annotated[Path | None, typer.Option(help="Keep the demo's database in this new folder.")] = None,
    charts: Annotated[Path, typer.Option(help="The folder for the charts that are posted.")] = Path("demo-charts"),
    history: Annotated[
        int | None, typer.Option(min=0, max=90, help="Days before, made quickly: 14; with --no-web, none.")
    ] = None,
    web: Annotated[bool, typer.Option("--web/--no-web", help="End at the dashboard, or just end.")] = True,
    web_host: Annotated[str, typer.Option(help="Address of the dashboard.")] = "127.0.0.1",
    web_port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the dashboard; 0 takes a free one.")] = 8000,
) -> None:
    """Live through more than a day in about a minute: the production code against a make-believe Twitch and X. Then
    look at it, and at two weeks before, on the dashboard, until Ctrl-C.

    Needs no account and touches no real data.
    """
    from bot.demo.run import run_demo

    log.set_up("CRITICAL")
    # Its server and its folder go with it, however it ends: 128 + the signal, as shells count.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    run_demo(
        channels=channels,
        seed=seed,
        fault_rate=faults,
        keep=keep,
        charts=charts,
        history=(14 if web else 0) if history is None else history,
        shown_at=(web_host, web_port) if web else None,
    )
