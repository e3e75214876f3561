"""What a sentence needs to know of a figure: the numbers, exactly, and the words of the questionnaire."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from barometer.findings.context import FindingContext
from barometer.findings.means import mean_words
from barometer.findings.model import ASSUMPTION
from barometer.findings.numbers import decimal, exact, mean_of
from barometer.findings.predicates import as_asked, base_words, people_words, predicate
from barometer.findings.styles import Style
from barometer.findings.subjects import Subject
from barometer.findings.wording import Phrase, licensed, licensed_share, population_claim

#: How the methods of intervals are printed, where the name is not the one in the estimates.
METHOD_NAMES = {"korn-graubard": "Korn-Graubard", "beta": "Clopper-Pearson", "wilson": "Wilson", "wald": "Wald", "t": "Student's t"}
_NO_WEIGHT = 1e-9


@dataclass(frozen=True)
class Bounds:
    """An interval: its bounds in the unit of the estimate, its level (0..1) and its method."""

    low: Fraction
    high: Fraction
    level: float
    method: str

    def named(self, style: Style) -> str:
        """The interval's level, method and assumption, as they stand in brackets."""
        level = f"{decimal(Fraction(str(self.level)) * 100, 1).removesuffix('.0')} per cent"
        return f"({style.percentages(level)} {style.interval}, {self.method} method; {ASSUMPTION})"


@dataclass(frozen=True)
class ShareFacts:
    """A share (or net) and the words that a sentence on it needs.

    Attributes:
        predicate: What those who are counted said, past tense.
        respondents: Who the base is, plural.
        people: Who the population is, plural.
        count: Those who said it, unweighted.
        base: Those who answered, unweighted.
        share: The share; `count / base` unless weighted.
        weighted: Whether the share is weighted.
        small: Whether the base is small, so that counts are printed and no percentages.
        bounds: The interval, or None.
        census: Whether the whole population answered.
        rounding: The multiple to which the count and the base are rounded; 0 where they are exact.
    """

    predicate: str
    respondents: str
    people: str
    count: int
    base: int
    share: Fraction
    weighted: bool
    small: bool
    bounds: Bounds | None
    census: bool = False
    rounding: int = 0

    @property
    def nearly(self) -> str | None:
        """What is said in place of "all" and "none" where rounding may hide a few."""
        if not self.rounding or self.weighted or self.count not in (0, self.base):
            return None
        return "almost all" if self.count else "hardly any"

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases that are licensed for the sample, the default one first."""
        if self.nearly:
            return (Phrase(self.nearly, "count", self.share),)
        return licensed_share(self.share) if self.weighted else licensed(self.count, self.base)

    @property
    def claim(self) -> str | None:
        """The claim that the interval licenses for the population."""
        return population_claim(self.bounds.low, self.bounds.high) if self.bounds and not self.census else None


@dataclass(frozen=True)
class MeanFacts:
    """A mean and the words that a sentence on it needs.

    Attributes:
        sample: The sample's sentence with {who} ("the 94 leaders who answered") and {mean}.
        population: The population's sentence with {who} ("all 418 CCG leaders") and {mean} ("between 5.2 and 6.0 out of 10").
        unit: What follows the mean: " out of 10", " per cent" or nothing.
        value: The mean.
        places: Its decimals.
    """

    sample: str
    population: str
    unit: str
    value: Fraction
    base: int
    respondents: str
    people: str
    bounds: Bounds | None
    weighted: bool
    places: int = 1
    census: bool = False
    rounding: int = 0


def share_facts(row: dict[str, Any], subject: Subject, context: FindingContext, wave_base: int) -> ShareFacts:
    """The facts of a share or net in a row of estimates. It is weighted if it is not its count over its base."""
    base, count = int(row["base"]), int(row["count"])
    weighted = abs(row["estimate"] - count / base) > _NO_WEIGHT
    return ShareFacts(
        predicate=predicate(as_asked(subject.question, context.wave), subject.item, subject.choice),
        respondents=base_words(subject.question, base, wave_base, context.respondents),
        people=people_words(subject.question, context.people, context.population_size),
        count=count,
        base=base,
        share=exact(row["estimate"]) if weighted else Fraction(count, base),
        weighted=weighted,
        small=base < context.small_base,
        bounds=_bounds(row, context),
        census=context.population_size == base,
        rounding=context.rounding,
    )


def mean_facts(row: dict[str, Any], subject: Subject, context: FindingContext, wave_base: int) -> MeanFacts:
    """The facts of a mean in a row of estimates. It is weighted if the wave's responses are."""
    base = int(row["base"])
    words = mean_words(as_asked(subject.question, context.wave), subject.item)
    weighted = context.weighted
    return MeanFacts(
        sample=words.sample,
        population=words.population,
        unit=words.unit,
        value=exact(row["estimate"]) if weighted else mean_of(row["estimate"], base),
        base=base,
        respondents=base_words(subject.question, base, wave_base, context.respondents),
        people=people_words(subject.question, context.people, context.population_size),
        bounds=_bounds(row, context),
        weighted=weighted,
        census=context.population_size == base,
        rounding=context.rounding,
    )


def _bounds(row: dict[str, Any], context: FindingContext) -> Bounds | None:
    if row["conf_low"] is None or row["conf_high"] is None:
        return None
    method = row["method"] or context.method
    return Bounds(exact(row["conf_low"]), exact(row["conf_high"]), context.level, METHOD_NAMES.get(method, method))
