"""What a wave's report says of earlier waves: which figures changed, a table and a chart of them, and where series break."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from barometer.findings.numbers import half_up, in_text
from barometer.findings.styles import HSJ, style_named
from barometer.project.trends import segments_of
from barometer.publishing.layouts import cell
from barometer.publishing.numbers import NOT_AVAILABLE, SUPPRESSED
from barometer.publishing.prose import escaped
from barometer.publishing.tables import Column, Table

if TYPE_CHECKING:
    from barometer.findings import Finding
    from barometer.project.wave import Wave
    from barometer.publishing.charts import Chart, Mark
    from barometer.questionnaire import Question

BROKEN = "[b]"
#: How many lines a chart of trends has at most.
DRAWN = 6
_SHORTHAND = {
    SUPPRESSED: f"{SUPPRESSED} suppressed to protect respondents.",
    NOT_AVAILABLE: f"{NOT_AVAILABLE} not asked.",
    BROKEN: f"{BROKEN} asked, but not comparable with the latest wave.",
}


def compared(wave: Wave) -> list[Finding]:
    """The wave's own figures that an earlier wave can be set beside, in the order of the questionnaire.

    One figure an answer: of batteries and scales the headline option, of rankings the share that ranked an item, and means of numbers
    and allocations. "Don't know", "none" and "other" are left out, and so is what describes the respondents.
    """
    survey = wave.survey
    background = survey.settings.background
    return [
        finding
        for finding in wave.findings
        if finding.comparison is not None
        and finding.question not in background
        and _leads(survey.questionnaire.question(finding.question), finding)
    ]


def _leads(question: Question, finding: Finding) -> bool:
    if question.kind in ("numeric", "allocation"):
        return finding.statistic == "mean"
    if question.headline is not None:
        return finding.option == question.headline
    option = question.option(finding.option)
    if question.kind in ("scale", "battery") and option is None:
        return False
    return finding.statistic != "mean" and not (option is not None and (option.dont_know or option.exclusive or option.other))


def sentences(wave: Wave) -> str:
    """What changed since the waves before by more than chance, and what cannot be compared (Markdown)."""
    style = wave.survey.settings.style
    figures = compared(wave)
    parts = []
    if figures:
        changed = [finding for finding in figures if finding.comparison is not None and finding.comparison.significant]
        parts.append(style_named(style).sentence(_count(len(figures), len(changed), wave)) + _by_chance(len(figures)))
        parts += [f"- {escaped(_told(finding, style))}" for finding in changed]
    else:
        parts.append("No earlier wave with data asked any of this wave's questions in the same words, so no change is given.")
    broken = _broken(wave)
    if broken:
        parts += ["", *(escaped(line) for line in broken)]
    # A list needs an empty line before it.
    return "\n".join([parts[0], "", *parts[1:]])


def _told(finding: Finding, style: str) -> str:
    assert finding.comparison is not None
    return f"{finding.brief(style)} {finding.comparison.sentences[style]}"


def _count(figures: int, changed: int, wave: Wave) -> str:
    own = "one figure" if figures == 1 else f"{in_text(figures)} figures"
    if not changed:
        none = "It does not differ" if figures == 1 else "None of them differs"
        return f"{own} of {wave.settings.title} can be set beside an earlier wave. {none} from it by more than chance alone could give."
    many = "it has changed" if figures == 1 else "one of them has changed" if changed == 1 else f"{in_text(changed)} of them have changed"
    return f"{own} of {wave.settings.title} can be set beside an earlier wave; {many} by more than chance alone could give."


def _by_chance(figures: int) -> str:
    """How many of so many comparisons would look like a change although nothing had changed."""
    expected = half_up(Fraction(figures, 20))
    if expected < 1:
        return ""
    return f" Where nothing had changed at all, about {in_text(expected)} of so many comparisons would still look like a change."


def _broken(wave: Wave) -> list[str]:
    """A sentence for each question that earlier waves asked and that cannot be compared with any of them."""
    survey, found = wave.survey, []
    earlier = survey.waves[: survey.waves.index(wave.id) + 1]
    for question in survey.questionnaire.asked_in(wave.id):
        if question.kind == "text" or question.id in survey.settings.background:
            continue
        _, why = segments_of(survey, question, list(earlier))[wave.id]
        if why:
            reason = why.partition(": ")[2] or why
            found.append(f'"{question.short}" cannot be compared with earlier waves: {reason}.')
    return found


def table(wave: Wave) -> Table:
    """The figures that can be compared, over all waves that asked them: per cent of those who answered, or a mean.

    The last column says by how much the figure differs from the latest wave before that can be compared, and uses "rise" or "fall" only
    where the difference is larger than chance would explain.
    """
    survey, figures = wave.survey, compared(wave)
    trends: dict[tuple[str, str, str, bool], list[dict[str, Any]]] = {}
    for question in dict.fromkeys(finding.question for finding in figures):
        for row in wave.trend(question):
            trends.setdefault((question, row["item"], row["option"], row["statistic"] == "mean"), []).append(row)
    places = [(finding.question, finding.item, finding.option, finding.statistic == "mean") for finding in figures]
    cells = [_by_wave(trends.get(place, []), wave.id) for place in places]
    shown = [other for other in survey.waves if any(line.get(other, NOT_AVAILABLE) not in (NOT_AVAILABLE, BROKEN) for line in cells)]
    titles = {other: survey.wave(other).settings.title for other in shown}
    columns = (Column("Figure", "left"), *(Column(titles[other]) for other in shown), Column("Change", "left"))
    lines = tuple(
        (_label(wave, finding), *(line.get(other, NOT_AVAILABLE) for other in shown), _change(finding))
        for finding, line in zip(figures, cells, strict=True)
    )
    if not lines:
        return Table(columns, (("No figure can be compared", *(NOT_AVAILABLE for _ in shown), "-"),))
    used = {text for line in lines for text in line}
    notes = ["Shares in per cent of those who answered; means as they are.", *(note for sign, note in _SHORTHAND.items() if sign in used)]
    return Table(columns, lines, tuple(notes))


def chart(wave: Wave) -> Chart | None:
    """The figures that changed most over the waves that can be compared; where none did, those of the question asked most often.

    Shares come before means, as one chart has one scale. Two waves are slopes, more are lines.

    Returns:
        The chart; None where no figure can be compared.
    """
    from barometer.publishing.charts import slope_chart, trend_chart

    chosen = _drawn(wave)
    if not chosen:
        return None
    marks = [mark for finding in chosen for mark in _marks(wave, finding)]
    words = {_label(wave, one): one.comparison.word for one in chosen if one.comparison is not None and one.comparison.word}
    of = wave.survey.settings.population.respondents
    if chosen[0].statistic == "mean":
        question = wave.question(chosen[0].question)
        return trend_chart(marks, of=of, words=words, mean=(question.minimum or 0.0, question.maximum or 10.0))
    known = [other for other in dict.fromkeys(mark.wave for mark in marks) if any(mark.wave == other and mark.base for mark in marks)]
    # One change is worded from its figures; several are counted.
    title = HSJ.sentence(f"{in_text(len(words))} shares changed by more than chance") if len(words) > 1 else None
    if len(known) == 2:
        return slope_chart([mark for mark in marks if mark.wave in known], title=title, of=of, words=words)
    return trend_chart(marks, title=title, of=of, words=words)


def _drawn(wave: Wave) -> list[Finding]:
    """What the chart shows: what changed most, at most six shares or one mean."""

    def size(finding: Finding) -> float:
        return abs(finding.comparison.difference) if finding.comparison is not None else 0.0

    figures = compared(wave)
    changed = sorted((one for one in figures if one.comparison is not None and one.comparison.significant), key=size, reverse=True)
    shares = [one for one in changed if one.statistic != "mean"]
    if shares:
        return shares[:DRAWN]
    means = [one for one in changed if _bounded(wave, one)]
    if means:
        return means[:1]
    of_question: dict[str, list[Finding]] = {}
    for finding in figures:
        if finding.statistic != "mean":
            of_question.setdefault(finding.question, []).append(finding)
    if not of_question:
        return [one for one in figures if _bounded(wave, one)][:1]
    often = {question: len({row["wave"] for row in wave.trend(question) if row["base"]}) for question in of_question}
    return of_question[max(of_question, key=lambda question: (often[question], len(of_question[question])))][:DRAWN]


def _bounded(wave: Wave, finding: Finding) -> bool:
    """Whether it is the mean of a number whose ends are known, which are the ends of the chart's scale."""
    question = wave.question(finding.question)
    return finding.statistic == "mean" and None not in (question.minimum, question.maximum)


