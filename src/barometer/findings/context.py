"""What a finding must know beside its estimate: the wave, the population, and the rules of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class BreakLabels:
    """How a break and its levels are called in a sentence: "NHS England region", {"north": "North"}."""

    label: str
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expectation:
    """What was to be expected of a figure: a proportion (0..1), and where that comes from."""

    share: float
    source: str


@dataclass(frozen=True)
class FindingContext:
    """The wave, its population and the house's rules.

    Attributes:
        wave: The wave's id, such as "2016-spring".
        wave_title: As it is printed, such as "Spring 2016".
        fieldwork: A mapping or object with `text`, `start` and `end`.
        people: Whom the population voice speaks of, such as "CCG leaders".
        respondents: Whom the sample voice speaks of, such as "leaders who answered".
        population_size: How many people there are, or None where the population is taken as very large.
        wave_base: How many answered the wave; left out, the largest base among the estimates.
        minimum_base: A figure on fewer respondents is withheld.
        small_base: A figure on fewer respondents is marked, and worded as counts.
        rounding: The multiple to which counts and bases are rounded; 0 where they are exact.
        weighted: Whether responses have weights of their own, so that a mean is a weighted one. (A share is weighted if it is not its
            count over its base.)
        synthetic: Whether the responses are made up.
        version: The version of the toolkit.
        inputs_sha256: File -> SHA-256 of what the figures were made from.
        level: The confidence level of the intervals, 0..1.
        method: The method of the intervals, where the estimates do not name it.
        significance: A difference with a p value below this may be called one.
        series: The barometer's title, for citations.
        publisher: Who publishes it, for citations.
        organisations: What the respondents lead and must not be mistaken for, such as "CCGs".
        not_asked: Ids (without the wave) of what this wave did not ask beyond what the questionnaire says.
        background: Questions that describe respondents and lead no report.
        breaks: Break -> its labels.
        waves: All waves, oldest first, to decide what is comparable.
        wave_titles: Wave -> title, for comparisons.
        expectations: Id, with or without the wave -> what editors expected before they knew: see `barometer.findings.leading`.
    """

    wave: str
    wave_title: str
    fieldwork: Any
    people: str = "respondents"
    respondents: str = "people who answered"
    population_size: int | None = None
    wave_base: int | None = None
    minimum_base: int = 10
    small_base: int = 30
    rounding: int = 0
    weighted: bool = False
    synthetic: bool = False
    version: str = ""
    inputs_sha256: Mapping[str, str] = field(default_factory=dict)
    level: float = 0.95
    method: str = "logit"
    significance: float = 0.05
    series: str = ""
    publisher: str = ""
    organisations: str | None = None
    not_asked: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    breaks: Mapping[str, BreakLabels] = field(default_factory=dict)
    waves: tuple[str, ...] = ()
    wave_titles: Mapping[str, str] = field(default_factory=dict)
    expectations: Mapping[str, Expectation] = field(default_factory=dict)
