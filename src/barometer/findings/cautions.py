"""What an editor must know beside a figure, and what the figure may not be said to mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from barometer.findings.context import FindingContext
from barometer.findings.facts import MeanFacts, ShareFacts
from barometer.findings.model import Comparison
from barometer.findings.numbers import decimal, half_up, in_text, numeral, percent
from barometer.findings.predicates import routing_words
from barometer.findings.subjects import Subject, ranks_all
from barometer.findings.wording import HALF, POINT, exact_percent

if TYPE_CHECKING:
    from barometer.questionnaire.model import Questionnaire


def caveats(
    subject: Subject, facts: ShareFacts | MeanFacts, questionnaire: Questionnaire, context: FindingContext, wave_base: int
) -> Iterator[str]:
    """What stands beside the figure: synthetic, small base, who was asked, who answered, shares that do not add up, weights, breaks."""
    question = subject.question
    if context.synthetic:
        yield "Synthetic: the responses are made up; nobody gave this answer."
    if facts.base < context.small_base:
        yield f"Small base: {numeral(facts.base)} people answered, fewer than {numeral(context.small_base)}. Print counts, not percentages."
    routed = routing_words(question, {asked.id: asked for asked in questionnaire.questions})
    if routed:
        yield routed
    if facts.rounding:
        yield f"Counts and bases are rounded to the nearest {facts.rounding} to protect respondents; the share is made from rounded counts."
    if facts.base < wave_base:
        yield f"Base: {numeral(facts.base)} of the {numeral(wave_base)} who took part answered this question."
    if question.kind == "multiple" or (question.kind == "ranking" and subject.statistic == "share" and not ranks_all(question)):
        yield "Respondents could choose several answers, so the shares do not add up to 100 per cent."
    if facts.weighted:
        yield "The figure is weighted; the counts and the base are not."
    for broken in question.breaks_in_series:
        # A later wave's break says nothing of this one.
        if {broken.wave, context.wave} <= set(context.waves) and context.waves.index(broken.wave) > context.waves.index(context.wave):
            continue
        yield f"Not comparable with waves before {context.wave_titles.get(broken.wave, broken.wave)}: {broken.reason.rstrip('.')}."


def prohibitions(
    subject: Subject, facts: ShareFacts | MeanFacts, counts: Mapping[tuple[str, str, str], int], context: FindingContext
) -> Iterator[str]:
    """What the figure may not be said to mean, with the reason.

    Args:
        subject: What the figure is about.
        facts: The figure.
        counts: Question, item and option -> count, for all options of the wave.
        context: The wave and the rules of the house.
    """
    if isinstance(facts, MeanFacts):
        return
    yield from _unlicensed_claims(facts)
    yield from _loose_fraction(facts)
    if context.organisations and not facts.small:
        asked = context.respondents.split(" who ")[0]
        figure = f"{exact_percent(facts.share)} of" if 0 < facts.share < 1 else "all" if facts.share else "none of the"
        yield f'Do not say "{figure} {context.organisations}": {asked} were asked, not organisations.'
    if subject.question.kind == "multiple":
        yield "Do not add the shares of a select-all question: the same people are behind several of them."
    if subject.statistic == "net" and not facts.weighted and subject.question.kind != "multiple":
        warning = added_after_rounding(_parts(subject, counts), facts.base, facts.count)
        if warning:
            yield warning


def _parts(subject: Subject, counts: Mapping[tuple[str, str, str], int]) -> list[tuple[str, int]]:
    net = subject.question.net(subject.option)
    item = subject.item.id if subject.item else ""
    found = []
    for code in net.codes if net else ():
        option = subject.question.option(code)
        count = counts.get((subject.question.id, item, code))
        if option is None or count is None:
            return []
        found.append((option.label, count))
    return found


def _unlicensed_claims(facts: ShareFacts) -> Iterator[str]:
    if facts.bounds is None or facts.census:
        return
    low, high = (half_up(bound * 100) for bound in (facts.bounds.low, facts.bounds.high))
    people = facts.people.removeprefix("all ").lstrip("0123456789, ")
    reason = f"the interval for {facts.people}, {low} to {high} per cent, includes"
    if low <= 50 <= high and facts.share != HALF:
        yield f'Do not say "{"more" if facts.share > HALF else "fewer"} than half of {people}": {reason} 50.'
    phrase = facts.phrases[0]
    if phrase.form in ("over", "under") and phrase.value not in (None, HALF) and phrase.value is not None:
        landmark = phrase.value * 100
        if low <= landmark <= high:
            yield f'Do not say "{phrase.text} of {people}": {reason} {decimal(landmark).removesuffix(".0")}.'


def _loose_fraction(facts: ShareFacts) -> Iterator[str]:
    """A warning where a well-known fraction is near but not near enough: 39 of 209 is not "one in five"."""
    phrase = facts.phrases[0]
    if (
        facts.small
        or facts.weighted
        or phrase.form != "under"
        or phrase.value is None
        or phrase.value - facts.share > Fraction(5, 2) * POINT
    ):
        return
    name = phrase.text.split(" than ", 1)[1]
    printed = f"{numeral(facts.count)} of {numeral(facts.base)} is {exact_percent(facts.share)}"
    yield f'Do not say "{name}" or "{in_text(half_up(phrase.value * 100))} per cent": {printed}; say "{phrase.text}".'


def no_direction(comparison: Comparison) -> list[str]:
    """What may not be said of a difference that is not significant."""
    if comparison.significant:
        return []
    verb = "rose" if comparison.difference > 0 else "fell" if comparison.difference < 0 else "changed"
    p = "" if comparison.p_value is None else f" (p = {comparison.p_value:.2f})"
    return [f"Do not say that the figure {verb} since {comparison.wave_title}: the difference is not significant{p}."]


def added_after_rounding(parts: Iterable[tuple[str, int]], base: int, count: int) -> str | None:
    """A warning where the rounded shares of a net's parts do not add up to the rounded net, or None.

    Example:
        >>> added_after_rounding([("Low", 47), ("Very low", 18)], 99, 65)
        'Do not add the printed shares of "Low" and "Very low" (47 + 18 = 65): counted together they are 66 per cent.'
    """
    parts = list(parts)
    shares = [percent(part, base) for _, part in parts]
    if len(parts) < 2 or sum(shares) == percent(count, base) or sum(part for _, part in parts) != count:
        return None
    names = " and ".join(f'"{label}"' for label, _ in parts)
    sum_of = " + ".join(map(str, shares))
    return (
        f"Do not add the printed shares of {names} ({sum_of} = {sum(shares)}): counted together they are {percent(count, base)} per cent."
    )
