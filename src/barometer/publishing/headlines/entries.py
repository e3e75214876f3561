"""Findings as HTML, grouped by wave, theme and question, and the texts that the page's script puts in when the style is changed.

What all figures of a question have in common (wording, caveats) is said once, above them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any

from barometer.findings.styles import STYLES
from barometer.publishing.headlines.pictures import picture, plotted

Entry = Mapping[str, Any]
MARK = '<span class="mark">[edited]</span>'


@dataclass
class Sheet:
    """The figures of a page as HTML, and what its script needs of them.

    Attributes:
        style: The style in which the page opens.
        level: The level of the headings of waves, or of themes where there is one wave.
        styled: Style -> for each figure, its texts in that style, in the order of their places in the page: see `shortened`.
        charts: For each figure, the numbers of its chart, and the previous wave's title.
    """

    style: str
    several: bool
    styled: dict[str, list[list[str | int | list[Any]]]] = field(default_factory=dict)
    charts: list[list[Any]] = field(default_factory=list)
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _source: tuple[str, str] | None = None

    def html(self, entries: Sequence[Entry]) -> str:
        """The figures, in the order of the entries: waves, themes and questions that stand together are put under one heading."""
        parts = []
        for wave, of_wave in groupby(entries, key=lambda entry: entry["wave"]):
            listed = list(of_wave)
            if self.several:
                head = f"{escape(listed[0]['wave_title'])} <small>{escape(listed[0]['fieldwork']['text'])}</small>"
                parts.append(f'<section class="wave"><h2 id="{escape(wave)}">{head}</h2>')
            for _, of_theme in groupby(listed, key=lambda entry: entry["theme"]):
                parts.append(self._theme(list(of_theme)))
            if self.several:
                parts.append("</section>")
        return "\n".join(parts)

    def _theme(self, entries: list[Entry]) -> str:
        level = 3 if self.several else 2
        head = f'<section class="theme"><h{level}>{escape(entries[0]["theme_title"])}</h{level}>'
        questions = [self._question(list(group), level + 1) for _, group in groupby(entries, key=lambda entry: entry["question"])]
        return "\n".join([head, *questions, "</section>"])

    def _question(self, entries: list[Entry], level: int) -> str:
        first = entries[0]
        number = f"{first['question_number']} " if first["question_number"] else ""
        asked = f"“{escape(first['question_text'])}”" + (f" {escape(first['instruction'])}" if first["instruction"] else "")
        common = {name: _common(entry[name] for entry in entries) if len(entries) > 1 else [] for name in ("caveats", "not_to_be_said")}
        self._source = _source(first)
        cite = _source_line(self._source) if self._source else ""
        notes = _list("Of every figure of this question", [*common["caveats"], *common["not_to_be_said"]])
        head = (
            f'<section class="question" data-theme="{escape(first["theme"])}" data-wave="{escape(first["wave"])}">'
            f'<h{level}>{escape(number + first["question_short"])}</h{level}><p class="asked">{asked}</p>{notes}{cite}'
        )
        return "\n".join([head, *(self._article(entry, common, level + 1) for entry in entries), "</section>"])

    def _article(self, entry: Entry, common: Mapping[str, list[str]], level: int) -> str:
        self._texts = {style: [] for style in STYLES}
        edited = entry.get("edited")
        mark = f" {MARK}" if edited and self.style in edited["original"] else ""
        flag = f' <span class="flag">{escape(entry["flag"])}</span>' if entry["flag"] else ""
        label = " – ".join(part for part in (entry["item_label"], entry["option_label"]) if part) or entry["question_short"]
        if entry["statistic"] == "mean":
            label = f"{label} (mean)"
        labels = (entry["question_short"], entry["item_label"], entry["option_label"])
        keywords = escape(" ".join(word for word in entry["keywords"] if word not in labels))
        said = self._styled({style: voices["sample"] for style, voices in entry["voices"].items()}, "span")
        article = (
            f'<article id="{escape(entry["id"])}" tabindex="-1" data-k="{keywords}"><h{level}>{escape(label)}</h{level}>'
            f'<p class="said">{said}{mark}</p><p class="figure">{self._styled(entry["figures"], "span")}{flag}</p>{picture(entry)}'
            f"<details><summary>Wording and method</summary>{self._details(entry, common)}</details></article>"
        )
        shown, before = self._texts[self.style], self._texts[self.style]
        for style, texts in self._texts.items():
            if style != self.style:
                listed = [shortened(*three) for three in zip(texts, shown, before, strict=True)]
                self.styled.setdefault(style, []).append(listed)
                before = texts
        comparison = entry["comparison"]
        edits = sorted(edited["original"]) if edited else []
        self.charts.append([*plotted(entry).numbers(), comparison["wave_title"] if comparison else "", entry["wave_title"], *edits])
        return article

    def _details(self, entry: Entry, common: Mapping[str, list[str]]) -> str:
        parts = []
        if all("population" in voices for voices in entry["voices"].values()):
            parts.append(self._styled({style: voices["population"] for style, voices in entry["voices"].items()}, "p"))
        if entry["comparison"]:
            parts.append(self._styled(entry["comparison"]["sentences"], "p"))
        parts += [self._styled(breakdown["sentences"], "p") for breakdown in entry["breakdowns"]]
        parts.append(_list("Caveats", [one for one in entry["caveats"] if one not in common["caveats"]]))
        parts.append(_list("May not be said to mean", [one for one in entry["not_to_be_said"] if one not in common["not_to_be_said"]]))
        if entry.get("edited"):
            parts.append(_edited(entry["edited"]))
        parts.append(self._citation(entry))
        return "".join(parts)

    def _citation(self, entry: Entry) -> str:
        """The source line: what stands before and after the figure is said once for a question, and put together by the script."""
        source = _source(entry)
        if source is not None and source == self._source:
            return ""
        return f'<p class="cite">{self._styled(entry["citations"], "span")}</p>'

    def _styled(self, texts: Mapping[str, str], tag: str) -> str:
        """A text that changes with the style: the page's own style stands in it, the others are kept for the script."""
        for style in STYLES:
            self._texts[style].append(texts[style])
        return f'<{tag} class="v">{escape(texts[self.style], quote=False)}</{tag}>'


