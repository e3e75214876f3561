"""A codeframe: what coders look for, in TOML.

| key | meaning |
| --- | ------- |
| `title` | what is coded |
| `question` | the open question; left out for interviews and other sources |
| `sources` | what a source is called: "leaders who wrote an answer", "interviews" |
| `final` | the coder whose rows count where several coded: the name that stands in the column `coder`, such as "agreed" |
| `[[codes]]` | `id`, `label`, `definition` for the coders, `says` for sentences ("asked for money") |
| `[[elements]]` | what codes are about, such as parts of an assessment framework: `id`, `label`; left out, there is one |
| `[[valences]]` | how a code is meant: `id`, `label`; such as strength and weakness, or the status of a recommendation, in order |
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from barometer.errors import ProjectError
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Code, Model, Text

#: What a coder writes for a source in which no code of the frame applies.
NO_CODE = "none"


class CodeLabel(Model):
    """A theme that a source may be coded to."""

    id: Code = Field(description="Its name.")
    label: Text = Field(description="As tables show it.")
    definition: Text | None = Field(default=None, description="What coders go by.")
    says: Text | None = Field(default=None, description="What the sources did, past tense: 'asked for money'.")


class Level(Model):
    """An element or a valence."""

    id: Code = Field(description="Its name.")
    label: Text = Field(description="As tables show it.")


class Codeframe(Model):
    """What coders look for. See the module."""

    title: Text = Field(description="What is coded.")
    question: Code | None = Field(default=None, description="The open question; left out for other sources.")
    sources: Text = Field(default="sources", description="What a source is called, in the plural.")
    final: Text | None = Field(default=None, description="The coder whose rows count where several coded.")
    codes: Annotated[tuple[CodeLabel, ...], Field(min_length=1)] = Field(description="What may be coded.")
    elements: tuple[Level, ...] = Field(default=(), description="What codes are about; left out, there is one.")
    valences: tuple[Level, ...] = Field(default=(), description="How a code is meant, in order; left out, there is one.")

    @model_validator(mode="after")
    def _ids_stand_once(self) -> Codeframe:
        for kind, things in (("code", self.codes), ("element", self.elements), ("valence", self.valences)):
            ids = [thing.id for thing in things]
            twice = next((id for id in ids if ids.count(id) > 1), None)
            if twice is not None:
                raise ValueError(f"the {kind} '{twice}' stands twice")
        if NO_CODE in {code.id for code in self.codes}:
            raise ValueError(f"'{NO_CODE}' is what coders write where no code applies, and cannot be a code")
        return self

    def code(self, id: str) -> CodeLabel:
        """The code with this id.

        Raises:
            KeyError: If there is none.
        """
        return {code.id: code for code in self.codes}[id]

    @property
    def labels(self) -> dict[str, str]:
        """The label of each code, by id."""
        return {code.id: code.label for code in self.codes}


def load_codeframe(path: str | Path) -> Codeframe:
    """A codeframe.

    Args:
        path: The TOML file.

    Raises:
        ProjectError: If the file is missing or broken, or an id stands twice.
    """
    return validated(Codeframe, read_toml(path, ProjectError), file=Path(path))
