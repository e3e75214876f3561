"""Writes the editors' page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.errors import ProjectError
from barometer.findings.numbers import capitalised
from barometer.findings.searching import STOP, WEIGHTS
from barometer.findings.storing import Findings, load_findings, write_whole
from barometer.findings.styles import STYLES
from barometer.publishing.fonts import FAMILY
from barometer.publishing.headlines.entries import Entry, Sheet
from barometer.publishing.headlines.house import EditorialHouse

if TYPE_CHECKING:
    from barometer.findings import Finding

PAGE = "headlines.html"
_COMPLAINT = "The editors' page cannot be written."
_ASSETS = files("barometer.publishing.headlines") / "assets"
_FONTS = files("barometer.publishing.rendering") / "assets" / "fonts"
_FACES = {"400": "FiraSans-Regular", "600": "FiraSans-SemiBold"}


def write_headlines(
    findings: Iterable[Finding], house: EditorialHouse, path: str | Path, *, leads: Sequence[Finding] = (), pins: Collection[str] = ()
) -> Path:
    """Writes the editors' page of one wave: search, filters, copying, permalinks and charts, in one file.

    Args:
        findings: All findings of the wave, after disclosure control: nothing else is shown.
        house: The barometer.
        path: The file to write.
        leads: The findings that lead the wave, shown first with the reasons.
        pins: Ids, with or without the wave, of those among them that editors have pinned.

    Returns:
        The path. The same findings give the same bytes. The page asks for nothing from outside, and shows every figure without a script.

    Raises:
        ProjectError: If the file cannot be written.
    """
    from barometer.findings.leading import why

    pool = findings if isinstance(findings, Findings) else Findings(findings)
    told = [
        (one.id, one.sentence(house.style), ("Pinned by the editors. " if {one.id, one.key} & {*pins} else "") + f"Score {why(one)}.")
        for one in leads
    ]
    return write_whole(Path(path), _page(pool.entries(), house, told), _COMPLAINT)


def write_all_headlines(build: str | Path, waves: Sequence[str], house: EditorialHouse) -> Path | None:
    """Writes `headlines.html` of all published waves, the newest first, from the `findings.json` in each wave's folder.

    Args:
        build: The folder that holds a folder for each published wave.
        waves: All waves, oldest first; those without findings that this version can read are left out.
        house: The barometer.

    Returns:
        The path, or None where no wave is published. The same publications give the same bytes.

    Raises:
        ProjectError: If the page cannot be written.
    """
    build = Path(build)
    entries = [entry for wave in reversed(waves) for entry in _published(build / wave / "findings.json")]
    return write_whole(build / PAGE, _page(entries, house, ()), _COMPLAINT) if entries else None


def _published(path: Path) -> list[Entry]:
    try:
        return load_findings(path).entries()
    except ProjectError:
        return []


def _page(entries: Sequence[Entry], house: EditorialHouse, leads: Sequence[tuple[str, str, str]]) -> str:
    waves = dict.fromkeys((entry["wave"], entry["wave_title"]) for entry in entries)
    order = {wave: place for place, (wave, _) in enumerate(waves)}
    entries = sorted(entries, key=lambda entry: (order[entry["wave"]], entry["question"] in house.background))
    themes = dict.fromkeys((entry["theme"], entry["theme_title"]) for entry in entries)
    sheet = Sheet(house.style, len(waves) > 1)
    figures = sheet.html(entries)
    data = {"styles": sheet.styled, "charts": sheet.charts, "stop": sorted(STOP), "weights": dict(WEIGHTS), "open": house.style}
    style = "\n".join([_font_faces(), _asset("headlines.css")])
    script = _asset("headlines.js")
    when = next(iter(waves))[1] if len(waves) == 1 else f"{len(waves)} waves" if waves else "no figures"
    parts = {
        "policy": _policy(style, script),
        "address": escape(house.address),
        "title": escape(f"Headlines, {when}: {house.title}"),
        "heading": "Headlines for editors",
        "series": escape(f"{house.title}, {when}"),
        "publisher": escape(house.publisher),
        "style": f"<style>{style}</style>",
        "script": f"<script>{script}</script>",
        "navigation": _navigation(house.navigation),
        "banner": _banner(house),
        "leads": _leads(leads),
        "themes": _choices(themes),
        "waves": _choices(waves) if len(waves) > 1 else "",
        "styles": _styles(house.style),
        "number": f"{len(entries):,}",
        "figures": figures,
        "data": _island(data),
    }
    page = _asset("headlines.html")
    before, *pieces = page.split("<!--=")
    filled = [before]
    for piece in pieces:
        name, rest = piece.split("-->", 1)
        filled += [parts[name], rest]
    made = "".join(filled) + "\n"
    return made if len(waves) > 1 else made.replace('<p class="wave-choice">', '<p class="wave-choice" hidden>')


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8").strip()


def _policy(style: str, script: str) -> str:
    def hashed(text: str) -> str:
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")

    return (
        f"default-src 'none'; script-src '{hashed(script)}'; style-src '{hashed(style)}'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _font_faces() -> str:
    faces = []
    for weight, name in _FACES.items():
        content = base64.b64encode((_FONTS / f"{name}.woff2").read_bytes()).decode("ascii")
        about = f'font-family:"{FAMILY}";font-weight:{weight};font-display:swap'
        faces.append(f'@font-face{{{about};src:url(data:font/woff2;base64,{content}) format("woff2")}}')
    return "\n".join(faces)


def _island(data: dict[str, Any]) -> str:
    # A "<" within the data must not end the element that holds them.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="data">{text}</script>'


def _navigation(links: Sequence[tuple[str, str]]) -> str:
    current = ' aria-current="page"'
    listed = "".join(
        f'<li><a href="{escape(address)}"{current if address == PAGE else ""}>{escape(label)}</a></li>' for label, address in links
    )
    return f'<nav aria-label="Site"><ul>{listed}</ul></nav>' if links else ""


def _banner(house: EditorialHouse) -> str:
    if not house.synthetic:
        return ""
    made_up = "Every answer is made up: nothing here may be printed as fact."
    return f'<p class="banner" role="note"><strong>Synthetic responses.</strong> {made_up}</p>'


def _leads(leads: Sequence[tuple[str, str, str]]) -> str:
    if not leads:
        return ""
    listed = "".join(
        f'<li><a href="#{escape(id)}">{escape(sentence, quote=False)}</a> <small>{escape(reason)}</small></li>'
        for id, sentence, reason in leads
    )
    return f'<section class="leads" aria-labelledby="leads"><h2 id="leads">What leads, and why</h2><ol>{listed}</ol></section>'


def _choices(named: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<option value="{escape(id)}">{escape(title)}</option>' for id, title in named)


def _styles(chosen: str) -> str:
    radio = '<input type="radio" name="style" value="{}"{}>'
    return "".join(
        f"<label>{radio.format(style.id, ' checked' if style.id == chosen else '')} {escape(capitalised(style.title))}</label>"
        for style in STYLES.values()
    )
