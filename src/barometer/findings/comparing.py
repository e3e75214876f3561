"""The previous wave's figure beside this one, and the only words for the difference that are allowed.

A direction ("a rise", "a fall") needs significance; without it the two figures are described and nothing more. Differences of shares are
in percentage points and come from the exact shares, never from rounded ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import erfc, isfinite, sqrt
from typing import TYPE_CHECKING, Any

from barometer.errors import UsageError
from barometer.findings.context import FindingContext
from barometer.findings.model import Comparison
from barometer.findings.numbers import decimal, exact, half_up, in_text, numeral
from barometer.findings.styles import STYLES, Style
from barometer.findings.wording import exact_percent

if TYPE_CHECKING:
    import polars as pl

    from barometer.questionnaire.model import Questionnaire

Key = tuple[str, str, str, str]


def comparisons(changes: pl.DataFrame, questionnaire: Questionnaire, context: FindingContext) -> dict[Key, Comparison]:
    """The comparisons in a frame of changes.

    Args:
        changes: One row a figure, with the columns `question, item, option, statistic, wave_before, estimate_before, count_before,
            base_before, difference, conf_low, conf_high, p_value`: proportions for shares and nets. `method` is used if present.
        questionnaire: What was asked: questions with a break in series or another wording are left out.
        context: The wave, and the order of all waves.

    Returns:
        Question, item, option and statistic -> comparison.
    """
    found = {}
    for row in changes.iter_rows(named=True):
        before = row["wave_before"]
        if _incomparable(row, questionnaire, context) or row["difference"] is None or (row["base_before"] or 0) < context.minimum_base:
            continue
        mean = row["statistic"] == "mean"
        found[row["question"], row["item"] or "", row["option"] or "", row["statistic"]] = compared(
            difference=exact(row["difference"]),
            wave=before,
            wave_title=context.wave_titles.get(before, before),
            estimate_before=exact(row["estimate_before"]),
            count_before=None if mean else row["count_before"],
            base_before=row["base_before"],
            low=row["conf_low"],
            high=row["conf_high"],
            p_value=row["p_value"],
            significance=context.significance,
            level=context.level,
            mean=mean,
            method=row.get("method") or "design-based, with the overlap of the two waves",
        )
    return found


def _incomparable(row: Mapping[str, Any], questionnaire: Questionnaire, context: FindingContext) -> bool:
    question = questionnaire.question(row["question"])
    parts = (question.item(row["item"] or ""), question.option(row["option"] or ""))
    if any(part is not None and not part.asked_in(row["wave_before"]) for part in parts):
        return True
    if not {row["wave_before"], context.wave} <= set(context.waves):
        return not question.asked_in(row["wave_before"])
    return questionnaire.comparable(question.id, row["wave_before"], context.wave, context.waves) is not None


def compared(
    *,
    difference: Fraction,
    wave: str,
    wave_title: str,
    estimate_before: Fraction,
    count_before: int | None,
    base_before: int,
    low: float | None,
    high: float | None,
    p_value: float | None,
    method: str,
    significance: float = 0.05,
    level: float = 0.95,
    mean: bool = False,
    note: str | None = None,
) -> Comparison:
    """A comparison, with the word for its direction only if the difference is significant."""
    significant = p_value is not None and isfinite(p_value) and p_value < significance and difference != 0
    word = None if not significant else "rise" if difference > 0 else "fall"
    points = None if mean else half_up(abs(difference) * 100) * (1 if difference >= 0 else -1)
    said = {
        style.id: _sentence(style, word, difference, estimate_before, count_before, base_before, low, high, level, wave_title, mean=mean)
        for style in STYLES.values()
    }
    return Comparison(
        wave=wave,
        wave_title=wave_title,
        estimate=round(float(estimate_before), 12),
        percent=None if mean else half_up(estimate_before * 100),
        count=count_before,
        base=base_before,
        difference=round(float(difference), 12),
        points=points,
        low=None if low is None else round(low, 12),
        high=None if high is None else round(high, 12),
        p_value=None if p_value is None else round(p_value, 12),
        significant=significant,
        word=word,
        method=method,
        note=note,
        sentences=said,
    )


def _sentence(
    style: Style,
    word: str | None,
    difference: Fraction,
    before: Fraction,
    count: int | None,
    base: int,
    low: float | None,
    high: float | None,
    level: float,
    title: str,
    *,
    mean: bool,
) -> str:
    size = decimal(abs(difference)) if mean else in_text(half_up(abs(difference) * 100))
    unit = "point" if size == "one" else "points"
    unit = unit if mean else f"percentage {unit}"
    figure = decimal(before) if mean else exact_percent(before)
    behind = f"{numeral(base)} answered" if count is None else f"{numeral(count)} of {numeral(base)}"
    interval = ""
    if low is not None and high is not None:
        ends = [_signed(exact(bound), mean=mean) for bound in (low, high)]
        interval = f" ({decimal(Fraction(str(level)) * 100).removesuffix('.0')} per cent {style.interval}, {ends[0]} to {ends[1]} points)"
    if word:
        return style.sentence(f"that is a {word} of {size} {unit} from {figure} ({behind}) in {title}{interval}.")
    apart = "the two do not differ" if difference == 0 else f"the difference of {size} {unit} is no more than chance alone could give"
    if difference != 0 and size in ("zero", "0.0"):
        apart = "the difference is less than half a percentage point" if not mean else "the difference is less than 0.1 points"
    return style.sentence(f"in {title} it was {figure} ({behind}); {apart}{interval}.")


def _signed(bound: Fraction, *, mean: bool) -> str:
    size = decimal(abs(bound)) if mean else str(half_up(abs(bound) * 100))
    return f"minus {size}" if bound < 0 and size not in ("0", "0.0") else size


OVERLAP_UNKNOWN = (
    "Only published counts of the earlier wave are known, so nobody knows who answered both times: the two are compared as independent "
    "samples. People tend to answer alike twice, so the interval is rather too wide than too narrow."
)


def comparison_from_counts(
    count: int,
    base: int,
    *,
    count_before: int,
    base_before: int,
    wave: str,
    wave_title: str,
    population: int | None = None,
    population_before: int | None = None,
    significance: float = 0.05,
    level: float = 0.95,
) -> Comparison:
    """A comparison with a wave of which only the published counts are known.

    The two waves are taken as independent simple random samples: the z test of two proportions with the pooled share, and the Wald
    interval of the difference (Lohr 2022, ch. 2; each variance times 1 - n/N where the population is known). The variance of a difference
    is the sum of the two less twice their covariance, and the covariance of the same people's answers is as a rule above zero: leaving it
    out is the cautious thing to do where the overlap is unknown, and `note` says so.

    Args:
        count: Those who gave the answer now.
        base: Those who answered now.
        count_before: Those who gave it in the earlier wave.
        base_before: Those who answered in the earlier wave.
        wave: The earlier wave.
        wave_title: As it is printed.
        population: How many might have answered now; None takes the population as very large.
        population_before: The same of the earlier wave.
        significance: A difference with a smaller p value may be called a rise or a fall.
        level: The confidence level of the interval, 0..1.

    Returns:
        The comparison; its difference and bounds are proportions (-1..1).

    Raises:
        UsageError: If a count is not within its base, or a base not within its population.

    Example:
        >>> fell = comparison_from_counts(64, 94, count_before=62, base_before=85, wave="2013-winter", wave_title="January 2013")
        >>> fell.points, fell.word
        (-5, None)
        >>> fell.sentences["hsj"]
        'In January 2013 it was 73 per cent (62 of 85); the difference of five percentage points is no more than chance alone could give (95 per cent interval, minus 18 to 8 points).'
    """  # noqa: E501
    from statistics import NormalDist

    spread = _rest_of(count, base, population), _rest_of(count_before, base_before, population_before)
    now, before = Fraction(count, base), Fraction(count_before, base_before)
    difference = now - before
    pooled = (count + count_before) / (base + base_before)
    deviation = sqrt(pooled * (1 - pooled) * (spread[0] + spread[1]))
    # Where nothing varies, all answered alike both times, or everybody in the population did and any difference is one.
    p_value = erfc(abs(float(difference)) / deviation / sqrt(2)) if deviation else float(difference == 0)
    error = sqrt(float(now * (1 - now)) * spread[0] + float(before * (1 - before)) * spread[1])
    margin = NormalDist().inv_cdf((1 + level) / 2) * error
    return compared(
        difference=difference,
        wave=wave,
        wave_title=wave_title,
        estimate_before=before,
        count_before=count_before,
        base_before=base_before,
        low=max(-1.0, float(difference) - margin),
        high=min(1.0, float(difference) + margin),
        p_value=p_value,
        significance=significance,
        level=level,
        method="z test of two independent samples, from published counts"
        + (", with finite population correction" if population or population_before else ""),
        note=OVERLAP_UNKNOWN,
    )


def _rest_of(count: int, base: int, population: int | None) -> float:
    """What a share's variance p (1 - p) is multiplied by: 1/n, times the part of the population that did not answer."""
    if not 0 <= count <= base or base == 0 or (population is not None and base > population):
        raise UsageError(
            "A share needs a count within its base, and a base within its population.",
            expected="0 <= count <= base" + (f" <= {population}" if population is not None else ""),
            got=f"{count} of {base}",
        )
    return (1 - base / population if population is not None else 1.0) / base
