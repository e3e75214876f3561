"""What a sentence that an editor wrote claims of a figure, and whether the figure licenses it.

Every quantity in the sentence must be one of these: the figure itself, in words that `barometer.findings.wording` licenses; its count, its
base; the previous wave's figure where the sentence turns to it ("up from ..."), with a direction only if the difference is significant;
or a number that is no quantity of respondents because the question itself has it ("within 12 to 18 months", "Spring 2016"). The sentence
names its base, speaks of those who answered, and denies no more than the toolkit's own sentence does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from barometer.findings.numbers import exact
from barometer.findings.quantities import Quantity, normal, quantities
from barometer.findings.wording import SAME, licensed, licensed_share

if TYPE_CHECKING:
    from barometer.findings.model import Finding
    from barometer.findings.wording import Phrase

_UP = "rise rises rose risen rising increase increases increased increasing grow grows grew grown growing growth climb climbed jump jumped \
surge surged soar soared higher more-than-before up-from"
_DOWN = "fall falls fell fallen falling decrease decreases decreased decreasing decline declines declined drop drops dropped slump slumped \
plunge plunged shrink shrank lower fewer-than-before down-from"
_DIRECTIONS = {**dict.fromkeys(_UP.split(), "rise"), **dict.fromkeys(_DOWN.split(), "fall")}
_TIMES = re.compile(r"\b(?:doubl(?:e|ed|ing)|trebled?|tripled?|halv(?:e|ed|ing)|twice|thrice|\w+fold)\b")
_MASSES = r"(?:a |the )?(?:handful|couple|dozens?|scores|hundreds|thousands|bulk|lot)"
_VAGUE = rf"(?:few|many|several|plenty|hardly any|scarcely any|virtually all|{_MASSES})"
_MAJORITY = re.compile(r"\b(?:(?:a|the) )?(?:([a-z]+) )?(majority|minority)\b")
_DENIED = re.compile(r"\b(?:not|never|neither|nor|cannot|without)\b|n't\b")
_MARKER = re.compile(r"\b(?:from|against|compared (?:with|to)|after|than in|than the)\b")
_STOP = {
    "the",
    "of",
    "a",
    "an",
    "in",
    "all",
    "and",
    "to",
    "than",
    "or",
    "by",
    "for",
    "at",
    "on",
    "is",
    "was",
    "with",
    "that",
    "among",
    "only",
}
_ANSWERED = r"(?! (?:who|that|surveyed|asked|polled|questioned|responding|respondents|taking))"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a sentence: the words at fault, and what would be right."""

    got: str
    expected: str


@dataclass(frozen=True)
class _Checked:
    """A sentence and the figure that it is about."""

    finding: Finding
    sentence: str
    original: str
    organisations: str | None
    faults: list[Fault] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        return normal(self.sentence)

    @cached_property
    def share(self) -> Fraction:
        return exact(self.finding.estimate) if self.finding.weighted else Fraction(self.finding.count, self.finding.base)

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        return licensed_share(self.share) if self.finding.weighted else licensed(self.finding.count, self.finding.base)

    @cached_property
    def nouns(self) -> str:
        """Who is counted, as an alternation: "leaders|leader|respondents|..."."""
        last = {self.finding.people.split()[-1], self.finding.respondents.split(" who ")[0].split()[-1]}
        return "|".join(
            sorted({re.escape(normal(noun)) for noun in last} | {"respondents", "people", "those", "them", "us"}, key=len, reverse=True)
        )

    @cached_property
    def source(self) -> str:
        """The words of the question, in which numbers say nothing of respondents."""
        finding = self.finding
        title = finding.title.removeprefix(finding.title[: len(finding.phrases[0])]) if finding.phrases else ""
        comparison = finding.comparison.wave_title if finding.comparison else ""
        words = (title, finding.item_label, finding.option_label, finding.question_text, finding.question_short, finding.instruction)
        return normal(
            " | ".join(word for word in (*words, finding.wave_title, finding.fieldwork.text, comparison, *finding.keywords) if word)
        )

    @cached_property
    def turned(self) -> int:
        """Where the sentence turns to the previous wave; its end if it does not."""
        comparison = self.finding.comparison
        if comparison is None:
            return len(self.text)
        places = [found.start() for found in _MARKER.finditer(self.text)]
        named = self.text.find(normal(comparison.wave_title))
        return min([*places, *([named] if named >= 0 else [])], default=len(self.text))


