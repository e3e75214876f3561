"""House styles. Each is a profile: how it writes percentages and numbers, and how it builds a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from barometer.errors import UsageError, did_you_mean
from barometer.findings.numbers import capitalised, numeral, spelt

_PER_CENT = re.compile(r"\b(\w+) per cent\b")
_WORDS = {spelt(number): str(number) for number in range(101)}
_LEADING = re.compile(r"^(\d[\d,]*)(?![\d,]*\.\d)")


@dataclass(frozen=True)
class Style:
    """A house style.

    Attributes:
        id: Its short name.
        title: Whose style it is.
        per_cent: What follows a percentage: " per cent" or "%".
        numeral_first: Whether a sentence may start with a numeral.
        order: How the sample's sentence is built: `claim` ("More than half of the 100 leaders ... (58 per cent)"), `among` ("Among the
            100 leaders ..., 58%") or `count` ("58 of the 100 leaders ... (58%)").
        interval: What an interval is called.
    """

    id: str
    title: str
    per_cent: str
    numeral_first: bool
    order: str
    interval: str

    def percentages(self, text: str) -> str:
        """The text with its percentages written in this style.

        Example:
            >>> ONS.percentages("less than one per cent, or five per cent of them")
            'less than 1%, or 5% of them'
        """
        if self.per_cent == " per cent":
            return text
        return _PER_CENT.sub(lambda found: _WORDS.get(found[1], found[1]) + self.per_cent, text)

    def sentence(self, text: str) -> str:
        """The text as a sentence: percentages in this style, a first letter in upper case, a numeral at the start spelt out.

        Raises:
            ValueError: If the sentence would start with a percentage that this style cannot spell.

        Example:
            >>> HSJ.sentence("68 per cent of the 100 leaders agreed.")
            'Sixty-eight per cent of the 100 leaders agreed.'
        """
        text = self.percentages(text)
        first = _LEADING.match(text)
        if first and not self.numeral_first:
            if text[first.end() :].startswith("%"):
                raise ValueError(f"a sentence in the style of {self.title} cannot start with '{text[: first.end() + 1]}'")
            text = spelt(int(first[1].replace(",", ""))) + text[first.end() :]
        return capitalised(text)

    def percent(self, number: int) -> str:
        """A whole percentage within a sentence."""
        words = spelt(number) if self.per_cent == " per cent" and 0 <= number < 10 else numeral(number)
        return words + self.per_cent


HSJ = Style("hsj", "Health Service Journal", " per cent", False, "claim", "interval")
ONS = Style("ons", "Office for National Statistics", "%", False, "among", "confidence interval")
PLAIN = Style("plain", "plain English", "%", True, "count", "confidence interval")

STYLES = {style.id: style for style in (HSJ, ONS, PLAIN)}
VOICES = ("sample", "population")


def style_named(name: str | Style) -> Style:
    """The style with this name.

    Raises:
        UsageError: If there is none; the message names the nearest.

    Example:
        >>> style_named("ons").title
        'Office for National Statistics'
    """
    if isinstance(name, Style):
        return name
    try:
        return STYLES[name.casefold()]
    except KeyError:
        raise UsageError(
            "The house style is unknown.", expected="one of " + ", ".join(STYLES), got=name, hint=did_you_mean(name, STYLES)
        ) from None


def check_voice(voice: str) -> str:
    """The voice, if there is such a one.

    Raises:
        UsageError: If it is neither "sample" nor "population".
    """
    if voice not in VOICES:
        raise UsageError("The voice is unknown.", expected="'sample' or 'population'", got=voice, hint=did_you_mean(voice, VOICES))
    return voice
