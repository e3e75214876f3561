"""`barometer finding`."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from barometer.cli.options import echo_json, json_option, project_option

_WIDTH = 100


@click.command("finding")
@click.argument("id")
@project_option
@click.option("--style", metavar="STYLE", default=None, help="House style: hsj, ons or plain. [default: the project's]")
@click.option("--sentence", "only", is_flag=True, help="Print the sentence alone.")
@json_option
def command(id: str, project: str, style: str | None, only: bool, as_json: bool) -> None:
    """Print one finding: the sentence, whom it speaks of, the exact wording, and what it may not be said to mean.

    ID is what 'barometer findings' lists, such as contracting.accountable_care_system, or with its wave before it:
    2016-spring/contracting.accountable_care_system. Without a wave it is the latest.
    """
    from barometer.cli.reading import published_findings
    from barometer.findings.styles import style_named

    wave = id.split("/", 1)[0] if "/" in id else None
    findings, house = published_findings(project, wave)
    entry = findings.entry(id)
    chosen = style_named(style or house.style).id
    if as_json:
        echo_json(entry)
    elif only:
        click.echo(entry["voices"][chosen]["sample"])
    else:
        _show(entry, chosen, house.synthetic)


def _show(entry: dict[str, Any], style: str, synthetic: bool) -> None:
    voices = entry["voices"][style]
    if synthetic:
        click.echo("Synthetic responses: made up, not to be printed as fact.\n")
    click.echo(_filled(voices["sample"]))
    if "population" in voices:
        click.echo()
        click.echo(_filled(voices["population"]))
    click.echo()
    wording = f'"{entry["question_text"]}"' + (f" {entry['instruction']}" if entry["instruction"] else "")
    answer = " / ".join(label for label in (entry["item_label"], entry["option_label"]) if label)
    facts = [
        ("Figure", entry["figures"][style]),
        ("Question", wording),
        ("Answer", answer),
        ("Fieldwork", entry["fieldwork"]["text"]),
        ("Interval", _interval(entry)),
        ("Differs", _list(breakdown["sentences"][style] for breakdown in entry["breakdowns"])),
        ("Caveats", _list(entry["caveats"])),
        ("Beware", _list(entry["not_to_be_said"])),
        ("Cite as", entry["citations"][style]),
        ("Permalink", entry["id"]),
    ]
    for name, text in facts:
        if text:
            for place, line in enumerate(text.splitlines()):
                click.echo(_filled(line, lead=f"{name if place == 0 else '':<11}"))


def _interval(entry: dict[str, Any]) -> str:
    interval = entry["interval"]
    if not interval:
        return ""
    share = entry["statistic"] != "mean"
    low, high = (f"{100 * interval[end]:.1f}" if share else f"{interval[end]:.2f}" for end in ("low", "high"))
    unit = " per cent" if share else ""
    return f"{low} to {high}{unit} ({interval['level']:.0%}, {interval['method']}; {interval['assumption']})"


def _list(lines: Any) -> str:
    return "\n".join(lines)


def _filled(text: str, lead: str = "") -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))
