"""The HTML page: one file that loads nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from barometer.errors import RenderError
from barometer.publishing.fonts import FAMILY
from barometer.publishing.rendering.html_blocks import HtmlDialect
from barometer.publishing.rendering.pandoc import call
from barometer.publishing.rendering.pictures import Pictures
from barometer.publishing.rendering.site import site_parts
from barometer.publishing.rendering.source import Source
from barometer.publishing.rendering.writing import written

_ASSETS = files("barometer.publishing.rendering") / "assets"
_FACES = {("normal", "400"): "FiraSans-Regular", ("normal", "600 700"): "FiraSans-SemiBold", ("italic", "400"): "FiraSans-Italic"}
_TAG = re.compile(r"<(?P<name>[a-z][\w:-]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_NEVER = {"base", "embed", "frame", "iframe", "object"}
_SOURCE = re.compile(r"\b(?:src|srcset|poster|data|xlink:href)\s*=\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_FETCH = re.compile(r"@import\b|url\(\s*[\"']?(?:https?:)?//", re.IGNORECASE)


def write_html(tree: Mapping[str, Any], pictures: Pictures, meta: Mapping[str, Any], source: Source, target: Path) -> None:
    """Write the page.

    Args:
        tree: Pandoc's tree with the report's own nodes, numbered.
        pictures: Where its pictures are.
        meta: The document's settings for HTML.
        source: The document, named in errors.
        target: The file to write.

    Raises:
        RenderError: The page would load something from outside, or run a script that came with a cell.
    """
    document = {**tree, "blocks": written(tree["blocks"], HtmlDialect(pictures, bool(meta.get("code-line-numbers", False))))}
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "page.html"
        template.write_text((_ASSETS / "report.html").read_text(encoding="utf-8"), encoding="utf-8")
        options = [
            "--from",
            "json",
            "--to",
            "html5",
            "--standalone",
            "--template",
            str(template),
            "--mathml",
            "--wrap",
            "none",
            "--email-obfuscation",
            "none",
        ]
        if meta.get("toc", False):
            options += ["--toc", "--toc-depth", str(meta.get("toc-depth", 3))]
        page = call(options, json.dumps(document)).decode("utf-8")
    page = page.replace(
        'role="doc-endnotes">\n<hr />', 'role="doc-endnotes" aria-labelledby="footnotes-title">\n<h2 id="footnotes-title">Footnotes</h2>'
    )
    site = site_parts(source.settings)
    page = page.replace("<!--barometer:site-bar-->", site.get("site-bar", "")).replace(
        "<!--barometer:site-footer-->", site.get("site-footer", "")
    )
    _refuse_loads(page, source)
    target.write_text(_finished(page), encoding="utf-8", newline="\n")


def _refuse_loads(page: str, source: Source) -> None:
    body = page[page.find("<body") :]
    loads = [tag[0] for tag in _TAG.finditer(body) if _loads(tag)]
    loads += [style[0] for style in _STYLE.finditer(body) if _FETCH.search(style[1])]
    if loads:
        raise RenderError(
            "The page would load something from outside, or run a script.",
            file=source.file, got=" ".join(loads[0].split())[:200],
            expected="a page that stands by itself", hint="Bring the data with the page: SVG and tables need neither.",
        )  # fmt: skip


def _loads(tag: re.Match[str]) -> bool:
    name, rest = tag["name"].lower(), tag["rest"]
    if name in _NEVER or (name == "script") or (name == "link" and "href" in rest.lower()):
        return True
    if name in {"image", "use", "feimage"} and re.search(r"\bhref\s*=\s*[\"']?\s*(?:https?:)?//", rest, re.IGNORECASE):
        return True
    return bool(_SOURCE.search(rest) or _FETCH.search(rest))


def _finished(page: str) -> str:
    """The page with its style sheet, fonts, script, and the policy that allows nothing else."""
    script = (_ASSETS / "report.js").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    allowed = "style-src 'unsafe-inline'; img-src data:; font-src data:"
    policy = f"default-src 'none'; {allowed}; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    style = "\n".join([_font_faces(), (_ASSETS / "report.css").read_text(encoding="utf-8").strip()])
    return (
        page.replace("<!--barometer:icon-->", f'<link rel="icon" href="{_icon()}">')
        .replace("<!--barometer:policy-->", f'<meta http-equiv="Content-Security-Policy" content="{policy}">')
        .replace("<!--barometer:style-->", f"<style>\n{style}\n</style>")
        .replace("<!--barometer:script-->", f"<script data-barometer>{script}</script>")
    )


def _icon() -> str:
    data = base64.b64encode((_ASSETS / "icon.svg").read_bytes()).decode("ascii")
    return f"data:image/svg+xml;base64,{data}"


def _font_faces() -> str:
    faces = []
    for (style, weight), name in _FACES.items():
        data = base64.b64encode((_ASSETS / "fonts" / f"{name}.woff2").read_bytes()).decode("ascii")
        about = f'font-family:"{FAMILY}";font-style:{style};font-weight:{weight};font-display:swap'
        faces.append(f'@font-face{{{about};src:url(data:font/woff2;base64,{data}) format("woff2")}}')
    return "\n".join(faces)
