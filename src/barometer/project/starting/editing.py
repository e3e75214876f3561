"""Changes the files of a project that people keep, with their comments and their layout as they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from barometer.project.starting import toml
from barometer.questionnaire.model import Item, Option, Question


class Questionnaire:
    """A `questionnaire.toml` that is being changed.

    Args:
        text: The file's text.
        waves: The waves that the project has had so far.
    """

    def __init__(self, text: str, waves: Sequence[str]) -> None:
        import tomlkit

        self._document = tomlkit.parse(text)
        self._waves = list(waves)
        self._more: list[str] = []

    def text(self) -> str:
        """The changed text."""
        import tomlkit

        written = tomlkit.dumps(self._document)
        return written.rstrip("\n") + "\n\n" + "\n".join(self._more).rstrip("\n") + "\n" if self._more else written

    def ask(self, id: str, wave: str) -> None:
        """A wave asks a question."""
        _with_wave(self._question(id), wave)

    def drop(self, id: str) -> None:
        """The new wave does not ask a question: from now on it says which waves did."""
        question = self._question(id)
        if "waves" not in question:
            question["waves"] = list(self._waves)

    def reword(self, id: str, wave: str, wording: str) -> None:
        """A wave asks a question in other words."""
        import tomlkit

        question = self._question(id)
        if "wordings" not in question:
            question["wordings"] = tomlkit.value(toml.value({wave: wording}))
        else:
            question["wordings"][wave] = wording

    def ask_part(self, id: str, part: str, wave: str, *, scale: str | None = None) -> None:
        """A wave offers an option or item again; only one that names its waves needs to be told."""
        for owner, place in self._parts(id, scale):
            if _code(owner[place]) == part and "waves" in owner[place]:
                _with_wave(owner[place], wave)

    def drop_part(self, id: str, part: str, waves: Iterable[str], *, scale: str | None = None) -> None:
        """The new wave does not offer an option or item: from now on it says which waves did."""
        for owner, place in self._parts(id, scale):
            if _code(owner[place]) == part and "waves" not in owner[place]:
                _set(owner, place, "waves", list(waves))

    def alias(self, id: str, part: str, spelling: str, *, scale: str | None = None) -> None:
        """An option or item has another spelling in an export."""
        for owner, place in self._parts(id, scale):
            if _code(owner[place]) == part:
                _set(owner, place, "aliases", [*owner[place].get("aliases", []), spelling])

    def add_part(self, id: str, part: Option | Item, *, scale: str | None = None) -> None:
        """A question has a new option or item."""
        import tomlkit

        owner = self._document["scales"][scale] if scale is not None and isinstance(part, Option) else self._question(id)
        name = "options" if isinstance(part, Option) else "items"
        made = toml.option(part) if isinstance(part, Option) else toml.item(part)
        things: Any = owner[name]
        if isinstance(things, tomlkit.items.AoT):
            table = tomlkit.table()
            table.update(made)
            things.append(table)
            return
        value = tomlkit.value(toml.value(made))
        things.add_line(value, indent="  ") if "\n" in things.as_string() else things.append(value)

    def add_question(self, question: Question, *, reasons: Mapping[str, str], doubts: Iterable[str]) -> None:
        """A new question, at the end of the file."""
        self._more += toml.question(question, reasons=reasons, doubts=doubts)

    def add_theme(self, id: str, title: str) -> None:
        """A theme, if there is none of this id."""
        import tomlkit

        themes: Any = self._document["themes"]
        if any(theme["id"] == id for theme in themes):
            return
        if isinstance(themes, tomlkit.items.AoT):
            table = tomlkit.table()
            table.update({"id": id, "title": title})
            table.add(tomlkit.nl())
            themes.append(table)
        else:
            themes.append(tomlkit.value(toml.value({"id": id, "title": title})))

    def _question(self, id: str) -> Any:
        questions: Any = self._document["questions"]
        return next(question for question in questions if question["id"] == id)

    def _parts(self, id: str, scale: str | None) -> list[tuple[Any, int]]:
        """The arrays that hold options and items, with the place of each."""
        document: Any = self._document
        owners = [self._question(id)] + ([document["scales"][scale]] if scale is not None else [])
        arrays = [owner[name] for owner in owners for name in ("options", "items") if name in owner]
        return [(array, place) for array in arrays for place in range(len(array))]


def with_wave(text: str, wave: str, before: Sequence[str]) -> str:
    """`barometer.toml` with another wave.

    Args:
        text: The file's text.
        wave: The wave.
        before: The waves that come before it; it stands behind the last of them.
    """
    import tomlkit

    document = tomlkit.parse(text)
    waves: Any = document["waves"]
    if wave in waves:
        return text
    place = max((number + 1 for number, known in enumerate(waves) if known in before), default=0)
    if place < len(waves):
        waves.insert(place, wave)
    else:
        waves.append(wave)
    return tomlkit.dumps(document)


def with_level(text: str, question: str, code: str, label: str) -> str:
    """`barometer.toml` with another level of the break that a question is, where there is one that names its levels."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    levels = document.get("breaks", {}).get(question, {}).get("levels")
    if levels is None or code in levels:
        return text
    document["breaks"][question]["levels"] = tomlkit.value(toml.value({**levels.unwrap(), code: label}))
    return tomlkit.dumps(document)


def _with_wave(thing: Any, wave: str) -> None:
    if "waves" in thing and wave not in thing["waves"]:
        thing["waves"].append(wave)


def _code(part: Any) -> str:
    return str(part.get("code") or part.get("id"))


def _set(owner: Any, place: int, key: str, value: Any) -> None:
    """Sets a key of an option or item; an inline table is written anew, so that it looks as if a person had."""
    import tomlkit

    thing = owner[place]
    if isinstance(thing, tomlkit.items.InlineTable):
        owner[place] = tomlkit.value(toml.value({**thing.unwrap(), key: value}))
    else:
        thing[key] = value
