"""Which findings lead a wave: by a documented score and the editor's pins, never by hand.

The score of a finding, 0..100, is the standing of its figure times the sum of six parts, each 0..1 times its weight:

| part | weight | what it is |
| ---- | ------ | ---------- |
| size | 25 | the share itself: what many leaders say comes before what few say |
| change | 25 | the difference from the previous wave if it is significant, 20 points being full marks; else 0 |
| claim | 20 | 1 if the interval licenses a claim on the whole population ("more than half"), else 0 |
| distance | 15 | the distance from what was to be expected if the interval leaves that out, 30 points being full marks; else 0 |
| groups | 5 | 1 if a group differs significantly from the rest |
| precision | 10 | 1 less the width of the interval, 40 points being none |

What was to be expected is, in this order: what an editor wrote down before the results were known (`[expectations]` in the plan, with its
source); the figure of the previous comparable wave; or an even split, which tells nothing: one in two for an answer that could be given
or not, one part of the options for a question of which one is chosen, and the ranks asked for of the items for a ranking. Means have none.

Standing: 0 for questions that describe respondents; 0.2 for "don't know", "other" and "none of these"; 0.5 for the options and nets of a
question beside its headline; 0.6 for means; 1 otherwise; and half of that for a small base.

Themes are balanced: the best finding of each theme comes before the second best of any. Pins come before everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from barometer.errors import UsageError
from barometer.findings.context import Expectation
from barometer.findings.numbers import decimal, exact
from barometer.findings.storing import Findings, find
from barometer.findings.subjects import ranks_all

if TYPE_CHECKING:
    from barometer.findings.context import FindingContext
    from barometer.findings.model import Finding
    from barometer.questionnaire.model import Question, Questionnaire

WEIGHTS = {"size": 25, "change": 25, "claim": 20, "distance": 15, "groups": 5, "precision": 10}
FULL_CHANGE, FULL_DISTANCE, NO_PRECISION = 0.20, 0.30, 0.40
EVEN_SPLIT = "an even split"


def scored(
    findings: Sequence[Finding], questionnaire: Questionnaire, context: FindingContext, withheld: Collection[str] = ()
) -> list[Finding]:
    """The findings with their scores and what these are made of, in the same order.

    Args:
        findings: All findings of a wave.
        questionnaire: What was asked.
        context: The wave, with the expectations of its editors.
        withheld: Ids of figures that are not published: what was expected of them is left alone.

    Raises:
        UsageError: If an expectation names no figure, or a mean; the message names the nearest.
    """
    from barometer.findings.model import Scoring

    given = _given(Findings(findings), questionnaire, context, withheld)
    result = []
    for finding in findings:
        question = questionnaire.question(finding.question)
        expected = given.get(finding.id) or expectation(finding, question)
        points = {name: round(WEIGHTS[name] * part, 2) for name, part in _parts(finding, expected).items()}
        standing = _standing(finding, question, context)
        scoring = Scoring(
            parts=points,
            standing=standing,
            expected=None if expected is None else round(expected.share, 12),
            expected_from=None if expected is None else expected.source,
        )
        result.append(finding.model_copy(update={"score": round(sum(points.values()) * standing, 2), "scoring": scoring}))
    return result


def _given(findings: Findings, questionnaire: Questionnaire, context: FindingContext, withheld: Collection[str]) -> dict[str, Expectation]:
    """Id -> what an editor expected of a figure of this wave."""
    given: dict[str, Expectation] = {}
    for id, told in context.expectations.items():
        wave, _, key = id.rpartition("/")
        if (wave and wave != context.wave) or f"{context.wave}/{key}" in withheld or _asked_otherwise(key, questionnaire, context.wave):
            continue
        finding = find(findings, key)
        if finding.statistic == "mean":
            raise UsageError("Expectations are shares, in per cent; the figure is a mean.", where=f"expectation '{id}'")
        # One that names its wave says more than one that does not.
        if wave or finding.id not in given:
            given[finding.id] = told
    return given


def _asked_otherwise(key: str, questionnaire: Questionnaire, wave: str) -> bool:
    """Whether it is a figure that only other waves have.

    Raises:
        UsageError: If there is no such question.
    """
    name, *parts = key.split(".")
    question = questionnaire.question(name)
    if not question.asked_in(wave):
        return True
    named = [part for code in parts for part in (question.item(code), question.option(code)) if part is not None]
    return any(not part.asked_in(wave) for part in named)


def expectation(finding: Finding, question: Question) -> Expectation | None:
    """What was to be expected where no editor said so: the previous comparable wave, else an even split; None for means."""
    if finding.statistic == "mean":
        return None
    if finding.comparison is not None:
        return Expectation(finding.comparison.estimate, finding.comparison.wave_title)
    return Expectation(_even(finding, question), EVEN_SPLIT)


def _even(finding: Finding, question: Question) -> float:
    if question.kind == "ranking":
        ranks = 1 if ranks_all(question) else question.ranks or 1
        return min(1.0, ranks / len(question.items_in(finding.wave)))
    if question.kind == "multiple" or not question.options:
        return 0.5
    offered = [option.code for option in question.options_in(finding.wave) if not option.dont_know]
    net = question.net(finding.option)
    chosen = [code for code in (net.codes if net else (finding.option,)) if code in offered]
    return len(chosen) / len(offered) if chosen else 1 / (len(offered) + 1)


def _parts(finding: Finding, expected: Expectation | None) -> dict[str, float]:
    width = finding.interval.high - finding.interval.low if finding.interval else NO_PRECISION
    share = finding.statistic != "mean"
    comparison = finding.comparison
    return {
        "size": finding.estimate if share else 0.5,
        "change": min(1.0, abs(comparison.difference) / FULL_CHANGE) if comparison and comparison.significant and share else 0.0,
        "claim": 1.0 if finding.claim else 0.0,
        "distance": _distance(finding, expected),
        "groups": 1.0 if finding.breakdowns else 0.0,
        "precision": max(0.0, 1 - width / NO_PRECISION) if share else 0.5,
    }


def _distance(finding: Finding, expected: Expectation | None) -> float:
    """0..1; none while chance alone could explain it."""
    if expected is None or finding.interval is None or finding.interval.low <= expected.share <= finding.interval.high:
        return 0.0
    return min(1.0, abs(finding.estimate - expected.share) / FULL_DISTANCE)


def _standing(finding: Finding, question: Question, context: FindingContext) -> float:
    if question.id in context.background:
        return 0.0
    option = question.option(finding.option)
    if option is not None and (option.dont_know or option.other or option.exclusive):
        return 0.2
    standing = 0.5 if finding.flag else 1.0
    if finding.statistic == "mean":
        return standing * 0.6
    if question.headline is not None and finding.option not in ("", question.headline):
        return standing * 0.5
    return standing


def why(finding: Finding) -> str:
    """Why a finding has its score, in a line that can be shown to whoever asks.

    Example:
        >>> import polars as pl
        >>> from barometer.findings import FindingContext, make_findings
        >>> from barometer.questionnaire import parse
        >>> options = [{"code": "yes", "label": "Yes", "says": "said yes"}, {"code": "no", "label": "No"}]
        >>> question = {"id": "plans", "kind": "single", "theme": "t", "text": "Will you?", "short": "Plans", "options": options}
        >>> asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [question]})
        >>> row = {"question": "plans", "option": "yes", "statistic": "share", "estimate": 0.8, "count": 80, "base": 100}
        >>> rows = pl.DataFrame({**row, "conf_low": 0.7, "conf_high": 0.86})
        >>> print(why(make_findings(rows, asked, FindingContext("w1", "Wave 1", {"text": "May"}))[0]))
        61 of 100: size 20, claim 20, distance 15, precision 6; expected: 50 per cent (an even split)
    """
    scoring = finding.scoring
    if scoring is None:
        return f"{_points(finding.score)} of 100"
    parts = ", ".join(f"{name} {_points(points)}" for name, points in scoring.parts.items() if points)
    standing = "" if scoring.standing == 1 else f", times {scoring.standing:g}"
    expected = ""
    if scoring.expected is not None:
        expected = f"; expected: {_points(scoring.expected * 100)} per cent ({scoring.expected_from})"
    return f"{_points(finding.score)} of 100: {parts or 'nothing'}{standing}{expected}"


def _points(value: float) -> str:
    return decimal(exact(value), 0)


def headlines(findings: Iterable[Finding], n: int = 3, pins: Sequence[str] = ()) -> list[Finding]:
    """The findings that lead: the editor's pins in their order, then by score, the best of each theme first.

    The score is the module's: `standing x (25 size + 25 change + 20 claim + 15 distance + 5 groups + 10 precision)`, each part 0..1, where
    size is the share, change a significant difference from the previous wave (20 points: 1), claim whether the interval licenses a claim
    on everybody, distance how far the share is from what was to be expected outside its interval (30 points: 1), groups whether a group
    differs, and precision what the interval's width leaves of 40 points. `Finding.scoring` holds the parts, and `why` words them.

    Args:
        findings: All findings of a wave.
        n: How many.
        pins: Ids, with or without the wave.

    Returns:
        At most `n` findings; none with a score of 0 unless it is pinned.

    Raises:
        UsageError: If a pin names no finding; the message names the nearest.
    """
    pool = findings if isinstance(findings, Findings) else Findings(findings)
    chosen = [find(pool, pin) for pin in dict.fromkeys(pins)][:n]
    taken = {finding.id for finding in chosen}
    themes = [finding.theme for finding in chosen]
    rest = sorted((finding for finding in pool if finding.id not in taken and finding.score > 0), key=lambda finding: -finding.score)
    while len(chosen) < n and rest:
        fewest = min(themes.count(finding.theme) for finding in rest)
        best = next(finding for finding in rest if themes.count(finding.theme) == fewest)
        chosen.append(best)
        themes.append(best.theme)
        rest.remove(best)
    return chosen