def _source(entry: Entry) -> tuple[str, str] | None:
    """What stands in an entry's citation before its figure, and after its id; None if some style cites it otherwise."""
    first = next(iter(STYLES))
    before, found, after = entry["citations"][first].partition(f"{entry['figures'][first]}. {entry['id']}.")
    alike = all(entry["citations"][style] == f"{before}{entry['figures'][style]}. {entry['id']}.{after}" for style in STYLES)
    return (before.rstrip(), after.strip()) if found and alike and before.endswith(" ") else None


def _source_line(source: tuple[str, str]) -> str:
    before, after = (escape(part, quote=False) for part in source)
    return f'<p class="source">Source: <span>{before}</span><span hidden>{after}</span></p>'


def shortened(text: str, shown: str, before: str) -> str | int | list[Any]:
    """A text of another style as the script needs it: what it has in common with a text that is already there is not written again.

    Returns:
        1 if it is `before`, the text of the style before it; else how many letters it shares with `shown`, the text in the page, at the
        start, what is its own, and how many it shares at the end; or the whole text where that is shorter.

    Example:
        >>> shortened("58% of leaders expected to form one.", "58 per cent of leaders expected to form one.", "")
        [2, '%', 33]
        >>> shortened("58%", "58 per cent", "58%")
        1
    """
    if text == before and text != shown:
        return 1
    start = _alike(text, shown)
    end = _alike(text[start:][::-1], shown[start:][::-1])
    own = text[start : len(text) - end]
    return [start, own, end] if len(own) + 10 < len(text) else text


def _alike(one: str, other: str) -> int:
    """How many letters two texts share at the start."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[:middle] == other[:middle] else (least, middle - 1)
    return least


def _edited(edited: Mapping[str, Any]) -> str:
    originals = [f"{STYLES[style].title}: {sentence}" for style, sentence in edited["original"].items()]
    return f"<p>Edited by {escape(edited['by'])}: {escape(edited['why'])}</p>" + _list("The toolkit’s own sentence", originals)


def _common(lists: Iterable[Sequence[str]]) -> list[str]:
    """What all lists hold, in the order of the first."""
    first, *others = [list(one) for one in lists]
    return [text for text in first if all(text in other for other in others)]


def _list(title: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return f'<p class="list">{escape(title)}</p><ul>{"".join(f"<li>{escape(text, quote=False)}</li>" for text in texts)}</ul>'