def faults(finding: Finding, sentence: str, original: str, *, organisations: str | None = None) -> list[Fault]:
    """What a sentence claims that the figure does not license; nothing if it may be printed.

    Args:
        finding: The figure.
        sentence: The sentence that an editor put in place of the toolkit's.
        original: The toolkit's sentence in the same style.
        organisations: What respondents lead and must not be mistaken for, such as "CCGs".

    Example:
        >>> import polars as pl
        >>> from barometer.findings import FindingContext, make_findings
        >>> from barometer.questionnaire import parse
        >>> options = [{"code": "yes", "label": "Yes", "says": "said yes"}, {"code": "no", "label": "No"}]
        >>> question = {"id": "plans", "kind": "single", "theme": "t", "text": "Will you?", "short": "Plans", "options": options}
        >>> asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [question]})
        >>> rows = pl.DataFrame({"question": "plans", "option": "yes", "statistic": "share", "estimate": 0.58, "count": 58, "base": 100})
        >>> context = FindingContext("w1", "Wave 1", {"text": "May"}, people="leaders", respondents="leaders who answered")
        >>> told = make_findings(rows, asked, context)[0]
        >>> faults(told, "Fewer than three in five of the 100 leaders who answered said yes.", told.sentence())
        []
        >>> faults(told, "Two-thirds of the 100 leaders who answered said yes.", told.sentence())[0].got
        '2-thirds'
    """
    checked = _Checked(finding, sentence, original, organisations)
    found = [*_quantities(checked), *_broad(checked)]
    wrong = [one for one in (*found, *_changes(checked), *_polarity(checked), *_subjects(checked)) if isinstance(one, Fault)]
    if not wrong and "figure" not in found:
        wrong.append(Fault("no figure", f"a sentence that states it: {finding.figure}"))
    if not wrong and "base" not in found:
        wrong.append(Fault("no base", f"a sentence that says of how many, such as 'of the {finding.base:,} {finding.respondents}'"))
    return wrong


def _quantities(checked: _Checked) -> Iterator[Fault | str]:
    """What each quantity is: "figure", "base", "other", or a fault."""
    for one in quantities(checked.text):
        if one.kind == "number":
            yield from _number(checked, one)
        elif one.kind == "points":
            yield _points(checked, one)
        elif one.kind == "years":
            yield "other" if one.text in checked.source else Fault(one.text, "the years that the question names")
        elif _inert(checked, one):
            yield "other"
        else:
            yield _share(checked, one)


def _share(checked: _Checked, one: Quantity) -> Fault | str:
    finding = checked.finding
    if finding.statistic == "mean":
        # A mean of percentages is no share, but prints as one.
        return _mean(checked, replace(one, value=one.value * 100)) if "per cent" in finding.figure else Fault(one.text, finding.figure)
    if finding.flag and not finding.weighted:
        return Fault(one.text, f"counts, as the base is small: {finding.figure}")
    if _licensed(one, checked.share, checked.phrases):
        return _of_whom(checked, one, "figure")
    comparison = finding.comparison
    if comparison is not None and one.start >= checked.turned:
        before = exact(comparison.estimate)
        known = licensed_share(before) if comparison.count is None else licensed(comparison.count, comparison.base)
        if _licensed(one, before, known):
            return "other"
    return Fault(one.text, _choices(checked))


def _licensed(one: Quantity, share: Fraction, phrases: tuple[Phrase, ...]) -> bool:
    """Whether a share in words is among the licensed phrases: the same claim of the same value."""
    claims = _claims(phrases)
    bare, value = tuple(word for word in one.qualifiers if word != "exactly"), one.value
    if "exactly" in one.qualifiers and share != value:
        return False
    if bare == ("at least",):
        return share == value or ((("over",), value) in claims) or (((), value) in claims and share > value)
    if bare == ("at most",):
        return share == value or ((("under",), value) in claims) or (((), value) in claims and share < value)
    if (bare, value) in claims:
        return True
    if bare and bare[0] == "only":
        return share < Fraction(1, 2) and (bare[1:], value) in claims
    return one.kind == "ratio" and not bare and abs(share - value) < SAME


@lru_cache(maxsize=512)
def _claims(phrases: tuple[Phrase, ...]) -> frozenset[tuple[tuple[str, ...], Fraction]]:
    """What phrases claim: qualifiers and value."""
    found = [quantity for phrase in phrases for quantity in quantities(normal(phrase.text))]
    return frozenset((one.qualifiers, one.value) for one in found if one.kind in ("share", "ratio"))


def _choices(checked: _Checked) -> str:
    told = [f"'{phrase.text}'" for phrase in checked.phrases[:6]]
    return f"{checked.finding.figure}: " + ", ".join(told)


