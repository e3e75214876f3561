"""The sentences of a figure, in each house style and in both voices. The two voices never share a sentence."""

from __future__ import annotations

from barometer.findings.facts import Bounds, MeanFacts, ShareFacts
from barometer.findings.numbers import ceil_percent, decimal, floor_percent, half_up, in_text, numeral
from barometer.findings.styles import HSJ, STYLES, Style
from barometer.findings.wording import Phrase, exact_percent, of_the_base


def share_voices(facts: ShareFacts) -> dict[str, dict[str, str]]:
    """Style -> voice -> sentence, for a share or net. Without an interval there is no population voice."""
    voices = {}
    for style in STYLES.values():
        voices[style.id] = {"sample": style.sentence(_sample(facts, style) + ".")}
        if facts.census:
            whole = f"of {facts.people}, {exact_percent(facts.share)} {facts.predicate} (all of them answered)."
            voices[style.id]["population"] = style.sentence(whole)
        elif facts.bounds is not None:
            voices[style.id]["population"] = style.sentence(_population(facts, facts.bounds, style) + ".")
    return voices


def _sample(facts: ShareFacts, style: Style) -> str:
    phrase = facts.phrases[0]
    of_base = f"{_base(facts)} {facts.respondents}"
    if facts.nearly:
        return f"{facts.nearly} of {of_base} {facts.predicate if facts.count else _affirmed(facts.predicate)}"
    if phrase.text == "all" and phrase.form == "count":
        return f"all {in_text(facts.base)} {facts.respondents} {facts.predicate}"
    if phrase.text == "none":
        return f"none of {of_base} {_affirmed(facts.predicate)}"
    if facts.small and not facts.weighted:
        return _small(facts, phrase, of_base, style)
    if style.order == "among":
        return f"among {of_base}, {_percent_and_count(facts)} {facts.predicate}"
    if style.order == "count" and not facts.weighted:
        return f"{numeral(facts.count)} of {of_base} ({exact_percent(facts.share)}) {facts.predicate}"
    if phrase.form == "per cent":
        return f"{phrase.text} of {of_base}{_count_in_brackets(facts)} {facts.predicate}"
    return f"{phrase.text} of {of_base} ({_count_and_percent(facts, phrase)}) {facts.predicate}"


def _base(facts: ShareFacts | MeanFacts) -> str:
    """The base in words: "the 99", or "about 100" where it is rounded."""
    return f"about {numeral(facts.base)}" if facts.rounding else of_the_base(facts.base)


def _affirmed(predicate: str) -> str:
    """The predicate without a "not" of its own, so that "none" does not deny it twice."""
    return f"said they {predicate}" if predicate.startswith("did not ") else predicate


def _small(facts: ShareFacts, phrase: Phrase, of_base: str, style: Style) -> str:
    count = phrase.text if phrase.form == "count" else in_text(facts.count)
    if style.order == "among" and phrase.form != "count":
        return f"of {of_base}, {count} {facts.predicate}"
    if style.order == "count" and phrase.form != "count":
        return f"{numeral(facts.count)} of {of_base} {facts.predicate}"
    return f"{count} of {of_base} {facts.predicate}"


def _percent_and_count(facts: ShareFacts) -> str:
    words = exact_percent(facts.share)
    if facts.weighted:
        return f"{words} (weighted)"
    return words if _alike(facts) else f"{words} ({numeral(facts.count)} of them)"


def _alike(facts: ShareFacts) -> bool:
    """Whether the count and the percentage are the same number, so that one of them is enough."""
    return exact_percent(facts.share) == f"{in_text(facts.count)} per cent"


def _count_in_brackets(facts: ShareFacts) -> str:
    if facts.weighted:
        return " (weighted)"
    return "" if _alike(facts) else f" ({in_text(facts.count)} of them)"


def _count_and_percent(facts: ShareFacts, phrase: Phrase) -> str:
    """The figure behind a phrase, in brackets: "58 per cent" of 100, "65, or 66 per cent" of 99."""
    words = exact_percent(facts.share)
    if facts.weighted:
        return f"{words}, weighted"
    if _alike(facts) or phrase.text == in_text(facts.count):
        return words
    return f"{in_text(facts.count)}, or {words}"


def percent_range(low: int, high: int, style: Style) -> str:
    """Two percentages: "49 and 66 per cent", "49% and 66%"."""
    if style.per_cent == " per cent":
        return f"{in_text(low)} and {in_text(high)} per cent"
    return f"{low}% and {high}%"


