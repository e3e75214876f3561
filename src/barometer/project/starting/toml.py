"""Writes TOML as people write it: one question a table, one option a line, comments beside what they explain.

A library that keeps formatting (tomlkit) changes files that exist; for a new file the layout is ours to choose, and only quoting is
left to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from barometer.questionnaire.model import Item, Net, Option, Question, Scale, Theme

_COMMENT_AT = 34
_WIDTH = 132


def value(thing: Any) -> str:
    r"""A value as TOML.

    Example:
        >>> value('say "a"'), value(True), value(5.0), value(("a", "b")), value({"code": "a", "value": 2.5})
        ('"say \\"a\\""', 'true', '5', '["a", "b"]', '{ code = "a", value = 2.5 }')
    """
    if isinstance(thing, bool):
        return "true" if thing else "false"
    if isinstance(thing, int):
        return str(thing)
    if isinstance(thing, float):
        return f"{thing:g}" if thing.is_integer() and abs(thing) < 1e6 else repr(thing)
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(inner)}" for name, inner in thing.items()) + " }"
    if isinstance(thing, Sequence) and not isinstance(thing, str):
        return "[" + ", ".join(value(inner) for inner in thing) + "]"
    from tomlkit import string

    # What a browser pastes may hold control characters; a line break within a wording is a blank.
    text = " ".join(str(thing).split())
    return string(text).as_string()


def key(name: str) -> str:
    """A key, quoted where it has to be."""
    from tomlkit import key as quoted

    return quoted(name).as_string()


def line(name: str, thing: Any, comment: str | None = None) -> str:
    """A key with its value, and a comment behind it."""
    text = f"{key(name)} = {value(thing)}"
    return f"{text:<{_COMMENT_AT - 2}}  # {said(comment)}" if comment else text


def said(comment: str) -> str:
    """A comment on one line, without what a comment may not hold."""
    return "".join(letter for letter in " ".join(comment.split()) if letter.isprintable())


def remarks(comments: Iterable[str]) -> list[str]:
    """Comments on lines of their own."""
    import textwrap

    return [
        wrapped
        for comment in comments
        for wrapped in textwrap.wrap(said(comment), _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)
    ]


def listed(name: str, things: Sequence[Mapping[str, Any]]) -> list[str]:
    """An array of inline tables, one a line."""
    return [f"{name} = [", *(f"  {value(thing)}," for thing in things), "]"]


def theme(thing: Theme) -> list[str]:
    """The lines of a theme."""
    return ["[[themes]]", line("id", thing.id), line("title", thing.title), ""]


def scale(name: str, thing: Scale) -> list[str]:
    """The lines of a shared scale."""
    lines = [f"[scales.{key(name)}]", *listed("options", [option(one) for one in thing.options])]
    if thing.nets:
        lines += listed("nets", [net(one) for one in thing.nets])
    return [*lines, ""]


def question(
    thing: Question, *, shared: str | None = None, reasons: Mapping[str, str] | None = None, doubts: Iterable[str] = ()
) -> list[str]:
    """The lines of a question.

    Args:
        thing: The question.
        shared: The name of the scale that holds its options and nets.
        reasons: Comments by key: why it was guessed.
        doubts: What a person should look at, written above it.
    """
    why = reasons or {}
    lines = [*remarks(f"CHECK: {doubt}" for doubt in doubts), "[[questions]]", line("id", thing.id)]
    if thing.number:
        lines.append(line("number", thing.number))
    lines.append(line("kind", thing.kind, why.get("kind") and f"guessed: {why['kind']}"))
    lines += [line("theme", thing.theme), line("text", thing.text), line("short", thing.short)]
    for name in ("instruction", "header"):
        if getattr(thing, name):
            lines.append(line(name, getattr(thing, name)))
    lines.append(line("required", thing.required, why.get("required") and f"guessed: {why['required']}"))
    if thing.waves is not None:
        lines.append(line("waves", thing.waves))
    if thing.wordings:
        lines.append(line("wordings", thing.wordings))
    if thing.shown_if is not None:
        condition = thing.shown_if.model_dump(exclude_defaults=True)
        lines.append(line("shown_if", condition, f"guessed: {why['shown_if']}" if "shown_if" in why else None))
    lines += _numbers(thing)
    if shared is not None:
        lines.append(line("scale", shared, why.get("options") and f"guessed: {why['options']}"))
    if thing.headline:
        lines.append(line("headline", thing.headline, "the answer that stands for an item in findings"))
    if shared is None and thing.options:
        lines += listed("options", [option(one) for one in thing.options])
        if thing.nets:
            lines += listed("nets", [net(one) for one in thing.nets])
    if thing.items:
        lines += listed("items", [item(one) for one in thing.items])
    return [*lines, ""]


def _numbers(thing: Question) -> list[str]:
    lines = [line(name, getattr(thing, name)) for name in ("minimum", "maximum", "ranks") if getattr(thing, name) is not None]
    if thing.integer:
        lines.append(line("integer", True))
    if thing.kind == "allocation":
        lines.append(line("total", thing.total))
    return lines


def option(thing: Option) -> dict[str, Any]:
    """An option as an inline table."""
    return _inline(thing)


def item(thing: Item) -> dict[str, Any]:
    """An item as an inline table."""
    return _inline(thing)


def net(thing: Net) -> dict[str, Any]:
    """A net as an inline table."""
    return _inline(thing)


def _inline(thing: Option | Item | Net) -> dict[str, Any]:
    """What is not by default, the waves last."""
    told = thing.model_dump(exclude_defaults=True)
    return {name: told[name] for name in sorted(told, key=lambda name: name == "waves")}