def _number(checked: _Checked, one: Quantity) -> Iterator[Fault | str]:
    finding, text = checked.finding, checked.text
    before, after = text[: one.start].rstrip(), text[one.end :].lstrip()
    of_base = re.search(r"\b(?:of|out of|among|of the|of all|of all the|among the|among all|amongst the|by the)$", before) is not None
    counted = re.match(rf"(?:(?:out of|of|in) (?:the |all )*)?(?:\d|(?:{checked.nouns})\b)", after) is not None
    if finding.statistic == "mean":
        yield _mean(checked, one)
    elif (
        not one.qualifiers
        and one.value == finding.base
        and (of_base or not re.match(r"of\b|out of\b", after))
        and not before.endswith(" all but")
    ):
        yield "base"
        if re.search(r"(?:^|[^f] |[^f]g )all$", before) and not re.search(r"\b(?:of|among) all$", before) and finding.count != finding.base:
            yield Fault(f"all {one.text}", _choices(checked))
        elif not of_base and finding.count == finding.base:
            yield "figure"
    elif before.endswith("all but"):
        right = one.value == finding.base - finding.count and not one.qualifiers
        yield "figure" if right else Fault(f"all but {one.text}", _choices(checked))
    elif one.value == finding.count and not finding.weighted and not of_base and set(one.qualifiers) <= {"only", "exactly"}:
        yield "figure"
    elif _inert(checked, one) or (one.value == 1 and not counted) or _earlier(checked, one):
        yield "other"
    else:
        yield Fault(one.text, f"{finding.count:,} of {finding.base:,}" if not finding.weighted else f"a base of {finding.base:,}")


def _earlier(checked: _Checked, one: Quantity) -> bool:
    comparison = checked.finding.comparison
    return (
        comparison is not None and one.start >= checked.turned and not one.qualifiers and one.value in (comparison.count, comparison.base)
    )


def _mean(checked: _Checked, one: Quantity) -> Fault | str:
    """A number in the sentence of a mean: the mean as it prints, the base, or a number that the toolkit's sentence has too."""
    own = {quantity.value for quantity in quantities(normal(checked.original)) if quantity.kind == "number"}
    figure = [quantity for quantity in quantities(normal(checked.finding.figure)) if quantity.value != checked.finding.base]
    printed = {quantity.value * (100 if quantity.kind == "share" else 1) for quantity in figure}
    comparison = checked.finding.comparison
    if not one.qualifiers and one.kind == "number" and one.value == checked.finding.base:
        return "base"
    if set(one.qualifiers) <= {"only", "exactly"} and one.value in printed:
        return "figure"
    if not one.qualifiers and (one.value in own or _inert(checked, one)):
        return "other"
    if comparison is not None and one.start >= checked.turned and abs(one.value - exact(comparison.estimate)) <= Fraction(1, 20):
        return "other"
    return Fault(one.text, checked.finding.figure)


def _points(checked: _Checked, one: Quantity) -> Fault | str:
    comparison = checked.finding.comparison
    if comparison is None:
        return Fault(one.text, "no difference: there is no earlier wave to compare with")
    if comparison.word is None:
        return Fault(one.text, f"no difference: that from {comparison.wave_title} is not significant")
    if comparison.points is None or one.value != abs(comparison.points) or one.qualifiers:
        return Fault(one.text, f"a {comparison.word} of {abs(comparison.points or 0)} percentage points")
    return "other"


def _inert(checked: _Checked, one: Quantity) -> bool:
    """Whether the question has the same number in the same place: beside the same word, before or after it."""
    after = re.match(r"\W*(\w+)", checked.text[one.end :])
    before = re.search(r"([a-z]\w*)\W*$", checked.text[: one.start])
    words = checked.text[one.start : one.end]
    beside = rf"{re.escape(words)}\W*{re.escape(after[1])}\b" if after and after[1] not in _STOP else None
    ahead = rf"\b{re.escape(before[1])}\W*{re.escape(words)}(?!\w)" if before and before[1] not in _STOP else None
    year = one.kind == "number" and 1900 <= one.value <= 2100 and re.search(rf"\b{one.value}\b", checked.source)
    to = rf"{re.escape(words)} to \d" if one.kind == "number" and after and after[1] == "to" else None
    return bool(year) or any(pattern and re.search(pattern, checked.source) for pattern in (beside, ahead, to))


