"""The Word document: pandoc's, on a reference document made here, its archive the same bytes for the same document."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from barometer.publishing.rendering.docx_blocks import DocxDialect
from barometer.publishing.rendering.docx_parts import contents_list, finish, reference_document
from barometer.publishing.rendering.pandoc import call
from barometer.publishing.rendering.pictures import Pictures
from barometer.publishing.rendering.tree import raw
from barometer.publishing.rendering.writing import levelled, written


def write_docx(tree: Mapping[str, Any], pictures: Pictures, meta: Mapping[str, Any], target: Path, epoch: int) -> None:
    """Write the Word document.

    Args:
        tree: Pandoc's tree with the report's own nodes, numbered.
        pictures: Where its pictures are.
        meta: The document's settings for DOCX.
        target: The file to write.
        epoch: The time of making that the file bears, in seconds since 1970.

    Raises:
        RenderError: A picture cannot be drawn, or pandoc fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blocks = written(levelled(tree["blocks"]), DocxDialect(pictures, folder))
        if meta.get("toc", False):
            blocks = [
                raw("openxml", contents_list(blocks, str(meta.get("toc-title", "Table of contents")), int(meta.get("toc-depth", 3)))),
                *blocks,
            ]
        document = {**tree, "blocks": blocks}
        reference = folder / "reference.docx"
        reference.write_bytes(reference_document(str(meta.get("lang", "en-GB"))))
        options = ["--from", "json", "--to", "docx", "--reference-doc", str(reference), "--output", "-", "--resource-path", str(folder)]
        made = call(options, json.dumps(document), epoch=epoch)
    target.write_bytes(finish(made, epoch))