def _marks(wave: Wave, finding: Finding) -> list[Mark]:
    """The waves of a figure; those that cannot be compared with the latest are another segment."""
    from barometer.publishing.charts import marks_of

    rows = wave.trend(finding.question, item=finding.item or None, option=finding.option)
    label = _label(wave, finding)
    if finding.item:
        return marks_of(rows, {finding.item: label}, name="item", missing=True)
    return marks_of(rows, {finding.option: label}, missing=True)


def _by_wave(rows: list[dict[str, Any]], last: str) -> dict[str, str]:
    own = next((row["segment"] for row in rows if row["wave"] == last), 0)
    return {row["wave"]: BROKEN if row["segment"] and row["segment"] != own else cell(row) for row in rows}


def _label(wave: Wave, finding: Finding) -> str:
    labels = wave.labels(finding.question)
    if finding.item:
        return labels[finding.item]
    if wave.question(finding.question).kind == "multiple":
        return labels[finding.option]
    return f"{finding.question_short}: {labels[finding.option]}" if finding.option else finding.question_short


def _change(finding: Finding) -> str:
    comparison = finding.comparison
    assert comparison is not None
    if comparison.word is None:
        return "no clear change"
    if comparison.points is None:
        return f"a {comparison.word}"
    return f"a {comparison.word} of {abs(comparison.points)} points"