def _population(facts: ShareFacts, bounds: Bounds, style: Style) -> str:
    low, high = half_up(bounds.low * 100), half_up(bounds.high * 100)
    tail = bounds.named(style)
    if low == 0:
        return f"at most {in_text(ceil_percent(bounds.high))} per cent of {facts.people} {facts.predicate} {tail}"
    if high == 100:
        return f"at least {in_text(floor_percent(bounds.low))} per cent of {facts.people} {facts.predicate} {tail}"
    if low == high:
        return f"about {in_text(low)} per cent of {facts.people} {facts.predicate} {tail}"
    between = f"between {percent_range(low, high, style)}"
    if facts.claim:
        return f"{facts.claim} of {facts.people}, {between}, {facts.predicate} {tail}"
    return f"{between} of {facts.people} {facts.predicate} {tail}"


def mean_voices(facts: MeanFacts) -> dict[str, dict[str, str]]:
    """Style -> voice -> sentence, for a mean."""
    value = f"{decimal(facts.value, facts.places)}{facts.unit}" + (" (weighted)" if facts.weighted else "")
    who = f"{_base(facts)} {facts.respondents}"
    voices = {}
    for style in STYLES.values():
        unit = facts.unit.replace(" per cent", style.per_cent)
        said = {"sample": facts.sample.replace("{who}", who).replace("{mean}", value.replace(facts.unit, unit, 1) if unit else value) + "."}
        if facts.bounds is not None:
            low, high = (decimal(bound, facts.places) for bound in (facts.bounds.low, facts.bounds.high))
            between = f"{low}{unit}" if low == high else f"between {low}{unit if unit == '%' else ''} and {high}{unit}"
            text = facts.population.replace("{who}", facts.people).replace("{mean}", between)
            said["population"] = f"{text} {'(all of them answered)' if facts.census else facts.bounds.named(style)}."
        voices[style.id] = {voice: style.sentence(text) for voice, text in said.items()}
    return voices


def share_briefs(facts: ShareFacts) -> dict[str, str]:
    """Style -> sentence for running text, where the base has just been named: "Fifty-five per cent expected ..."."""
    briefs = {}
    for style in STYLES.values():
        if facts.small or facts.weighted or facts.count in (0, facts.base):
            text = _sample(facts, style)
        elif style.order == "among":
            text = f"of those who answered, {_percent_and_count(facts)} {facts.predicate}"
        elif _alike(facts):
            text = f"{exact_percent(facts.share)} {facts.predicate}"
        else:
            text = f"{numeral(facts.count)} of {_base(facts)} who answered ({exact_percent(facts.share)}) {facts.predicate}"
        briefs[style.id] = style.sentence(text + ".")
    return briefs


def share_title(facts: ShareFacts) -> str:
    """An active title for a chart, without figures: "More than half expected ..."."""
    phrase = facts.phrases[0].text
    return HSJ.sentence(f"{phrase} {_affirmed(facts.predicate) if phrase in ('none', 'hardly any') else facts.predicate}")


def mean_title(facts: MeanFacts) -> str:
    """An active title for a chart of a mean: "Mean confidence was 5.5 out of 10"."""
    value = f"{decimal(facts.value, facts.places)}{facts.unit}"
    return HSJ.sentence(facts.sample.replace(" among {who}", "").replace("{who}", facts.respondents).replace("{mean}", value))


def share_figures(facts: ShareFacts) -> dict[str, str]:
    """Style -> the figure with its base: "58 per cent (58 of 100)"; a small base gives counts alone."""
    counts = f"{numeral(facts.count)} of {numeral(facts.base)}"
    if facts.small and not facts.weighted:
        return {style.id: counts for style in STYLES.values()}
    words = f"{half_up(facts.share * 100)} per cent"
    if exact_percent(facts.share).startswith(("less", "more")):
        words = exact_percent(facts.share).replace("one", "1")
    behind = f"weighted; {numeral(facts.base)} answered" if facts.weighted else counts
    return {style.id: style.percentages(f"{words} ({behind})") for style in STYLES.values()}


def mean_figures(facts: MeanFacts) -> dict[str, str]:
    """Style -> the mean with its base: "5.6 out of 10 (94 answered)"."""
    behind = f"{'weighted; ' if facts.weighted else ''}{numeral(facts.base)} answered"
    return {
        style.id: f"{decimal(facts.value, facts.places)}{facts.unit.replace(' per cent', style.per_cent)} ({behind})"
        for style in STYLES.values()
    }
