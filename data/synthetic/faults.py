"""Spoils a few extra submissions, each in one way that validation has to find.

The posts of these rows belong to nobody among the accepted respondents.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from barometer.questionnaire import Questionnaire
from synthetic.answers import TICKED, Sheet
from synthetic.frame import SUFFIXES, Row
from synthetic.plan import Fault

STRANGER = {"organisation": "CCG-999", "post": f"CCG-999-{SUFFIXES['chair']}"}
#: Faults for which the post must be of one role.
_OF_ROLE = {"post_not_in_frame": "chair", "title_contradicts_role": "ao"}


def posts_of(faults: Sequence[Fault], spare: Sequence[Row]) -> list[tuple[Fault, Row]]:
    """A post for each spoilt submission, from the posts of which nobody has answered."""
    left = list(spare)
    taken: list[tuple[Fault, Row]] = []
    for fault in faults:
        wanted = _OF_ROLE.get(fault.name)
        row = left.pop(next(place for place, row in enumerate(left) if wanted in (None, row["role"])))
        if fault.name == "post_not_in_frame":
            row = {**row, **STRANGER}
        taken.extend([(fault, row)] * fault.submissions)
    return taken


def spoil(sheet: Sheet, faults: Sequence[Fault], questionnaire: Questionnaire, wave: str, own_post: str) -> None:
    """Puts the faults that lie in the answers into the sheet; the others lie in the ids, the posts and the dates."""
    for place, fault in enumerate(faults):
        if fault.only is not None:
            asked = fault.only.partition(".")[0]
            for column in [column for column in sheet if column.startswith(f"{asked}.")]:
                sheet[column][place] = ""
            sheet[fault.only][place] = TICKED
        if fault.name == "required_answer_missing":
            asked_questions = questionnaire.asked_in(wave)
            first = [question.id for question in asked_questions].index(fault.column or "")
            for question in asked_questions[first:]:
                for column in question.columns(wave):
                    sheet[column][place] = ""
        elif fault.name == "title_contradicts_role":
            sheet[own_post][place] = "chair"
        elif fault.column is not None:
            sheet[fault.column][place] = fault.answer or ""


def lateness(fault: Fault) -> timedelta:
    """How long after the end of fieldwork the submission came; zero if it was in time."""
    return timedelta(days=3) if fault.name == "after_fieldwork" else timedelta()
