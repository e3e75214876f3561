"""How much the answers of two waves of a project differ: posts matched, populations compared, options that one of them lacked left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer.project.population import continued
from barometer.project.variables import variable, without_unoffered

if TYPE_CHECKING:
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
