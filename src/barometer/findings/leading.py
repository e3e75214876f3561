"""Which findings lead a wave: by a documented score and the editor's pins, never by hand.

The score of a finding, 0..100, is the standing of its figure times the sum of six parts, each 0..1:

| part | weight | what it is |
| ---- | ------ | ---------- |
| size | 25 | the share itself: what many leaders say comes before what few say |
| change | 25 | the difference from the previous wave if it is significant, 20 points being full marks; else 0 |
| claim | 20 | 1 if the interval licenses a claim on the whole population ("more than half"), else 0 |
| distance | 15 | the distance from what to expect, the middle of the question's other figures; 30 points being full marks |
| groups | 5 | 1 if a group differs significantly from the rest |
| precision | 10 | 1 less the width of the interval, 40 points being none |

Standing: 0 for questions that describe respondents; 0.2 for "don't know", "other" and "none of these"; 0.5 for the options and nets of a
question beside its headline; 0.6 for means; 1 otherwise; and half of that for a small base.

Themes are balanced: the best finding of each theme comes before the second best of any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from barometer.findings.storing import Findings, find

if TYPE_CHECKING:
    from barometer.findings.context import FindingContext
    from barometer.findings.model import Finding
    from barometer.questionnaire.model import Questionnaire

WEIGHTS = {"size": 25, "change": 25, "claim": 20, "distance": 15, "groups": 5, "precision": 10}
FULL_CHANGE, FULL_DISTANCE, NO_PRECISION = 0.20, 0.30, 0.40


def scored(findings: Sequence[Finding], questionnaire: Questionnaire, context: FindingContext) -> list[Finding]:
    """The findings with their scores, in the same order."""
    siblings: dict[tuple[str, str], list[float]] = {}
    for finding in findings:
        siblings.setdefault(_family(finding, questionnaire), []).append(finding.estimate)
    result = []
    for finding in findings:
        others = list(siblings[_family(finding, questionnaire)])
        others.remove(finding.estimate)
        total = sum(WEIGHTS[name] * part for name, part in _parts(finding, others).items())
        result.append(finding.model_copy(update={"score": round(total * _standing(finding, questionnaire, context), 2)}))
    return result


def _family(finding: Finding, questionnaire: Questionnaire) -> tuple[str, str]:
    """The figures that one is compared with: the same option over the items of a battery, the options of any other question."""
    question = questionnaire.question(finding.question)
    return finding.question, f"{finding.option}|{finding.statistic}" if question.items else finding.statistic


def _parts(finding: Finding, others: Sequence[float]) -> dict[str, float]:
    width = finding.interval.high - finding.interval.low if finding.interval else NO_PRECISION
    share = finding.statistic != "mean"
    comparison = finding.comparison
    return {
        "size": finding.estimate if share else 0.5,
        "change": min(1.0, abs(comparison.difference) / FULL_CHANGE) if comparison and comparison.significant and share else 0.0,
        "claim": 1.0 if finding.claim else 0.0,
        "distance": min(1.0, abs(finding.estimate - median(others)) / FULL_DISTANCE) if others and share else 0.0,
        "groups": 1.0 if finding.breakdowns else 0.0,
        "precision": max(0.0, 1 - width / NO_PRECISION) if share else 0.5,
    }


def _standing(finding: Finding, questionnaire: Questionnaire, context: FindingContext) -> float:
    question = questionnaire.question(finding.question)
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


def headlines(findings: Iterable[Finding], n: int = 3, pins: Sequence[str] = ()) -> list[Finding]:
    """The findings that lead: the editor's pins in their order, then by score, the best of each theme first.

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
