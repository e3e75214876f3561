"""One report a group: a wave as it is seen by one level of a break, and which levels may have a report of their own.

The figures of a part are those of the same group in the tables of the whole wave: a domain of the whole design, which says whose answers
count and forgets nobody, so that no figure has two intervals. They are protected together with the tables of the whole and of every
other group, so that no report can be taken away from the whole to leave a group that is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from barometer.errors import UsageError, did_you_mean
from barometer.project.settings import PROJECT_FILE, Break
from barometer.project.wave import Wave

if TYPE_CHECKING:
    from barometer.estimation import Design, Estimates
    from barometer.intake import Responses
    from barometer.project.survey import Survey
    from barometer.questionnaire import Question


def only(wave: Wave, part: str, where: Mapping[str, str]) -> Wave:
    """A wave restricted to one level of a break; the wave itself where nothing is asked for.

    Args:
        wave: The whole wave.
        part: "break=level", or an empty text.
        where: Break -> level; empty levels count for nothing.

    Raises:
        UsageError: If a break or level is unknown, more than one is given, or the level is too small to be reported.
    """
    asked = {name: level for name, level in where.items() if level}
    if part:
        name, _, level = part.partition("=")
        asked[name.strip()] = level.strip()
    if not asked:
        return wave
    if len(asked) > 1:
        raise UsageError("A wave is restricted to one group at a time.", expected="one break and level", got=", ".join(sorted(asked)))
    ((name, level),) = asked.items()
    known = levels(wave, name)
    if level not in known:
        raise UsageError(
            "There is no such group.", where=f"[breaks.{name}] in {PROJECT_FILE}", expected="one of " + ", ".join(known), got=level,
            hint=did_you_mean(level, known),
        )  # fmt: skip
    if level in withheld(wave, name):
        raise UsageError(
            "This group gets no report, to protect those who answered.", where=f"{name} = {level}",
            expected=f"{wave.survey.settings.disclosure.minimum_base} respondents, and no single other group that is too small",
        )  # fmt: skip
    return parts_of(wave, name)[level]


def levels(wave: Wave, by: str) -> list[str]:
    """The levels of a break in the order of the project file; those that occur, where it names none.

    Raises:
        UsageError: If there is no such break.
    """
    wave.break_variable(by)  # says what is wrong with an unknown one
    known = wave.survey.settings.breaks[by].levels
    return list(known) or sorted(wave.responses.frame[by].drop_nulls().cast(pl.String).unique().to_list())


def withheld(wave: Wave, by: str) -> tuple[str, ...]:
    """The levels of a break that get no report of their own.

    Those with fewer respondents than the minimum base; and where that is one level alone, the smallest of the others too, as the whole
    less all other reports would leave it.
    """
    answered = wave.responses.frame[by].cast(pl.String).drop_nulls().value_counts()
    counts: dict[str, int] = dict(answered.iter_rows())
    return hidden({level: counts.get(level, 0) for level in levels(wave, by)}, wave.survey.settings.disclosure.minimum_base)


def hidden(counts: Mapping[str, int], minimum: int) -> tuple[str, ...]:
    """The groups that are too small, and one more where a single one could be worked out from the others.

    Args:
        counts: Respondents of each group.
        minimum: The fewest respondents that a group may have.

    Example:
        >>> hidden({"north": 30, "south": 25, "london": 6}, 10), hidden({"north": 30, "south": 25, "east": 4, "london": 6}, 10)
        (('south', 'london'), ('east', 'london'))
        >>> hidden({"north": 30, "london": 0}, 10)
        ('london',)
    """
    small = {level for level, count in counts.items() if count < minimum}
    # A group of which nobody answered tells nothing of anybody: there is nothing to work out.
    if len([level for level in small if counts[level]]) == 1:
        others = [level for level in counts if level not in small]
        small |= {min(others, key=lambda level: counts[level])} if others else set()
    return tuple(level for level in counts if level in small)


def parts_of(wave: Wave, by: str) -> dict[str, Part]:
    """All parts of a wave by one break, made once for each wave."""
    known: dict[str, dict[str, Part]] = wave.__dict__.setdefault("_parts", {})
    if by not in known:
        known[by] = {level: Part(wave, by, level) for level in levels(wave, by)}
    return known[by]


def _together(wave: Wave, by: str) -> Mapping[Any, Estimates]:
    """The tables of the whole and of every group by one break, protected together; made once for each wave.

    A publication holds the reports of one break alone, as a run puts a new folder in the place of the last.
    """
    from barometer.findings.disclosure import conditions
    from barometer.project.disclosing import protected_together

    known: dict[str, Mapping[Any, Estimates]] = wave.__dict__.setdefault("_protected_parts", {})
    if by not in known:
        parts = {conditions(**{by: level}): part.estimates for level, part in parts_of(wave, by).items() if len(part.responses)}
        known[by] = protected_together(wave, {(): wave.estimates, **parts})
    return known[by]


class Part(Wave):
    """A wave as it is seen by one group: the same questions and rules, the answers of that group alone.

    Attributes:
        by: The break.
        level: The group.
        whole: The wave that it is a part of.
    """

    def __init__(self, whole: Wave, by: str, level: str) -> None:
        self.by, self.level, self.whole = by, level, whole
        settings = whole.survey.settings.breaks[by]
        label = settings.levels.get(level, level)
        titled = whole.settings.model_copy(update={"title": f"{whole.settings.title}, {label}"})
        super().__init__(_survey_of(whole, by, level, settings), whole.id, titled, whole.inputs)
        # What came in and what was wrong with it is the business of the whole.
        self.__dict__["export"], self.__dict__["check"] = whole.export, whole.check

    def __repr__(self) -> str:
        return f"{self.whole!r}.only({self.by}={self.level!r})"

    @property
    def _domain(self) -> pl.Expr:
        return pl.col(self.by).cast(pl.String) == self.level

    @cached_property
    def responses(self) -> Responses:
        """The accepted responses of the group."""
        whole = self.whole.responses
        inside = whole.frame.select(self._domain.fill_null(False)).to_series()
        return replace(whole, frame=whole.frame.filter(inside), states=whole.states.filter(inside))

    def _tab_book(self, questions: Sequence[Question], breaks: Sequence[str]) -> Estimates:
        from barometer.project.variables import as_of, variable

        return self.whole.design.tab_book(
            [variable(as_of(question, self.id, self.survey.settings.waves), self.id) for question in questions],
            [self.whole.break_variable(name) for name in breaks],
            where=self._domain,
        )

    @cached_property
    def design(self) -> Design:
        """The group as a sample of its own part of the frame, for tests and models; tables are those of the whole design."""
        return super().design

    @cached_property
    def published(self) -> Estimates:
        """Every question by every other break of the plan as they may be published beside the reports of all other groups."""
        from barometer.findings.disclosure import conditions

        return _together(self.whole, self.by)[conditions(**{self.by: self.level})]

    @cached_property
    def changes(self) -> pl.DataFrame | None:
        """None: a group is not compared with earlier waves, where it is too small to show more than chance."""
        return None

    def trend(self, question: str, **_: str | None) -> Estimates:
        """Not for a group.

        Raises:
            UsageError: Always.
        """
        hint = f"Use survey.trend({question!r}, by={self.by!r})."
        raise UsageError("Trends are those of the whole wave.", where=repr(self), got=question, hint=hint)

    def only(self, part: str = "", /, **where: str) -> Wave:
        """Not twice.

        Raises:
            UsageError: If another group is asked for.
        """
        if part or any(where.values()):
            raise UsageError("A group is not divided further: too few would be left.", where=repr(self))
        return self


def _survey_of(whole: Wave, by: str, level: str, settings: Break) -> Survey:
    """The survey with the group for its population."""
    survey = whole.survey.as_of(whole.id, whole.settings)
    phrase = settings.phrases.get(level, f"({settings.levels.get(level, level)})")
    population = survey.settings.population
    named = {name: f"{getattr(population, name)} {phrase}" for name in ("people", "respondents")}
    named["describes"] = f"{population.describes}; in this report: {settings.levels.get(level, level)}"
    survey.settings = survey.settings.model_copy(update={"population": population.model_copy(update=named)})
    members = whole.survey.frame
    if members is not None and by in members.columns:
        survey.__dict__["frame"] = members.filter(pl.col(by) == level)
    else:  # how many there are of a group that only answers tell apart, nobody knows
        survey.__dict__["frame"] = None
        survey.settings = survey.settings.model_copy(
            update={"population": survey.settings.population.model_copy(update={"frame": None, "key": None, "size": None})}
        )
    plan = whole.survey.plan
    survey.__dict__["plan"] = plan.model_copy(
        update={"breaks": tuple(name for name in plan.breaks if name != by), "pins": tuple(plan.pins), "messages": ()}
    )
    return survey
