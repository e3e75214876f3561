"""A page of the house that is made of Markdown alone: no cells, no project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from barometer.publishing.rendering.execute import Ran
from barometer.publishing.rendering.rendering import write_format
from barometer.publishing.rendering.settings import Settings
from barometer.publishing.rendering.source import Line, Prose, Source


def write_page(markdown: str, target: Path, *, metadata: Mapping[str, Any], website: Mapping[str, Any] | None = None) -> None:
    """Write an HTML page with the house's type, colours, icon and policy.

    Args:
        markdown: The body; `##` is the first level of headings.
        target: The file to write.
        metadata: The keys that a document's front matter may have, such as `title` and `description`.
        website: The keys that `website` in `_quarto.yml` may have, such as `title`, `navbar` and `page-footer`.

    Raises:
        RenderError: The page would load something from outside, or asks for something outside the subset.

    Example:
        >>> import tempfile
        >>> page = Path(tempfile.mkdtemp()) / "index.html"
        >>> write_page("One wave.", page, metadata={"title": "Waves"})
        >>> "<p>One wave.</p>" in page.read_text(encoding="utf-8")
        True
    """
    document = target.with_suffix(".md")
    settings = Settings(document, document.parent, dict(metadata), {}, dict(website or {}), page=target.name)
    lines = tuple(Line(text, document, number) for number, text in enumerate(markdown.splitlines(), start=1))
    write_format(Source(document, settings, (Prose(lines),), lines), Ran({}, {0: markdown}, {}), "html", target)
