"""The questionnaire: what was asked, of whom, in which wave, and in which words.

`load` reads `data/questionnaire.toml` into a frozen `Questionnaire`; every later station reads codes, labels, bases, routing and
wording from it and from nowhere else.
"""

from __future__ import annotations

from barometer.questionnaire.loading import load, parse, read_toml, validated
from barometer.questionnaire.model import Condition, Item, Net, Option, Question, Questionnaire, Scale, SeriesBreak, Theme
from barometer.questionnaire.spelling import folded

__all__ = [
    "Condition",
    "Item",
    "Net",
    "Option",
    "Question",
    "Questionnaire",
    "Scale",
    "SeriesBreak",
    "Theme",
    "folded",
    "load",
    "parse",
    "read_toml",
    "validated",
]
