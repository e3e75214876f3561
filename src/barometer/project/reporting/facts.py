"""What every page needs to know of a wave: how many were asked, how many answered, and at what rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from barometer.publishing.numbers import half_up

if TYPE_CHECKING:
    from barometer.project.wave import Wave

#: A respondent who answered this share of the questions that were shown counts as a complete interview.
COMPLETE = 0.8


@dataclass(frozen=True)
class Rates:
    """Response rates by AAPOR's Standard Definitions, for a population of which every member is on a list and was asked.

    Every member is known to be eligible, so the rates that estimate eligibility agree with those that do not: RR1 = RR3 = RR5, and
    RR2 = RR4 = RR6.

    Attributes:
        asked: Members of the frame.
        complete: Accepted respondents who answered at least four fifths of the closed questions that they were shown (I).
        partial: Other accepted respondents (P).

    Example:
        >>> rates = Rates(asked=418, complete=97, partial=3)
        >>> rates.without_answer, half_up(100 * rates.rr1, 1), half_up(100 * rates.rr2, 1)
        (318, '23.2', '23.9')
    """

    asked: int
    complete: int
    partial: int

    @property
    def without_answer(self) -> int:
        """Members without an accepted answer: refusals, non-contacts and submissions that were left out."""
        return self.asked - self.complete - self.partial

    @property
    def rr1(self) -> float:
        """RR1, a proportion (0 to 1): complete interviews of all that were asked."""
        return self.complete / self.asked

    @property
    def rr2(self) -> float:
        """RR2, a proportion (0 to 1): complete and partial interviews of all that were asked."""
        return (self.complete + self.partial) / self.asked


def size(wave: Wave) -> int | None:
    """How many the population has; None where it is taken as very large."""
    return wave.survey.population_size


def people(wave: Wave) -> str:
    """Whom the population consists of, such as 'CCG leaders'."""
    return wave.survey.settings.population.people


def describes(wave: Wave) -> str:
    """The population in full."""
    return wave.survey.settings.population.describes


def rates(wave: Wave) -> Rates | None:
    """The response rates of a wave; None where nobody knows how many were asked, or more answered than are on the list."""
    asked, answered = size(wave), len(wave.responses)
    if asked is None or answered > asked:
        return None
    complete = int((answered_share(wave) >= COMPLETE).sum())
    return Rates(asked, complete, answered - complete)


def answered_share(wave: Wave) -> pl.Series:
    """For each accepted respondent the share (0 to 1) of the closed questions and items shown that was answered."""
    questions = {question.id: question.kind for question in wave.survey.questionnaire.asked_in(wave.id)}
    states = wave.responses.states
    closed = [name for name in states.columns if questions.get(name.split(".")[0]) != "text"]
    if not closed:
        return pl.Series([1.0] * states.height, dtype=pl.Float64)
    answered = pl.sum_horizontal([(pl.col(name) == "answered").cast(pl.Int64) for name in closed])
    shown = pl.sum_horizontal([(pl.col(name) != "not shown").cast(pl.Int64) for name in closed])
    return states.select(pl.when(shown > 0).then(answered / shown).otherwise(1.0)).to_series()


def per_cent(part: float, digits: int = 0) -> str:
    """A proportion in per cent with the words, such as '24 per cent'."""
    return f"{half_up(round(part * 100, 10), digits)} per cent"


def widest(wave: Wave) -> float | None:
    """The width of the widest interval of a share of everybody, in percentage points; None where there is none."""
    frame = wave.published.frame.filter(
        (pl.col("break") == "") & pl.col("statistic").is_in(["share", "net"]) & pl.col("conf_low").is_not_null()
    )
    width = (frame["conf_high"] - frame["conf_low"]).max()
    return 100 * width if isinstance(width, float) else None


def capital(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun, such as '1 row' or '3 rows'."""
    return f"{number} {one if number == 1 else many or one + 's'}"
