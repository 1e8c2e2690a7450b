"""The verb that looks whether all is well. Only translates."""

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
    """Put this verb beside the others."""
    app.command(
        short_help="Check every part of the system, with a fix for each problem.",
        epilog=examples("watchtime check", "watchtime check --offline", "watchtime check --json"),
    )(check)


def check(
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects instead of lines.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Leave Twitch and X out.")] = False,
) -> None:
    """Look at everything that the bot stands on: one line each, good, or what is wrong and how to mend it.

    Settings, data folder, database and its schema, Twitch, X (asking who we are costs a cent, once a day), the clock,
    the budget, and how far the work has come. It mends nothing itself.

    Ends with 0 when nothing is bad, with 78 when a person has to mend something, with 75 when it may pass by itself.

    With --json each object has: name; verdict (good, warning, bad or skipped); says; mend (or null); for_now (whether
    what is bad may pass by itself).
    """
    from bot.health.findings import exit_code
    from bot.wiring import doctor
    from helperfunctions import settings

    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        # What the log would tell is among the findings.
        log.set_up("CRITICAL")
    findings: list[Finding] = []
    for finding in doctor(settings.load, SystemClock(), is_offline=offline).findings():
        findings.append(finding)
        if not as_json:
            for line in lines_of(finding):
                typer.echo(line)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    raise typer.Exit(exit_code(findings))


def lines_of(finding: "Finding") -> list[str]:
    """A finding, for people."""
    from bot.health.findings import Verdict

    marks = {Verdict.GOOD: "✓", Verdict.WARNING: "!", Verdict.BAD: "✗", Verdict.SKIPPED: "·"}
    lines = [f"{marks[finding.verdict]} {finding.name:<11}  {finding.says}"]
    return lines if finding.mend is None else [*lines, f"  → {finding.mend}"]
