"""`barometer check`."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from barometer.cli.options import echo_json, json_option, project_option, wave_argument

if TYPE_CHECKING:
    from barometer.validation import CheckResult


@click.command("check")
@wave_argument
@project_option
@click.option("--quick", is_flag=True, help="Polars only, without Great Expectations: in a moment, but not enough to publish.")
@click.option("--docs", is_flag=True, help="Write Great Expectations' Data Docs as well, into checks/WAVE/docs.")
@click.option("--suite", "keep", is_flag=True, help="Record the suite of expectations in validation/suites/WAVE.json, to be committed.")
@click.option(
    "--fail-on",
    type=click.Choice(["critical", "warning"]),
    help="Fail (exit 1) on any critical failure, or on any warning. [default: the limits of validation/rules.toml]",
)
@json_option
def command(wave: str | None, project: str, quick: bool, docs: bool, keep: bool, fail_on: Any, as_json: bool) -> None:
    """Check the responses of a wave: codes, required answers, routing, one answer a post, frame, field window.

    Writes into checks/WAVE: quarantine.csv (row, respondent, rule, severity, reason; never an answer), warnings.csv, summary.json, the
    suite of expectations, and private/accepted.parquet, which holds answers. Nothing in checks/ is for publication.
    Where validation/suites/WAVE.json records the suite, a change of rules since then is said.

    Exits with 1 if the data are not fit to publish, with 3 if the two witnesses (polars and Great Expectations) do not agree.
    """
    from barometer.errors import UsageError
    from barometer.project.checking import checked, suite_changed, suite_file
    from barometer.project.survey import open
    from barometer.publishing.publication import staged
    from barometer.validation import gate, write_outputs, write_suite

    if quick and docs:
        raise UsageError("Data Docs are made by Great Expectations, which --quick leaves out.", expected="--docs or --quick", got="both")
    survey = open(project)
    chosen = survey.wave(wave)
    result = checked(chosen)
    folder = survey.checks_folder(chosen.id)
    with staged(folder) as staging:
        if not quick:
            from barometer.validation import certify

            job = result.job(staging / "docs" if docs else None)
            with _waiting("certifying with Great Expectations", quiet=as_json):
                result = result.certified_by(certify(job), job)
        write_outputs(result, staging, private=staging / "private")
    if keep:
        write_suite(result, suite_file(chosen))
    change = suite_changed(chosen, result)
    if as_json:
        echo_json({**result.summary, "suite_change": None if change is None else asdict(change)})
    else:
        _show(result, folder)
        if keep:
            click.echo(f"Suite recorded: {suite_file(chosen)}")
        elif change:
            click.echo(f"The rules are not those of {suite_file(chosen)}: {change}. 'barometer check --suite' records them.")
    gate(result, fail_on=fail_on, file=chosen.export.file)


def _waiting(doing: str, *, quiet: bool) -> Any:
    from rich.console import Console

    return Console(stderr=True, quiet=quiet).status(doing)


def _show(result: CheckResult, folder: Path) -> None:
    counts = result.counts
    if result.export.notes:
        click.echo("Read as " + "; ".join(result.export.notes) + ".")
    accepted = click.style(f"{counts['accepted']} accepted", bold=True)
    click.echo(f"{counts['read']} submissions read: {accepted}, {counts['quarantined']} quarantined. Checked by {result.witness}.")
    worst = result.worst_first().select("severity", "failures", "rule", "label").rows()
    if worst:
        _list(
            [("Severity", "Rows", "Rule", "What must hold"), *((severity, str(rows), rule, label) for severity, rows, rule, label in worst)]
        )
    click.echo(f"Rows and reasons: {folder / 'quarantine.csv'}")


def _list(lines: list[tuple[str, str, str, str]]) -> None:
    """A table whose last column is wrapped; rich would make it as well, and take longer than reading the export."""
    severities, numbers, rules = (max(len(line[place]) for line in lines) for place in range(3))
    indent = severities + numbers + rules + 6
    room = max(shutil.get_terminal_size().columns - indent, 30)
    for place, (severity, rows, rule, label) in enumerate(lines):
        first, *rest = textwrap.wrap(label, room) or [""]
        said = f"{severity:<{severities}}  {rows:>{numbers}}  {rule:<{rules}}  {first}"
        click.echo(said if place else click.style(said, bold=True))
        for line in rest:
            click.echo(" " * indent + line)
