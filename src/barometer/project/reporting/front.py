"""The front page and the tops of reports: headlines, the chart that leads, and what lies beside the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from barometer.project.reporting.facts import people, size
from barometer.publishing.prose import Prose, escaped

if TYPE_CHECKING:
    from barometer.findings import Finding
    from barometer.project.wave import Wave
    from barometer.publishing.charts import Chart

_FILES = {
    "report.pdf": "The report as PDF",
    "report.docx": "The report for Word",
    "tables.xlsx": "Workbook of all tables",
    "tables.csv": "All figures, one row each",
    "tables.parquet": "The same figures for data frames",
    "data-dictionary.csv": "What each column and code means",
    "findings.json": "All findings, for programs",
    "validation.json": "Every rule of the check, with its result",
    "manifest.json": "What this was made of: files, versions, checksums",
}


def fieldwork(wave: Wave) -> Prose:
    """When and from how many answers came, in two sentences."""
    asked = size(wave)
    of = f" of {asked}" if asked else ""
    return Prose(f"Fieldwork: {wave.settings.fieldwork.text}. {len(wave.responses)}{of} {people(wave)} answered.")


def synthetic(wave: Wave) -> str:
    """A note that says that responses are made up, as a callout; nothing where they are real."""
    if not wave.survey.settings.synthetic:
        return ""
    return (
        '::: {.callout-important title="Synthetic responses"}\n'
        "Every response behind these figures is made up for a worked example. No answer belongs to a real person or organisation. Do not "
        "print these figures as fact.\n:::\n"
    )


def headlines(wave: Wave) -> str:
    """The leading findings as a numbered list: the sample's sentence, then the population's (Markdown)."""
    lines, style = [], wave.survey.settings.style
    for finding in wave.headlines():
        lines.append(f"1. **{escaped(finding.sentence(style))}**")
        if finding.interval is not None:
            lines.append(f"   {escaped(finding.sentence(style, 'population'))}")
        lines.append("")
    return "\n".join(lines)


def lead(wave: Wave) -> Finding | None:
    """The first headline that is a share, which a chart can show; None in a wave without one."""
    return next((finding for finding in wave.headlines() if finding.statistic != "mean"), None)


def lead_chart(wave: Wave) -> Chart | None:
    """The answers to the question of the leading finding, with intervals; None in a wave without shares."""
    from barometer.findings.subjects import told_of_ranking
    from barometer.publishing.charts import fitted, leading_title, marks_of, share_chart

    finding = lead(wave)
    if finding is None:
        return None
    question = wave.question(finding.question)
    if question.items:  # a battery, or a ranking, of which the share that ranked each item at all is told
        statistic = told_of_ranking(question) if question.kind == "ranking" else finding.statistic
        rows = wave.published.where(question=question.id, break_="", option=finding.option, statistic=statistic)
        labels, name = {item.id: item.name for item in question.items}, "item"
    else:
        rows = wave.published.where(question=question.id, break_="", statistic="share")
        labels, name = {option.code: option.name for option in question.options}, "option"
    if question.items or question.kind == "multiple":
        last = [option.code for option in question.options if option.exclusive or option.other]
        order = [row[name] for row in rows.frame.sort("estimate", descending=True, nulls_last=True).iter_rows(named=True)]
        labels = {code: labels[code] for code in [*(code for code in order if code not in last), *last] if code in labels}
    marks = marks_of(rows, labels, name="item" if name == "item" else "option")
    if not marks:
        return None
    return share_chart(marks, title=fitted(finding.title, leading_title(marks)), subtitle=question.short, of=finding.respondents)


def is_part(wave: Wave) -> bool:
    """Whether the wave is seen by one group alone."""
    return getattr(wave, "whole", None) is not None


def chart_downloads(wave: Wave, name: str, chart: Chart | None) -> str:
    """Links to the files of a standing chart (Markdown); empty where there is none, and for a group, whose charts are not filed."""
    from barometer.publishing.charts import downloads as links
    from barometer.publishing.message import chart_title

    return links(name, chart_title(chart)) if chart is not None and not is_part(wave) else ""


def downloads(formats: Sequence[str], by: str = "", label: str = "") -> str:
    """The files beside the page, with what each is for, as a list (Markdown).

    Args:
        formats: The formats of the report that were made.
        by: The break by which groups have reports of their own; empty where they have none.
        label: Its label.
    """
    made = [name for name in _FILES if not name.startswith("report.") or name.removeprefix("report.") in formats]
    lines = [f"- [{_FILES[name]}]({name}) [{name}]{{.file}}" for name in made]
    if by:
        folder = f"by-{by.replace('_', '-')}"
        lines.insert(0, f"- [Reports by {escaped(label)}]({folder}/index.html) [{folder}/]{{.file}}")
    return "\n".join(lines)
