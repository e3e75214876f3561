"""A finding in a notebook: the sentence, its base, and what must be known beside it."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from barometer.findings.model import Finding

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~^$])")


def as_markdown(finding: Finding) -> str:
    """The finding as Markdown: the sentence in bold, the figure with its base, its caveats as a list, its permalink."""
    lines = [f"**{_plain(finding.sentence())}**", "", f"{_plain(_base(finding))} `{finding.id}`"]
    if finding.caveats:
        lines += ["", *(f"- {_plain(caveat)}" for caveat in finding.caveats)]
    return "\n".join(lines) + "\n"


def as_html(finding: Finding) -> str:
    """As `as_markdown`, as HTML without style or script."""
    caveats = "".join(f"<li>{escape(caveat)}</li>" for caveat in finding.caveats)
    return (
        f"<div><p><strong>{escape(finding.sentence())}</strong></p>"
        f"<p>{escape(_base(finding))} <code>{escape(finding.id)}</code></p>" + (f"<ul>{caveats}</ul>" if caveats else "") + "</div>"
    )


def _base(finding: Finding) -> str:
    return f"{finding.figure}. Base: {finding.base:,} {finding.respondents}, {finding.wave_title}."


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
