"""How much the answers of two waves of a project differ: posts matched, populations compared, options that one of them lacked left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer.project.population import continued
from barometer.project.variables import variable, without_unoffered

if TYPE_CHECKING:
    import polars as pl

    from barometer.estimation import Estimates
    from barometer.project.wave import Wave


def change_between(before: Wave, after: Wave, question: str, by: str | None = None) -> Estimates:
    """How much each figure of a question changed from one wave to a later one, that may be compared with it.

    Args:
        before: The earlier wave.
        after: The later wave.
        question: The question's id.
        by: A break of `barometer.toml`, or none.

    Returns:
        The estimates of `barometer.change`. What one of the waves did not offer is "not asked".

    Raises:
        UsageError: If the later wave did not ask the question, or there is no such break.
        ProjectError: If the record of successors is broken.
    """
    from barometer.estimation import change

    asked = after.question(question)
    first, common = continued(before, after)
    framed = before.survey.frame is not None and after.survey.frame is not None
    changes = change(
        first,
        after.design,
        variable(asked, after.id, before.id),
        person="post" if framed else "respondent",
        by=after.break_variable(by) if by else None,
        common_population=common,
    )
    return without_unoffered(changes, asked, before.id, after.id)


def changes_of(wave: Wave) -> pl.DataFrame | None:
    """Every figure of a wave that can be compared, against the latest earlier wave that can be.

    Returns:
        The frame of `barometer.estimation.changes.change_frame` over all questions, rounded as the figures are; None where nothing can be
        compared.
    """
    import polars as pl

    from barometer.estimation.changes import change_frame
    from barometer.findings.disclosure_rounding import rounded_changes

    survey = wave.survey
    asked = [question.id for question in survey.questionnaire.asked_in(wave.id) if question.kind != "text"]
    pairs = [(question, earlier) for question in asked if (earlier := survey.previous(question, wave.id)) is not None]
    frames = [change_frame(change_between(survey.wave(earlier), wave, question), earlier) for question, earlier in pairs]
    if not frames:
        return None
    return rounded_changes(pl.concat(frames, how="diagonal"), wave.published, survey.settings.disclosure.rounding)
