"""What a survey team decides about validation: `validation/rules.toml`, and what the project says about its fieldwork."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from barometer.errors import ProjectError
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Code, Model, Text
from barometer.validation.rules import Severity

Share = Annotated[float, Field(ge=0, le=1)]


class TeamRule(Model):
    """A rule that a team adds: `[[rules]]`."""

    id: Code = Field(description="Its name.")
    label: Text = Field(description="What must hold, in plain words.")
    fails_if: Text = Field(description="When a submission fails: an expression over the columns of the wave.")
    reason: Text | None = Field(default=None, description="What is wrong where it fails; left out, that the label does not hold.")
    severity: Severity = Field(default="warning", description="critical, warning or info.")
    waves: tuple[str, ...] | None = Field(default=None, description="The waves that it belongs to; left out, all.")


class Quota(Model):
    """How many accepted submissions a group should have: `[[quotas]]`."""

    column: Text = Field(description="A column of the population frame, or of the questionnaire.")
    level: Text = Field(description="The value that is counted.")
    minimum: int = Field(ge=1, description="The least number of accepted submissions.")
    waves: tuple[str, ...] | None = Field(default=None, description="The waves that it belongs to; left out, all.")
    severity: Severity = Field(default="warning", description="critical, warning or info.")


class Coverage(Model):
    """How much of the population the accepted submissions should speak from: `[[coverage]]`."""

    column: Text = Field(description="A column of the population frame, such as that of organisations, or its key.")
    minimum: Annotated[float, Field(gt=0, le=1)] = Field(
        description="The least share of the column's values in the frame that have an accepted submission."
    )
    severity: Severity = Field(default="warning", description="critical, warning or info.")


class Quality(Model):
    """Signs of careless answering: `[quality]`. They never remove a submission by themselves."""

    straight_lining: bool = Field(default=True, description="Name submissions that give one answer to every item of a battery.")
    straight_lining_items: int = Field(default=5, ge=3, description="The least number of items of such a battery.")
    variability: float | None = Field(
        default=0.2, ge=0, description="Name submissions whose answers to batteries vary less than this (standard deviation of codes)."
    )
    pace: Share | None = Field(default=0.33, description="Name submissions completed in less than this part of the median time.")
    blank: Share | None = Field(default=0.5, description="Name submissions that leave a larger share than this of what they were shown.")
    alike: Share | None = Field(default=0.95, description="Name submissions that agree with another one in this share of answers or more.")
    alike_answers: int = Field(default=20, ge=5, description="The least number of answers that two submissions must share to be compared.")
    outlying: Share | None = Field(
        default=0.001, description="Name submissions whose answers to scales are as far from the others as this share of a normal sample."
    )
    flags: int = Field(default=2, ge=1, description="From so many signs on, a person should look at the submission.")


class Privacy(Model):
    """What free text should not hold: `[privacy]`. A severity, or left out for no rule."""

    email: Severity | None = Field(default="warning", description="Of a text that holds an e-mail address; left out, no rule.")
    phone: Severity | None = Field(default="warning", description="Of a text that holds a telephone number.")
    name: Severity | None = Field(default="warning", description="Of a text that names its author.")
    names: str | None = Field(default=None, description="The column of the population frame that names the holder of a post.")


class RulesFile(Model):
    """`validation/rules.toml`: the gate, severities, and the rules beyond those that the questionnaire implies."""

    maximum_quarantined: Share = Field(default=0.1, description="The largest share of submissions that may be in the quarantine.")
    minimum_accepted: int = Field(default=1, ge=0, description="The least number of submissions that must be accepted.")
    severity: dict[str, Severity] = Field(default_factory=dict, description="Severities by rule id or by check, such as 'other_text'.")
    privacy: Privacy = Field(default_factory=Privacy, description="What free text should not hold.")
    quality: Quality | None = Field(default_factory=Quality, description="Signs of careless answering.")
    quotas: tuple[Quota, ...] = Field(default=(), description="How many accepted submissions a group should have.")
    coverage: tuple[Coverage, ...] = Field(default=(), description="How much of the population they should come from.")
    rules: tuple[TeamRule, ...] = Field(default=(), description="Rules that the team adds.")


def load_rules(path: str | Path) -> RulesFile:
    """The rules that a team wrote down.

    Args:
        path: `validation/rules.toml`.

    Raises:
        ProjectError: If the file is missing, is not TOML, has an unknown key or value, or gives a rule's id twice.
    """
    path = Path(path)
    rules = validated(RulesFile, read_toml(path), file=path)
    twice = [id for id, times in Counter(rule.id for rule in rules.rules).items() if times > 1]
    if twice:
        raise ProjectError("Two rules have the same id.", file=path, where=f"rule '{twice[0]}'", hint="Give each [[rules]] its own id.")
    return rules


@dataclass(frozen=True)
class CheckContext:
    """What a check needs to know beside the export.

    Attributes:
        rules: The team's rules.
        rules_file: Where they stand, for messages.
        fieldwork_start: The first day of fieldwork; none if it is not checked.
        fieldwork_end: The last day of fieldwork, which counts whole; none if it is not checked.
        frame_file: Where the population frame stands, for messages.
        key: The column of the population frame that identifies a post.
        role_question: The question whose answer must fit the frame's role.
        role_column: The column of the frame that holds the role.
    """

    rules: RulesFile = field(default_factory=RulesFile)
    rules_file: Path | None = None
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    frame_file: Path | None = None
    key: str = "post"
    role_question: str | None = None
    role_column: str | None = None
