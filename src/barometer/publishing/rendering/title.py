"""The title block: title, subtitle, authors, dates, abstract, as every format needs them."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Mapping
from typing import Any

import yaml

from barometer.errors import RenderError
from barometer.publishing.rendering.settings import Settings
from barometer.publishing.rendering.shortcodes import expand_shortcodes

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_AUTHOR_KEYS = {"name", "affiliation", "affiliations"}


def title_block(settings: Settings, to: str) -> dict[str, Any]:
    """The metadata that pandoc's templates use.

    Args:
        settings: The document's YAML.
        to: `html`, `pdf` or `docx`.

    Returns:
        Texts as Markdown: `title`, `subtitle`, `authors` (a list of `name` and `affiliation`), `author` (names), `date`, `date-meta`
        (as written), `date-modified`, `abstract`, `lang`, `toc`, `toc-title` and further keys of the kind, those that are given.

    Raises:
        RenderError: The author is given in a form outside the subset, or a shortcode cannot be filled in.
    """
    meta = settings.for_format(to)
    lang = str(meta.get("lang", "en-GB"))
    contents = "On this page" if settings.site and to == "html" else "Table of contents"
    block: dict[str, Any] = {"lang": lang, "toc-title": _text(meta.get("toc-title", contents))}
    for key in ("title", "subtitle", "abstract", "abstract-title", "doi", "description", "keywords", "image", "image-alt"):
        if meta.get(key) is not None:
            value = meta[key]
            block[key] = [_text(item) for item in value] if isinstance(value, list) else _filled(settings, meta, key, _text(value))
    if to == "html" and settings.site.get("open-graph"):
        block["open-graph"] = True
    if meta.get("title") is None and meta.get("pagetitle") is None:
        block["pagetitle"] = settings.file.stem
    elif meta.get("pagetitle") is not None:
        block["pagetitle"] = _filled(settings, meta, "pagetitle", _text(meta["pagetitle"]))
    authors = _authors(settings, meta)
    if authors:
        block |= {"authors": authors, "author": [author["name"] for author in authors]}
        block["author-label"] = "Author" if len(authors) == 1 else "Authors"
    for key in ("date", "date-modified"):
        if meta.get(key) is not None:
            written = _filled(settings, meta, key, _text(meta[key]))
            block |= {key: long_date(written, lang), f"{key}-meta": written}
    return block


def as_front_matter(block: Mapping[str, Any]) -> str:
    """A title block as YAML for pandoc to read, its texts as Markdown.

    Example:
        >>> print(as_front_matter({"title": "A *b*"}))
        ---
        title: A *b*
        ---
        <BLANKLINE>
    """
    return "---\n" + yaml.safe_dump(dict(block), allow_unicode=True, sort_keys=True, width=10_000) + "---\n"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(settings: Settings, meta: Mapping[str, Any], key: str, text: str) -> str:
    return expand_shortcodes(text, meta, settings.variables, settings.file, settings.where(key))


def _authors(settings: Settings, meta: Mapping[str, Any]) -> list[dict[str, str]]:
    given = meta.get("author", meta.get("authors"))
    if given is None:
        return []
    found = []
    for item in given if isinstance(given, list) else [given]:
        if not isinstance(item, Mapping):
            found.append({"name": _filled(settings, meta, "author", _text(item))})
            continue
        unknown = sorted(set(item) - _AUTHOR_KEYS)
        places = item.get("affiliations", item.get("affiliation"))
        names = [
            place.get("name") if isinstance(place, Mapping) else place
            for place in (places if isinstance(places, list) else [places])
            if place
        ]
        if unknown or not item.get("name") or None in names:
            raise RenderError(
                "An author is given in a form outside the subset of the embedded renderer.",
                file=settings.file, where=settings.where("author"), expected="a name, or name and affiliation",
                got=", ".join(unknown) or str(item),
            )  # fmt: skip
        found.append({"name": _text(item["name"]), **({"affiliation": "; ".join(map(_text, names))} if names else {})})
    return found


def long_date(text: str, lang: str) -> str:
    """A date such as 2031-03-09 in words; any other text as it is.

    Example:
        >>> long_date("2031-03-09", "en-GB"), long_date("2031-03-09", "en-US"), long_date("spring 2031", "en-GB")
        ('9 March 2031', 'March 9, 2031', 'spring 2031')
    """
    day = _day(text)
    if day is None or not lang.lower().startswith("en"):
        return text
    month = _MONTHS[day.month - 1]
    return f"{month} {day.day}, {day.year}" if lang == "en-US" else f"{day.day} {month} {day.year}"


def _day(text: str) -> datetime.date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
        return None
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def fixed_time(block: Mapping[str, Any]) -> int:
    """The time that the files bear, in seconds since 1970: SOURCE_DATE_EPOCH, else the document's date, else 1 January 1980.

    Example:
        >>> fixed_time({"date-meta": "1980-01-02"})
        315619200
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return int(given)
    day = _day(str(block.get("date-meta", ""))) or datetime.date(1980, 1, 1)
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp())
