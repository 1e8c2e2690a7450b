"""The verbs that need no account: the simulated Twitch and X, and the demo. Translates arguments."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import examples
from helperfunctions import log


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    app.command(epilog=examples("watchtime sandbox", "watchtime sandbox --channels 2000 --faults 0.02"))(sandbox)
    app.command(epilog=examples("watchtime demo", "watchtime demo --no-web", "watchtime demo --faults 0.03 --seed 7"))(
        demo
    )


def sandbox(
    port: Annotated[int, typer.Option(help="Port of the simulated Twitch; 0: a free one.")] = 8500,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    channels: Annotated[int, typer.Option(min=100, max=120_000, help="Number of live channels on average.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of the simulation: the same seed gives the same channels.")] = 1,
    x_port: Annotated[int, typer.Option(help="Port of the simulated X; 0: a free one.")] = 8501,
    chat_port: Annotated[int, typer.Option(help="Port of the simulated chat; 0: a free one.")] = 8502,
    faults: Annotated[
        float, typer.Option(min=0, max=1, help="Share of requests that fail, for each kind of fault.")
    ] = 0.0,
    rate_limit: Annotated[
        int, typer.Option(min=0, help="Requests per minute that the simulated Twitch allows; 0: no limit.")
    ] = 800,
) -> None:
    """Serve a simulated Twitch and X, for a trial or development.

    It runs until Ctrl-C, and prints the settings with which the bot uses it instead of the real services. No account is
    needed.
    """
    from sandbox.serve import serve

    try:
        serve(
            host=host,
            port=port,
            x_port=x_port,
            chat_port=chat_port,
            channels=channels,
            seed=seed,
            fault_rate=faults,
            rate_limit=rate_limit,
            print_line=typer.echo,
        )
    except OSError as exc:
        raise typer.BadParameter(f"cannot listen on {exc.filename or host}: {exc.strerror}") from exc


def demo(
    channels: Annotated[int, typer.Option(min=1000, max=120_000, help="Number of live channels on average.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of the simulation: the same seed gives the same channels.")] = 1,
    faults: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of requests that fail, for each kind of fault.")
    ] = 0.0,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the demo's database in this new folder.")
    ] = None,
    charts: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder for the posted charts.")] = Path(
        "demo-charts"
    ),
    history: Annotated[
        int | None, typer.Option(min=0, max=90, help="Days of history to generate: 14; with --no-web, 0.")
    ] = None,
    web: Annotated[bool, typer.Option("--web/--no-web", help="Serve the dashboard at the end, or stop.")] = True,
    web_host: Annotated[str, typer.Option(help="Address of the dashboard.")] = "127.0.0.1",
    web_port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the dashboard; 0: a free one.")] = 8000,
    pictures: Annotated[bool, typer.Option("--pictures", help="Show pictures, as with WEB_PICTURES.")] = False,
) -> None:
    """Run a day and a quarter of the bot in about a minute.

    It runs against a simulated Twitch and X, then serves the dashboard until Ctrl-C, with the demo's data and two weeks
    of history. No account is needed, and no real data is touched.
    """
    from bot.demo.run import run_demo

    log.set_up("CRITICAL")
    # Ends like an exception, so that its server and folder are removed; 128 + the signal is the shell's convention.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    run_demo(
        channels=channels,
        seed=seed,
        fault_rate=faults,
        keep=keep,
        charts=charts,
        history=(14 if web else 0) if history is None else history,
        pictures=pictures,
        shown_at=(web_host, web_port) if web else None,
    )
