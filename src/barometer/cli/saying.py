"""What is said of an entry of a file of findings, read as plain data so that it is quick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EDITED = "[edited]"


def edited_in(entry: Mapping[str, Any], style: str) -> bool:
    """Whether an editor has worded its sentence in this style."""
    edited: Mapping[str, Any] = entry.get("edited") or {"original": {}}
    return style in edited["original"]


def sentence_of(entry: Mapping[str, Any], style: str, *, marked: bool = True) -> str:
    """The sample's sentence; "[edited]" follows one that an editor has worded, unless it is to go into print."""
    sentence = str(entry["voices"][style]["sample"])
    return f"{sentence} {EDITED}" if marked and edited_in(entry, style) else sentence


def to_print(entry: Mapping[str, Any], style: str) -> str:
    """Sentence, figure with its base, and citation, a line each: what an editor takes along."""
    return "\n".join([sentence_of(entry, style, marked=False), entry["figures"][style], entry["citations"][style]]) + "\n"
