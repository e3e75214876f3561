"""Disclosure control with a project's own rules and population: the way of every figure that is published beside the tab book.

Charts, notes and tables of a message take their figures from `wave.published`, or from a function here. What `wave.tabulate`,
`wave.overlap` and `wave.responses` give is for the survey team's own eyes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from barometer.errors import ProjectError, UsageError
from barometer.project.settings import PROJECT_FILE

if TYPE_CHECKING:
    from barometer.estimation import Estimates
    from barometer.findings.disclosure import Rules
    from barometer.findings.disclosure_groups import Group
    from barometer.project.wave import Wave

THOSE = "those who did"
OTHERS = "all others"


def rules(wave: Wave) -> Rules:
    """The rules of `[disclosure]` in the project file.

    Raises:
        ProjectError: If it names a question that the questionnaire does not have.
    """
    from barometer.errors import did_you_mean
    from barometer.findings.disclosure import Rules

    settings = wave.survey.settings
    known = [question.id for question in wave.survey.questionnaire.questions]
    for question in settings.disclosure.sensitive:
        if question not in known:
            raise ProjectError(
                "Disclosure control names a question that the questionnaire does not have.",
                file=wave.survey.folder / PROJECT_FILE,
                where="[disclosure], key 'sensitive'",
                got=question,
                hint=did_you_mean(question, known),
            )
    roles = settings.population.roles
    return Rules(
        minimum_base=settings.disclosure.minimum_base,
        small_base=settings.disclosure.small_base,
        group_base=settings.disclosure.group_base,
        minimum_count=settings.disclosure.minimum_count,
        sensitive=settings.disclosure.sensitive,
        # The frame says who holds which post: that the chairs called themselves chairs tells nothing.
        public=(roles.question,) if roles else (),
    )


def protected(wave: Wave, estimates: Estimates) -> Estimates:
    """Estimates of this wave as they may be published beside its tab book; those of a break need the rows for everybody beside them."""
    return protected_together(wave, {(): estimates})[()]


def protected_together(wave: Wave, books: Mapping[Group, Estimates]) -> dict[Group, Estimates]:
    """Tab books for everybody and for parts of the respondents as they may be published together: see `protect_all`.

    Example:
        `protected_together(wave, {(): wave.estimates, conditions(region="north"): north})`, for one report a region.
    """
    from barometer.findings.disclosure import protect_all
    from barometer.findings.disclosure_rounding import rounded

    members, population = _members(wave)
    safe = protect_all(books, rules(wave), members=members, population=population)
    multiple = wave.survey.settings.disclosure.rounding
    return {key: rounded(book, multiple, small_base=rules(wave).small_base) for key, book in safe.items()}


def published_by(wave: Wave, questions: Sequence[str], by: str) -> Estimates:
    """Questions by a break that need not be in the plan, protected together with every break that is.

    Returns:
        The rows for everybody and for the levels of the break; shares are proportions (0 to 1).

    Raises:
        UsageError: If this wave did not ask a question, or the project has no such break.
    """
    from barometer.estimation import Estimates

    if by in wave.survey.plan.breaks:
        book = wave.published
    elif _beside(wave):
        raise UsageError("A part of a wave is broken by the breaks of the plan only.", where="analysis/plan.toml, key 'breaks'", got=by)
    else:
        own = Estimates.concat([wave.tabulate(question, by) for question in questions]).where(pl.col("break") != "")
        book = protected(wave, Estimates.concat([wave.estimates, own]))
    return book.where(pl.col("question").is_in(list(questions)) & pl.col("break").is_in(["", by]))


def published_overlap(wave: Wave, question: str) -> Estimates:
    """How the options of a select-all question overlap, as it may be published: see `protect_overlap`.

    In the report of a part of the respondents a pair is shown only if it could be shown of every other part and of everybody, so that
    no part's overlap is had from the others.

    Raises:
        UsageError: If this wave did not ask the question, or it is no select-all question.
    """
    from barometer.findings.disclosure import SUPPRESSED, protect_overlap
    from barometer.findings.disclosure_rounding import rounded

    settings = wave.survey.settings.disclosure
    safe = protect_overlap(wave.overlap(question), rules(wave))
    beside = [protect_overlap(other.overlap(question), rules(wave)).frame["flag"] == SUPPRESSED for other in _beside(wave).values()]
    for hidden in beside:
        numbers = [name for name, dtype in safe.frame.schema.items() if dtype.is_numeric()]
        safe = safe.with_columns(
            pl.when(hidden).then(pl.lit(SUPPRESSED)).otherwise("flag").alias("flag"),
            *(pl.when(~hidden).then(pl.col(name)).alias(name) for name in numbers),
        )
    return rounded(safe, settings.rounding, small_base=settings.small_base)


def published_combinations(wave: Wave, question: str, options: Sequence[str] = (), *, beside: Sequence[tuple[str, str]] = ()) -> Estimates:
    """Which options of a select-all question were given together, as it may be published: see `protect_combinations`.

    A part of the respondents shows none, as the combinations of all other parts and of everybody lead to its own.

    Args:
        wave: The wave.
        question: The question.
        options: The options that are looked at; left out, all. Who gave only others is counted among those who gave none.
        beside: Pairs of options of which it is told beside it how many gave both. The whole of `published_overlap` must not be.

    Returns:
        A row for each combination that is shown, the most frequent first, with the statistic `combination`, the options in `option`
        joined by " + " ("none" for none of them), and its share (a proportion) and count of all who answered. All others are one row
        whose `option` is empty.

    Raises:
        UsageError: If this wave did not ask the question, it is no select-all question, or it has no such option.
    """
    from barometer.errors import did_you_mean
    from barometer.estimation import MultipleResponse
    from barometer.findings.disclosure_combinations import protect_combinations
    from barometer.findings.disclosure_rounding import rounded
    from barometer.project.variables import as_of, variable

    found = variable(as_of(wave.question(question), wave.id, wave.survey.settings.waves), wave.id)
    if not isinstance(found, MultipleResponse):
        raise UsageError("Only the options of a select-all question overlap.", where=f"question '{question}'", expected="kind multiple")
    known = dict(found.columns)
    for option in (*options, *(one for pair in beside for one in pair)):
        if option not in known:
            hint = did_you_mean(option, known)
            raise UsageError("This wave did not offer the option.", where=f"question '{question}'", got=option, hint=hint)
    chosen = {option: known[option] for option in options or known}
    rows = wave.design.overlap(replace(found, columns=chosen, labels={}, nets={}), combinations=True)
    settings = wave.survey.settings.disclosure
    exclusive = [option.code for option in wave.question(question).options if option.exclusive]
    safe = protect_combinations(rows, rules(wave), list(chosen), exclusive=exclusive, beside=beside, none=bool(_beside(wave)))
    return rounded(safe, settings.rounding, small_base=settings.small_base)


def _beside(wave: Wave) -> dict[Group, Wave]:
    """The whole wave and the other parts, where this one is a part that has a report of its own; nothing for a whole wave."""
    from barometer.findings.disclosure import conditions
    from barometer.project.variants import Part, parts_of

    if not isinstance(wave, Part):
        return {}
    others = {conditions(**{wave.by: level}): part for level, part in parts_of(wave.whole, wave.by).items() if len(part.responses)}
    return {(): wave.whole, **others}


def published_association(wave: Wave, first: tuple[str, str, str], second: tuple[str, str, str]) -> Estimates:
    """How many gave one answer, among those who gave another and among all others who took part.

    Everyone who took part counts, so that no table tells of the few who left one of the two questions out: who did not answer did not
    give the answer. The groups are those of the first answer's count in the topline, and everybody else.

    Args:
        wave: The wave.
        first: Question, item ("" where there is none) and option or net of the answer that makes the groups.
        second: Question, item and option or net of the answer that is counted.

    Returns:
        A row for everybody (empty `break`) and one for each of `THOSE` and `OTHERS` (`level`), with the statistic `share`: a proportion
        (0 to 1) of all who took part, with its interval, and the test against the other group (`p_rest`). Suppressed where a group is
        too small or of one mind.

    Raises:
        UsageError: If the wave did not ask a question, an answer is unknown, or a question was not shown to everybody.
    """
    from barometer.findings.disclosure import conditions

    beside = _beside(wave)
    if not beside:
        return protected(wave, _association(wave, first, second)).where(option=second[2])
    books = {key: _association(other, first, second) for key, other in beside.items()}
    own = conditions(**{wave.by: wave.level})  # type: ignore[attr-defined]
    return protected_together(beside[()], books)[own].where(option=second[2])


def _association(wave: Wave, first: tuple[str, str, str], second: tuple[str, str, str]) -> Estimates:
    """One answer among those who gave another and among all others, before disclosure control."""
    from barometer.estimation import Categorical

    groups, counted = (_gave(wave, *answer) for answer in (first, second))
    name = ".".join(part for part in first if part)
    frame = wave.design.frame.with_columns(
        pl.when(groups).then(pl.lit(THOSE)).otherwise(pl.lit(OTHERS)).alias(name),
        pl.when(counted).then(pl.lit(second[2])).otherwise(pl.lit("")).alias("counted"),
    )
    asked, split = Categorical("counted", codes=(second[2], "")), Categorical(name, codes=(THOSE, OTHERS))
    book = wave.design.with_frame(frame).tab_book([asked], [split], adjust=None)
    return book.with_columns(question=pl.lit(second[0]), item=pl.lit(second[1]))


def published_values(wave: Wave, question: str) -> dict[int, int]:
    """How many of everybody gave each whole number to a numeric question, as it may be published.

    Returns:
        Every number of the question's range with its count (rounded, if the project rounds), those that nobody gave too; empty where
        fewer answered than the minimum base.

    Raises:
        UsageError: If this wave did not ask the question, or it is no numeric question with a range.
    """
    from barometer.findings.disclosure_rounding import to_multiple

    asked = wave.question(question)
    if asked.kind != "numeric" or asked.minimum is None or asked.maximum is None:
        raise UsageError("Only a numeric question with a range has a count for each number.", where=f"question '{question}'")
    answers = wave.responses.frame[question].drop_nulls()
    settings = wave.survey.settings.disclosure
    if answers.len() < settings.minimum_base or wave.published.row(question=question, break_="", statistic="mean")["base"] is None:
        return {}
    given: dict[int, int] = dict(answers.cast(pl.Int64).value_counts().iter_rows())
    return {number: to_multiple(given.get(number, 0), settings.rounding) for number in range(int(asked.minimum), int(asked.maximum) + 1)}


def _gave(wave: Wave, question: str, item: str, option: str) -> pl.Expr:
    """Whether a respondent gave an answer; an answer that is missing was not given."""
    asked = wave.question(question)
    if asked.shown_if is not None:
        raise UsageError("Who was not shown a question cannot be counted as not giving an answer.", where=f"question '{question}'")
    net = asked.net(option)
    codes = net.codes if net is not None else (option,)
    if (asked.items and asked.item(item) is None) or any(asked.option(code) is None for code in codes):
        raise UsageError("The question has no such answer.", where=f"question '{question}'", got=".".join(filter(None, (item, option))))
    if asked.kind == "multiple":
        return pl.any_horizontal(pl.col(f"{question}.{code}").cast(pl.Int64).eq(1).fill_null(False) for code in codes)
    column = f"{question}.{item}" if item else question
    return pl.col(column).cast(pl.String).is_in(list(codes)).fill_null(False)


def _members(wave: Wave) -> tuple[pl.DataFrame | None, bool]:
    """What anyone can know of who belongs to which level: the frame's breaks, or else what the respondents show."""
    breaks = list(wave.survey.settings.breaks)
    frame = wave.survey.frame
    if frame is not None:
        return frame.select(name for name in breaks if name in frame.columns), True
    known = [name for name in breaks if name in wave.responses.frame.columns]
    return wave.responses.frame.select(pl.col(name).cast(pl.String) for name in known), False
