from __future__ import annotations

from typing import Any

import pytest

from barometer.errors import UsageError
from barometer.publishing import Column, Message, Prose, Table


class Told:
    """A finding that says its name and voice."""

    def __init__(self, name: str) -> None:
        self.name = name

    def sentence(self, style: str = "hsj", voice: str = "sample") -> str:
        return f"{self.name} in the {voice} voice ({style})"


@pytest.fixture
def message() -> Message:
    told: Any = Told
    table = Table((Column("A"),), ())
    return Message(
        "Money", told("lead"), (told("first"), told("second")), tables={"by_role": table}, notes={"test": "p = 0.5"}, style="ons"
    )


def test_its_findings_speak_in_either_voice(message: Message) -> None:
    assert message.sentence() == "lead in the sample voice (ons)"
    assert message.sentence(1, voice="population") == "second in the population voice (ons)"
    assert isinstance(message.sentence(0), Prose)


def test_what_it_holds_is_had_by_name(message: Message) -> None:
    assert message.note("test") == "p = 0.5"
    assert message.table("by_role").columns[0].heading == "A"


@pytest.mark.parametrize(
    ("kind", "name", "hint"), [("table", "by_rol", "Did you mean 'by_role'?"), ("note", "tset", "Did you mean 'test'?")]
)
def test_an_unknown_name_gets_a_hint(message: Message, kind: str, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(message, kind)(name)
    assert (caught.value.got, caught.value.hint, caught.value.where) == (name, hint, "message 'Money'")


def test_a_message_without_charts_says_so(message: Message) -> None:
    with pytest.raises(UsageError, match="no such chart"):
        message.chart("shares")