def _of_whom(checked: _Checked, one: Quantity, right: str) -> Fault | str:
    """A licensed share may still be said of the wrong ones: of organisations, or of everybody where the interval does not allow it."""
    finding, after = checked.finding, checked.text[one.end :]
    whose = r" of (?:all |the |all the |england's |our )?"
    surveyed = f"'of the {finding.base:,} {finding.respondents}'"
    if checked.organisations and re.match(rf"{whose}(?:\d+ )?{re.escape(normal(checked.organisations))}\b(?!')", after):
        return Fault(f"{one.text} of {checked.organisations}", f"{surveyed}: {checked.organisations} were not asked")
    nouns = "|".join(noun for noun in checked.nouns.split("|") if noun not in ("them", "those"))
    everybody = rf"{whose}(?:(?!{finding.base}\b)\d+ )?(?:{re.escape(normal(finding.people))}|{nouns})\b{_ANSWERED}"
    if re.match(everybody, after) and normal(finding.claim or "") != one.text:
        allowed = (
            f"'{finding.claim} of {finding.people}'" if finding.claim else "no claim on everybody, as the interval does not license one"
        )
        return Fault(f"{one.text} of {finding.people}", f"{surveyed}; {allowed}")
    return right


def _broad(checked: _Checked) -> Iterator[Fault | str]:
    """Words that count without a number: most, a majority, none, all, nearly all, few."""
    text, finding = checked.text, checked.finding
    allowed = {phrase.text for phrase in checked.phrases} if finding.statistic != "mean" else set()
    group = rf"(?: of\b| (?:{checked.nouns})\b)"
    for found in _MAJORITY.finditer(text):
        adjective = found[1] if found[1] not in (None, "a", "the") else None
        phrase = f"a {adjective} {found[2]}" if adjective in ("large", "small") else f"a {found[2]}"
        known = adjective in (None, "large", "small") or (adjective or "") in _STOP
        yield "figure" if known and phrase in allowed else Fault(found[0], _choices(checked))
    for pattern, true in (
        (rf"\bmost{group}", "most" in allowed),
        (rf"\b(?:nearly|almost) (?:all|every(?:one|body)?){group}?", "nearly all" in allowed),
        (rf"\b(?:none{group}?|no (?:{checked.nouns})\b|nobody|no one|not 1 of\b|not a single)", finding.count == 0),
        (
            r"(?<!nearly )(?<!almost )\b(?:every(?:one|body)?\b(?! (?:year|week|month|day|quarter))|unanimous(?:ly)?|all of\b)",
            finding.count == finding.base,
        ),
        (rf"\b{_VAGUE}{group}", False),
    ):
        for found in re.finditer(pattern, text):
            if found[0] not in checked.source:
                yield "figure" if true and finding.statistic != "mean" else Fault(found[0], _choices(checked))


def _changes(checked: _Checked) -> Iterator[Fault]:
    """Words for a direction, which need a significant difference."""
    text = re.sub(r"\b(up|down) from\b", r"\1-from", re.sub(r"\b(more|fewer) than (?=before|last|in )", r"\1-than-before ", checked.text))
    comparison = checked.finding.comparison
    word = comparison.word if comparison else None
    mine = set(re.findall(r"[a-z-]+", checked.source + " " + normal(checked.original)))
    for found in re.findall(r"[a-z-]+", text):
        direction = _DIRECTIONS.get(found)
        if direction is None or direction == word or found in mine:
            continue
        if comparison is None:
            expected = "no direction: there is no earlier wave to compare with"
        elif word is None:
            expected = f"no direction: the difference from {comparison.wave_title} is not significant"
        else:
            expected = f"a {word}"
        yield Fault(found.replace("-", " "), expected)
    for times in _TIMES.finditer(text):
        if times[0] not in checked.source:
            yield Fault(times[0], "percentage points: no rule licenses a multiple")


def _polarity(checked: _Checked) -> Iterator[Fault]:
    """A sentence that denies more, or less, than the toolkit's says something else."""
    bare = re.sub(r"\bnot (?:1 of|a single|quite|only)\b|\bno(?:t)? (?:fewer|less|more) than\b", "", checked.text)
    said, own = len(_DENIED.findall(bare)), len(_DENIED.findall(normal(checked.original)))
    if said != own:
        got = ", ".join(_DENIED.findall(bare)) or "no denial"
        yield Fault(f"'{got}'" if said else got, f"what the answer says: {checked.original}")


def _subjects(checked: _Checked) -> Iterator[Fault]:
    """Counts of organisations, of which nobody was asked."""
    if not checked.organisations:
        return
    for found in re.finditer(rf"\b(\d+) {re.escape(normal(checked.organisations))}\b(?!')", checked.text):
        if found[0] not in checked.source:
            yield Fault(
                found[0], f"'of the {checked.finding.base:,} {checked.finding.respondents}': {checked.organisations} were not asked"
            )
