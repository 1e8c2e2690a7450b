"""The verb that checks the bot and everything that it needs. Only translates."""

import dataclasses
import json
import logging
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import examples
from helperfunctions import log
from helperfunctions.clock import SystemClock

if TYPE_CHECKING:
    from bot.health.findings import Finding


def add_to(app: typer.Typer) -> None:
    """Add this verb to the app."""
    app.command(
        short_help="Check every part of the system, with a fix for each problem.",
        epilog=examples("watchtime check", "watchtime check --offline", "watchtime check --json"),
    )(check)


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of objects instead of lines.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not call Twitch and X.")] = False,
) -> None:
    """Check everything that the bot needs: one line per check, and how to fix each problem. It fixes nothing itself.

    Checked are the settings, data folder, database and schema, Twitch, X (reading our account costs a cent, once a
    day), the clock, the budget, and the state of polls, days, posts and jobs.

    Ends with 0 when nothing is bad, with 78 when a person has to fix something, with 75 when every problem may be
    temporary.

    With --json each object has: name; verdict (good, warning, bad or skipped); message; fix (or null); is_temporary
    (whether a bad state may end without a fix).
    """
    from bot.health.findings import exit_code
    from bot.wiring import examine
    from helperfunctions import settings

    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        # The findings have what the log would repeat.
        log.set_up("CRITICAL")
    findings: list[Finding] = []
    for finding in examine(settings.load, SystemClock(), is_offline=offline):
        findings.append(finding)
        if not as_json:
            for line in lines_of(finding):
                typer.echo(line)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    raise typer.Exit(exit_code(findings))


def lines_of(finding: "Finding") -> list[str]:
    """A finding as lines for a terminal."""
    from bot.health.findings import Verdict

    marks = {Verdict.GOOD: "✓", Verdict.WARNING: "!", Verdict.BAD: "✗", Verdict.SKIPPED: "·"}
    lines = [f"{marks[finding.verdict]} {finding.name:<11}  {finding.message}"]
    return lines if finding.fix is None else [*lines, f"  → {finding.fix}"]
