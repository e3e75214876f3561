"""The page over all publications: the latest wave with its headlines, and every wave that is published."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barometer.errors import ProjectError
from barometer.publishing.prose import escaped
from barometer.publishing.publication import MANIFEST
from barometer.publishing.rendering.plainpage import write_page
from barometer.publishing.rendering.title import long_date

_PAGES = {
    "index.html": "Overview",
    "report.html": "Report",
    "report.pdf": "PDF",
    "report.docx": "Word",
    "headlines.html": "Headlines",
    "tables.html": "Tables",
    "tables.xlsx": "Workbook",
    "methodology.html": "Methodology",
    "data-quality.html": "Data quality",
    "about.html": "About and corrections",
}


@dataclass(frozen=True)
class Entry:
    """A publication as the archive lists it: what its manifest says."""

    wave: str
    title: str
    wave_title: str
    published: str
    fieldwork: str
    synthetic: bool
    publisher: str
    headlines: tuple[str, ...]
    files: frozenset[str]

    @property
    def links(self) -> list[tuple[str, str]]:
        """The pages and files that a reader may want, with their addresses from the archive."""
        return [(words, f"{self.wave}/{name}") for name, words in _PAGES.items() if name in self.files]


def write_archive(build: Path) -> Path:
    """Writes `index.html` over the publications in a folder, in the place of the one before.

    Args:
        build: The folder that holds one folder for each published wave, such as `build/`.

    Returns:
        The page. The same publications give the same bytes; a folder without a readable manifest is none of them.

    Raises:
        ProjectError: If the folder holds no publication, or cannot be written to.
    """
    entries = published(build)
    if not entries:
        raise ProjectError("Nothing is published here.", file=build, expected=f"folders with {MANIFEST}", hint="Run: barometer run")
    latest = entries[0]
    website: dict[str, Any] = {"title": latest.title, "navbar": {"left": _bar(latest, build)}, "page-footer": latest.publisher}
    metadata = {
        "title": escaped(latest.title),
        "subtitle": "All waves that are published",
        "pagetitle": "All waves",
        "description": escaped(latest.headlines[0] if latest.headlines else latest.title),
        "lang": "en-GB",
    }
    target = build / "index.html"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / target.name
        write_page("\n".join(_body(entries)), page, metadata=metadata, website=website)
        _put_in_place(page.read_bytes(), target)
    return target


def _put_in_place(content: bytes, target: Path) -> None:
    """Replaces a file in one step: a reader finds the old one or the new one, whole."""
    new = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(target)
    except OSError as problem:
        raise ProjectError("The archive cannot be written; the last one is untouched.", file=target, got=problem.strerror) from None
    finally:
        new.unlink(missing_ok=True)


def published(build: Path) -> list[Entry]:
    """The publications in a folder, the latest first; what cannot be read as one is left out."""
    entries = []
    for path in sorted(build.glob(f"*/{MANIFEST}")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            entries.append(_entry(json.loads(path.read_text(encoding="utf-8")), path.parent.name))
    return sorted(entries, key=lambda entry: (entry.published, entry.wave), reverse=True)


def _entry(manifest: dict[str, Any], folder: str) -> Entry:
    return Entry(
        wave=folder,
        title=str(manifest["title"]),
        wave_title=str(manifest["wave_title"]),
        published=str(manifest["published"]),
        fieldwork=str(manifest["fieldwork"]),
        synthetic=bool(manifest["synthetic"]),
        publisher=str(manifest["publisher"]),
        headlines=tuple(str(one["sentence"]) for one in manifest["headlines"]),
        files=frozenset(manifest["outputs"]),
    )


def _bar(latest: Entry, build: Path) -> list[dict[str, str]]:
    items = [{"href": "index.html", "text": "All waves"}]
    if "index.html" in latest.files:
        items.insert(0, {"href": f"{latest.wave}/index.html", "text": latest.wave_title})
    if (build / "headlines.html").is_file():
        items.append({"href": "headlines.html", "text": "All headlines"})
    return items


def _body(entries: list[Entry]) -> Iterator[str]:
    latest = entries[0]
    if any(entry.synthetic for entry in entries):
        yield '::: {.callout-important title="Synthetic responses"}'
        yield "Responses are made up for a worked example. No answer belongs to a real person or organisation."
        yield ":::\n"
    yield f"## {escaped(latest.wave_title)} {{#latest}}\n"
    yield f"{_about(latest)}\n"
    yield "::: {.headlines}"
    yield from (f"1. **{escaped(sentence)}**" for sentence in latest.headlines)
    yield ":::\n"
    yield f"{_links(latest)}\n"
    if len(entries) > 1:
        yield "## Earlier waves {#earlier}\n"
    for entry in entries[1:]:
        yield f"### {escaped(entry.wave_title)} {{#w-{entry.wave}}}\n"
        yield f"{_about(entry)}\n"
        if entry.headlines:
            yield f"{escaped(entry.headlines[0])}\n"
        yield f"{_links(entry)}\n"


def _about(entry: Entry) -> str:
    return f"[Published {long_date(entry.published, 'en-GB')}. Fieldwork: {escaped(entry.fieldwork)}.]{{.when}}"


def _links(entry: Entry) -> str:
    links = "\n".join(f"- [{words}]({address})" for words, address in entry.links)
    return f"::: {{.links}}\n{links}\n:::"
