"""`barometer finding`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from barometer.cli.options import echo_json, json_option, project_option

if TYPE_CHECKING:
    from barometer.cli.reading import House

_WIDTH = 100


@click.command("finding")
@click.argument("id")
@project_option
@click.option("--style", metavar="STYLE", default=None, help="House style: hsj, ons or plain. [default: the project's]")
@click.option("--sentence", "only", is_flag=True, help="Print the sentence alone.")
@click.option("--copy", "copied", is_flag=True, help="Copy sentence, figure with base and citation; with --sentence, the sentence alone.")
@json_option
def command(id: str, project: str, style: str | None, only: bool, copied: bool, as_json: bool) -> None:
    """Print one finding: the sentence, whom it speaks of, the exact wording, and what it may not be said to mean.

    ID is what 'barometer findings' lists, such as 2016-spring/contracting.accountable_care_system. Without its wave
    (contracting.accountable_care_system) it is the latest published wave that has it.

    \b
    Examples:
      barometer finding contracting.accountable_care_system
      barometer finding 2016-spring/contracting.accountable_care_system --style ons --copy
    """
    from barometer.cli.reading import published
    from barometer.cli.saying import sentence_of
    from barometer.errors import UsageError
    from barometer.findings.styles import style_named

    if as_json and (copied or only):
        raise UsageError("Choose one form.", expected="--json, or --copy and --sentence", got="both")
    chosen = None if style is None else style_named(style).id
    wave = id.split("/", 1)[0] if "/" in id else None
    house = published(project, wave)
    entry = _found(house, id)
    chosen = chosen or style_named(house.style).id
    house.tell_if_stale([entry["wave"]])
    if as_json:
        echo_json(entry)
    elif copied:
        _copy(entry, chosen, only=only)
    elif only:
        click.echo(sentence_of(entry, chosen))
    else:
        _show(entry, chosen, house.synthetic)


def _found(house: House, id: str) -> dict[str, Any]:
    """The entry in the newest wave that has it.

    Raises:
        UsageError: If none has; the newest wave's reason, or the nearest ids of any wave.
    """
    from barometer.errors import UsageError, did_you_mean

    known: dict[str, None] = {}
    reasons = []
    for _, findings in house.findings():
        try:
            return findings.entry(id)
        except UsageError as problem:
            reasons.append(problem)
            known |= dict.fromkeys(one if "/" in id else one.split("/", 1)[1] for one in findings.ids)
    for reason in reasons:
        if reason.where:  # a figure that is not published says why
            raise reason
    near = did_you_mean(id, known)
    raise UsageError("There is no such finding.", got=id, hint=near or "'barometer findings --search WORDS' lists findings by their words.")


def _copy(entry: dict[str, Any], style: str, *, only: bool) -> None:
    from barometer.cli.clipboard import copy
    from barometer.cli.saying import edited_in, sentence_of, to_print

    text = sentence_of(entry, style, marked=False) if only else to_print(entry, style)
    how = copy(text)
    what = "the sentence" if only else "sentence, figure with base, and citation"
    click.echo(f"Copied {how}: {what} of {entry['id']}" + (" (the sentence is edited)." if edited_in(entry, style) else "."))
    click.echo()
    click.echo(text.rstrip("\n"))


def _show(entry: dict[str, Any], style: str, synthetic: bool) -> None:
    from barometer.cli.saying import edited_in, sentence_of

    voices = entry["voices"][style]
    if synthetic:
        click.echo("Synthetic responses: made up, not to be printed as fact.\n")
    click.echo(_filled(sentence_of(entry, style)))
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
        ("Before", entry["comparison"]["sentences"][style] if entry["comparison"] else ""),
        ("Differs", _list(breakdown["sentences"][style] for breakdown in entry["breakdowns"])),
        ("Caveats", _list(entry["caveats"])),
        ("Beware", _list(entry["not_to_be_said"])),
        ("Edited", _edited(entry["edited"], style) if edited_in(entry, style) else ""),
        ("Cite as", entry["citations"][style]),
        ("Permalink", entry["id"]),
    ]
    for name, text in facts:
        if text:
            for place, line in enumerate(text.splitlines()):
                click.echo(_filled(line, lead=f"{name if place == 0 else '':<11}"))


def _edited(edited: dict[str, Any], style: str) -> str:
    return f"by {edited['by']}: {edited['why']}\nOriginally: {edited['original'][style]}"


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
