"""The PDF: typeset by Typst, tagged for PDF/UA-1, the same bytes for the same document."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from barometer.errors import RenderError
from barometer.publishing.fonts import font_folder
from barometer.publishing.rendering.pandoc import call
from barometer.publishing.rendering.pictures import Pictures
from barometer.publishing.rendering.source import Source
from barometer.publishing.rendering.tree import text_of
from barometer.publishing.rendering.typst_blocks import TypstDialect, typst_text, with_notes_marked
from barometer.publishing.rendering.writing import levelled, written

_ASSETS = files("barometer.publishing.rendering") / "assets"


def write_pdf(tree: Mapping[str, Any], pictures: Pictures, meta: Mapping[str, Any], source: Source, target: Path, epoch: int) -> None:
    """Write the PDF.

    Args:
        tree: Pandoc's tree with the report's own nodes, numbered.
        pictures: Where its pictures are.
        meta: The document's settings for PDF.
        source: The document, named in errors.
        target: The file to write.
        epoch: The time of making that the file bears, in seconds since 1970.

    Raises:
        RenderError: Typst cannot set the document, or cannot make it accessible.
    """
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = {**tree, "blocks": written(levelled(with_notes_marked(tree["blocks"])), TypstDialect(pictures, folder))}
        template = folder / "template.typ"
        template.write_text((_ASSETS / "report.typ").read_text(encoding="utf-8"), encoding="utf-8")
        language, _, region = str(meta.get("lang", "en-GB")).partition("-")
        options = ["--from", "json", "--to", "typst", "--standalone", "--template", str(template), "--wrap", "none"]
        options += ["--variable", f"language={language}", "--variable", f"region={region}"]
        options += ["--variable", f"author-texts={_texts(tree, 'author')}", "--variable", f"keyword-texts={_texts(tree, 'keywords')}"]
        if meta.get("toc", False):
            options += ["--variable", "toc=true", "--variable", f"toc-depth={meta.get('toc-depth', 3)}"]
        main = folder / "report.typ"
        main.write_bytes(call(options, json.dumps(document)))
        try:
            made = typst.compile(
                main,
                root=folder,
                font_paths=[font_folder()],
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=epoch,
            )
        except typst.TypstError as error:
            raise RenderError("The PDF could not be set.", file=source.file, got=_said(error)) from error
    target.write_bytes(made)


def _texts(tree: Mapping[str, Any], key: str) -> str:
    """A list in the metadata as Typst writes a list of texts in code."""
    found = tree["meta"].get(key, {"t": "MetaList", "c": []})
    items = found["c"] if found["t"] == "MetaList" else [found]
    return "".join(f"{typst_text(text_of(item['c']))}, " for item in items)


def _said(error: Exception) -> str:
    message = str(getattr(error, "message", "") or error)
    hints = getattr(error, "hints", None) or []
    return re.sub(r"\s+", " ", " ".join([message, *map(str, hints)])).strip()[:2000]
