"""No quote is published unless it was released, stands in the answer, and gives nobody away."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometer.coding import load_quotes, released
from barometer.errors import ProjectError
from barometer.findings.themes import quantifier, theme_sentence, uncounted

ANSWER = "The tariff stands in the way. We at Anytown both want it, and nobody will fund the gap; ring me on 020 7946 0123."
ANSWERS = {"help": {"r1": ANSWER, "r2": "More nurses."}}
ROLES = {"r1": "a clinical chair", "r2": "an accountable officer"}
NAMES = {"r1": ["A. Holder", "Anytown", "CCG-001"]}


def quote(text: str, **changed: str) -> str:
    values = {"id": "q1", "respondent": "r1", "question": "help", "consent": "by e-mail", "released_by": "A. Editor"} | changed
    return "[[quotes]]\n" + "".join(f'{key} = "{value}"\n' for key, value in values.items() if value) + f"text = '''{text}'''\n"


def publish(folder: Path, toml: str) -> str:
    path = folder / "quotes.toml"
    path.write_text(toml, encoding="utf-8")
    return "\n".join(map(str, released(load_quotes(path), ANSWERS, ROLES, names=NAMES, file=path)))


def test_a_quote_is_attributed_to_a_role_and_shows_its_edits(tmp_path: Path) -> None:
    said = publish(tmp_path, quote("The tariff stands in the way. We [...] both want it, and nobody will fund the [transition]"))
    assert (
        said == "\u201cThe tariff stands in the way. We [...] both want it, and nobody will fund the [transition]\u201d (a clinical chair)"
    )
    assert "r1" not in said


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (quote("The tariff is the problem."), "does not stand in the answer"),
        (quote("nobody will fund the gap [...] The tariff"), "does not stand in the answer"),
        (quote("[everything is invented]"), "does not stand in the answer"),
        (quote("ring me on 020 7946 0123"), "telephone number"),
        (quote("We at Anytown both want it"), "names its author"),
        (quote("we at ANYTOWN both want it".replace("we at ANYTOWN", "We at Anytown")), "names its author"),
        (quote("The tariff", respondent="r9"), "wrote no answer to the question, or the response was not accepted"),
        (quote("The tariff", question="other"), "no open question 'other'"),
        (quote("The tariff [mail x@example.org]"), "e-mail address"),
    ],
)
def test_a_quote_that_may_not_be_published_stops_the_run(tmp_path: Path, toml: str, why: str) -> None:
    with pytest.raises(ProjectError) as caught:
        publish(tmp_path, quote("More nurses.", id="fine", respondent="r2") + toml)
    assert f"quote 'q1': {'it ' if why.startswith('does') else ''}{why}" in str(caught.value) or why in str(caught.value)
    # The message is for a terminal and a log: no answer and no respondent stands in it.
    assert "tariff" not in str(caught.value)
    assert "Anytown" not in str(caught.value)


@pytest.mark.parametrize("missing", ["consent", "released_by"])
def test_a_quote_without_consent_is_no_release(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ProjectError, match=missing):
        publish(tmp_path, quote("The tariff", **{missing: ""}))


def test_quotes_are_gathered_and_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="stands twice"):
        publish(tmp_path, quote("The tariff") + quote("The tariff"))
    with pytest.raises(ProjectError) as caught:
        publish(tmp_path, quote("nonsense") + quote("more nonsense", id="q2"))
    assert str(caught.value).count("does not stand") == 2


def test_curly_and_straight_quotation_marks_and_line_breaks_are_alike(tmp_path: Path) -> None:
    answers = {"help": {"r1": "I can\u2019t tell\nyou   which patients."}}
    path = tmp_path / "quotes.toml"
    path.write_text(quote("I can't tell you which patients."), encoding="utf-8")
    assert len(released(load_quotes(path), answers, ROLES)) == 1


@pytest.mark.parametrize(
    ("count", "base", "word"),
    [
        (0, 61, "none"),
        (61, 61, "all"),
        (1, 61, "one"),
        (2, 61, "a few"),
        (6, 60, "some"),
        (15, 60, "many"),
        (30, 60, "many"),
        (31, 60, "most"),
        (3, 9, None),
    ],
)
def test_each_word_is_licensed_by_its_share(count: int, base: int, word: str | None) -> None:
    assert quantifier(count, base) == word


def test_many_never_stands_without_its_count() -> None:
    for base in (5, 9, 10, 61, 400):
        for count in range(base + 1):
            sentence = theme_sentence("asked for money", count, base)
            assert uncounted(sentence) == []
            assert sentence[0].isupper()
    assert uncounted("Many asked for money. None of the 61 did. A few wanted more.") == ["Many asked for money.", "A few wanted more."]
