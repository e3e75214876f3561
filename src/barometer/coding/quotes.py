"""Quotes from open answers: none is published unless it was released one by one, and each release is checked.

| key of `[[quotes]]` | meaning |
| ------------------- | ------- |
| `id` | of the quote |
| `respondent` | whose answer it is; never published |
| `question` | the open question |
| `text` | what is printed; what was put in or changed stands in square brackets, what was left out is `[...]` |
| `code` | the theme that it illustrates, of the question's codeframe |
| `consent` | how and when the author agreed: "by e-mail, 2 May 2016" |
| `released_by` | who decided |

A quote is attributed to a role and to nothing else; where a role has too few respondents, to the population as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from barometer.errors import ProjectError
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Code, Model, Text
from barometer.validation.privacy import EMAIL, PHONE

_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_SHORTEST_NAME = 3


class Release(Model):
    """One quote as the team released it: `[[quotes]]`."""

    id: Code = Field(description="Its name.")
    respondent: Text = Field(description="Whose answer it is; never published.")
    question: Code = Field(description="The open question.")
    text: Text = Field(description="What is printed; edits stand in square brackets.")
    code: Code | None = Field(default=None, description="The theme that it illustrates.")
    consent: Text = Field(description="How and when the author agreed.")
    released_by: Text = Field(description="Who decided.")


class _Releases(Model):
    quotes: tuple[Release, ...] = ()


@dataclass(frozen=True)
class Quote:
    """A quote that may be published.

    Attributes:
        id: Its id.
        question: The open question.
        code: The theme that it illustrates, or None.
        text: What is printed, edits in square brackets.
        attribution: A role, such as "a clinical chair", or whom everybody is.
        edited: Whether it has edits.
    """

    id: str
    question: str
    code: str | None
    text: str
    attribution: str
    edited: bool

    def __str__(self) -> str:
        return f"\u201c{self.text}\u201d ({self.attribution})"


def load_quotes(path: str | Path) -> tuple[Release, ...]:
    """The quotes that a team released.

    Raises:
        ProjectError: If the file is missing or broken (a quote without consent is), or an id stands twice.
    """
    quotes = validated(_Releases, read_toml(path, ProjectError), file=Path(path)).quotes
    ids = [quote.id for quote in quotes]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice is not None:
        raise ProjectError("A quote stands twice.", file=path, got=twice)
    return quotes


def released(
    releases: Sequence[Release],
    answers: Mapping[str, Mapping[str, str]],
    attributions: Mapping[str, str],
    *,
    names: Mapping[str, Sequence[str]] | None = None,
    file: Path | None = None,
) -> tuple[Quote, ...]:
    """The quotes that may be published, checked one by one.

    Args:
        releases: What the team released.
        answers: For each question the accepted respondents' answers.
        attributions: For each respondent to whom a quote of theirs is attributed.
        names: For each respondent the names (of the person, post, organisation, place) that must not stand in their quotes; matched as
            whole words, whatever their case.
        file: Where the releases stand, for messages.

    Raises:
        ProjectError: If a quote is of nobody whose response was accepted, does not stand in the answer (apart from edits in
            square brackets), or holds an e-mail address, a telephone number or a name. All such quotes are gathered; the message
            holds no answer.
    """
    wrong: list[str] = []
    quotes: list[Quote] = []
    for release in releases:
        problem = _problem(release, answers, (names or {}).get(release.respondent, ()))
        if problem:
            wrong.append(f"quote '{release.id}': {problem}")
            continue
        attribution = attributions[release.respondent]
        edited = bool(_BRACKETS.search(release.text))
        quotes.append(Quote(release.id, release.question, release.code, release.text.strip(), attribution, edited))
    if wrong:
        raise ProjectError(
            "A quote may not be published.",
            file=file,
            expected="words of the answer, edits in [square brackets], and nothing that identifies anybody",
            got="\n".join(wrong),
            hint="Mend or remove it; nothing was published.",
        )
    return tuple(quotes)


def _problem(release: Release, answers: Mapping[str, Mapping[str, str]], names: Sequence[str]) -> str | None:
    if release.question not in answers:
        return f"the wave has no open question '{release.question}'"
    answer = answers[release.question].get(release.respondent)
    if answer is None:
        return "its author wrote no answer to the question, or the response was not accepted"
    if not _stands_in(release.text, answer):
        return "it does not stand in the answer: what was changed, put in or left out belongs in [square brackets]"
    if re.search(EMAIL, release.text):
        return "it holds what looks like an e-mail address"
    if re.search(PHONE, release.text):
        return "it holds what looks like a telephone number"
    # Not said which: the message is shown where the quote is not.
    if any(_names(name, release.text) for name in names):
        return "it names its author, their post or organisation"
    return None


def _names(name: str, text: str) -> bool:
    return len(name) >= _SHORTEST_NAME and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _stands_in(quote: str, answer: str) -> bool:
    """Whether the parts of a quote that are not in brackets follow each other in the answer.

    Example:
        >>> _stands_in("We need [the money] ... now", "We need it ... now"), _stands_in("We need more", "We need it")
        (True, False)
    """
    text, at = _plain(answer), 0
    parts = [_plain(part) for part in _BRACKETS.split(quote)]
    for part in filter(None, parts):
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return any(parts)


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.translate(_QUOTES)).strip()
