"""Spoils a few extra submissions, each in one way that validation has to find.

The posts of these rows belong to nobody among the accepted respondents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from barometer.questionnaire import Questionnaire
from synthetic.answers import TICKED, Sheet
from synthetic.frame import SUFFIXES, Row

#: A label that the question on the relationship with the main provider does not offer.
UNKNOWN_LABEL = "Excellent"
STRANGER = {"organisation": "CCG-999", "post": f"CCG-999-{SUFFIXES['chair']}"}


@dataclass(frozen=True)
class Fault:
    """One kind of fault: its name, what is wrong in plain words, and how many submissions (each with its own Response ID) it takes."""

    name: str
    meaning: str
    submissions: int = 1


DUPLICATE = Fault("duplicate_submission", "The same submission stands twice, with one Response ID.")
TWO_FOR_ONE_POST = Fault("two_answers_for_one_post", "Two submissions name the same post.", submissions=2)
NOT_IN_FRAME = Fault("post_not_in_frame", "The frame has no such post.")
LATE = Fault("after_fieldwork", "Submitted after the fieldwork had ended.")
UNKNOWN = Fault("unknown_option", "The answer to the question on relationships is not one of its options.")
HIDDEN = Fault("hidden_question_answered", "Says who leads accountable care, but expects neither form of it, so was not to be asked.")
MISSING = Fault("required_answer_missing", "Stopped before the required question on STP footprints.")
WRONG_TITLE = Fault("title_contradicts_role", "Says to be a chair, but the post is an accountable officer's.")

FAULTS = (DUPLICATE, TWO_FOR_ONE_POST, NOT_IN_FRAME, LATE, UNKNOWN, HIDDEN, MISSING, WRONG_TITLE)


def posts_of(spare: Sequence[Row]) -> list[tuple[Fault, Row]]:
    """A post for each spoilt submission, from the posts of which nobody has answered."""
    left = list(spare)
    taken: list[tuple[Fault, Row]] = []
    for fault in FAULTS:
        wanted = {NOT_IN_FRAME: "chair", WRONG_TITLE: "ao"}.get(fault)
        row = left.pop(next(place for place, row in enumerate(left) if wanted in (None, row["role"])))
        if fault is NOT_IN_FRAME:
            row = {**row, **STRANGER}
        taken.extend([(fault, row)] * fault.submissions)
    return taken


def spoil(sheet: Sheet, faults: Sequence[Fault], questionnaire: Questionnaire, wave: str) -> None:
    """Puts the faults that lie in the answers into the sheet; the others lie in the ids, the posts and the dates."""
    change: dict[Fault, Callable[[Sheet, int], None]] = {UNKNOWN: _unknown, HIDDEN: _hidden, WRONG_TITLE: _wrong_title}
    for place, fault in enumerate(faults):
        if fault in change:
            change[fault](sheet, place)
        if fault is MISSING:
            asked = [question.id for question in questionnaire.asked_in(wave)]
            for question in questionnaire.asked_in(wave)[asked.index("stp_impact") :]:
                for column in question.columns(wave):
                    sheet[column][place] = ""


def lateness(fault: Fault) -> timedelta:
    """How long after the end of fieldwork the submission came; zero if it was in time."""
    return timedelta(days=3) if fault is LATE else timedelta()


def _unknown(sheet: Sheet, place: int) -> None:
    sheet["relationships"][place] = UNKNOWN_LABEL


def _hidden(sheet: Sheet, place: int) -> None:
    for column in [column for column in sheet if column.startswith("contracting.")]:
        sheet[column][place] = ""
    sheet["contracting.alliance_contract"][place] = TICKED
    sheet["accountable_care_lead"][place] = "gp_federation"


def _wrong_title(sheet: Sheet, place: int) -> None:
    sheet["post_title"][place] = "chair"
