from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometer.errors import UsageError
from barometer.findings import STYLES, find, make_findings
from barometer.findings.means import mean_words
from barometer.findings.numbers import ceil_percent, floor_percent, half_up
from barometer.findings.predicates import predicate, within
from barometer.findings.styles import HSJ, ONS
from barometer.questionnaire import Item, Question, parse

pairs = st.integers(10, 600).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))
WORDS = dict(zip("zero one two three four five six seven eight nine".split(), range(10), strict=True))  # noqa: SIM905


def test_styles_of_one_share(asking, share, frame, autumn):
    told = make_findings(frame(share("plans", "yes", 65, 99)), asking(), autumn)[0]
    assert told.sentence("hsj") == "Nearly two-thirds of the 99 leaders who answered (65, or 66 per cent) said that they would."
    assert told.sentence("ons") == "Among the 99 leaders who answered, 66% (65 of them) said that they would."
    assert told.sentence("plain") == "65 of the 99 leaders who answered (66%) said that they would."
    assert told.sentence("ons", "population").startswith(
        "More than half of all 418 CCG leaders, between 57% and 73%, said that they would (95% c"
    )
    assert told.figure == "66 per cent (65 of 99)"
    assert told.figures["ons"] == "66% (65 of 99)"


def test_a_number_at_the_start_is_spelt(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 44, 97), share("plans", "no", 14, 97)), asking(), context)
    assert told[1].sentence("hsj").startswith("Fourteen per cent of the 97 leaders who answered this question said")
    assert told[1].sentence("ons").startswith("Among the 97 leaders")


def test_percentages_of_a_style():
    assert ONS.percentages("between five per cent and 12 per cent") == "between 5% and 12%"
    assert HSJ.sentence("100 leaders said so.") == "One hundred leaders said so."
    with pytest.raises(ValueError, match="cannot start"):
        ONS.sentence("58 per cent said so.")


def test_small_bases_are_counts(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 6, 9)), asking(), replace(context, wave_base=9, minimum_base=1))[0]
    assert told.sentence("hsj") == "Six of the nine leaders who answered said that they would."
    assert told.sentence("ons") == "Of the nine leaders who answered, six said that they would."
    assert told.figure == "6 of 9"
    assert told.flag == "small base"
    assert any(caveat.startswith("Small base") for caveat in told.caveats)


@pytest.mark.parametrize(
    ("count", "base", "start"),
    [
        (0, 99, "None of the 99 leaders"),
        (99, 99, "All 99 leaders"),
        (43, 44, "All but one of the 44 leaders who answered (43, or 98 per cent)"),
        (1, 944, "One of the 944 leaders who answered (less than one per cent)"),
        (943, 944, "All but one of the 944 leaders who answered (943, or more than 99 per cent)"),
        (12, 24, "Twelve of the 24 leaders"),
    ],
)
def test_edges(asking, share, frame, context, count, base, start):
    told = make_findings(frame(share("plans", "yes", count, base, size=None)), asking(), replace(context, wave_base=base))[0]
    assert told.sentence("hsj").startswith(start)


def test_none_is_not_denied_twice(questionnaire, share, frame, context):
    told = make_findings(frame(share("year_end", "dont_know", 0, 100)), questionnaire, context)[0]
    assert told.sentence() == (
        "None of the 100 leaders who answered said they did not know what position they would report at the end of 2016-17."
    )


def test_a_weighted_share_says_so_and_prints_no_count(asking, share, frame, context):
    told = make_findings(frame({**share("plans", "yes", 58, 100), "estimate": 0.6149}), asking(), context)[0]
    assert told.weighted
    assert told.percent == 61
    assert told.sentence() == "More than three in five of the 100 leaders who answered (61 per cent, weighted) said that they would."
    assert told.sentence("ons") == "Among the 100 leaders who answered, 61% (weighted) said that they would."
    assert told.figure == "61 per cent (weighted; 100 answered)"


def test_everybody_answered(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 58, 100, size=100)), asking(), replace(context, population_size=100))[0]
    assert told.sentence("hsj", "population") == "Of all 100 CCG leaders, 58 per cent said that they would (all of them answered)."


def test_without_an_interval_there_is_no_population_voice(asking, share, frame, context):
    told = make_findings(frame({**share("plans", "yes", 58, 100), "conf_low": None, "conf_high": None}), asking(), context)[0]
    assert told.interval is None
    with pytest.raises(UsageError, match="nothing of the population"):
        told.sentence(voice="population")


def test_unknown_styles_and_voices_are_named(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 58, 100)), asking(), context)[0]
    with pytest.raises(UsageError, match="Did you mean 'plain'"):
        told.sentence("plane")
    with pytest.raises(UsageError, match="Did you mean 'sample'"):
        told.sentence(voice="smaple")


def numbers_in(text: str) -> set[Fraction]:
    digits = {Fraction(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    return digits | {Fraction(WORDS[word]) for word in re.findall(r"[a-z]+", text.casefold()) if word in WORDS}


#: Numbers in the names of shares ("two in five", "nine in 10"), which stand for the share and not for figures.
NAMED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine) in (?:20|10|two|three|four|five)\b|\b(?:two-thirds|three-quarters)\b|"
    r"\b(?:less|fewer) than one per cent|more than 99 per cent|(?:less than |more than )(?:1|99)%",
    re.IGNORECASE,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs)
def test_every_number_of_a_sentence_is_among_the_figures(asking, share, frame, context, pair):
    count, base = pair
    size = base * 3
    row = share("plans", "yes", count, base, size=size)
    told = make_findings(frame(row), asking(), replace(context, wave_base=base, population_size=size))[0]
    low, high = (Fraction(str(row[end])) for end in ("conf_low", "conf_high"))
    sample = {count, base, base - count, told.percent}
    everybody = {size, 95, half_up(low * 100), half_up(high * 100), ceil_percent(high), floor_percent(low)}
    for style in STYLES:
        said = told.sentence(style)
        first = re.match(r"[A-Z][a-z-]+(?: hundred)?(?: and [a-z-]+)?(?= (?:per cent|of the))", said)
        if first and first[0].casefold() not in WORDS:
            said = said.removeprefix(first[0])
        assert numbers_in(NAMED.sub("", said)) <= {Fraction(number) for number in sample}
        assert numbers_in(NAMED.sub("", told.sentence(style, "population"))) <= {Fraction(number) for number in everybody}
        assert said.endswith(".")
        assert "  " not in said


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs)
def test_no_style_that_forbids_it_starts_with_a_numeral(asking, share, frame, context, pair):
    told = make_findings(frame(share("plans", "yes", *pair, size=1881)), asking(), replace(context, wave_base=pair[1]))[0]
    for style in ("hsj", "ons"):
        for voice in ("sample", "population"):
            sentence = told.sentence(style, voice)
            assert sentence[0].isalpha()
            assert sentence[0].isupper()
            assert ("%" in sentence) <= (style == "ons")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs)
def test_the_voices_are_never_mixed(asking, share, frame, context, pair):
    told = make_findings(
        frame(share("plans", "yes", *pair, size=1881)), asking(), replace(context, wave_base=pair[1], population_size=1881)
    )[0]
    for style in STYLES:
        assert "1,881" not in told.sentence(style)
        assert "interval" not in told.sentence(style)
        assert "leaders who answered" not in told.sentence(style, "population")
        assert "assumes that those who answered are like those who did not" in told.sentence(style, "population")


@pytest.mark.parametrize(
    ("label", "inner"),
    [
        ("An acute trust", "an acute trust"),
        ("A GP federation or super-practice", "a GP federation or super-practice"),
        ("STP leaders will take part", "STP leaders will take part"),
        ("Accountable care system (ACS)", "accountable care system (ACS)"),
        ("My own CCG", "their own CCG"),
        ("I will step back", "I will step back"),
        ("NHS England", "NHS England"),
        ("Balance", "balance"),
    ],
)
def test_labels_within_a_sentence(label, inner):
    assert within(label) == inner


def test_every_answer_of_the_questionnaire_has_a_predicate(questionnaire):
    for question in questionnaire:
        for item in question.items or (None,):
            for choice in (*question.options, *question.nets):
                words = predicate(question, item, choice)
                assert "{" not in words
                assert not words.endswith(".")
                assert not words[0].isupper()
    asked = questionnaire.question("savings")
    item, option = asked.item("reduce_hospital_activity"), asked.option("dont_know")
    assert predicate(asked, item, option) == "said they did not know how to rate significantly reducing hospital activity"


def test_without_a_predicate_the_label_is_quoted():
    asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [{
        "id": "q", "kind": "single", "theme": "t", "text": "Which?", "short": "Favourite colour",
        "options": [{"code": "red", "label": "Red"}, {"code": "blue", "label": "Blue"}]}]}).question("q")  # fmt: skip
    assert predicate(asked, None, asked.option("red")) == 'said "Red" when asked about favourite colour'


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("single", 'said "Yes" when asked "Do you call it \'data\'?"'),
        ("multiple", 'chose "Yes" when asked "Do you call it \'data\'?"'),
    ],
)
def test_a_label_that_is_a_question_is_quoted_and_not_turned_into_a_noun(kind: str, said: str):
    asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [{
        "id": "q", "kind": kind, "theme": "t", "text": "Do you?", "short": 'Do you call it "data"?',
        "options": [{"code": "yes", "label": "Yes"}, {"code": "no", "label": "No"}]}]}).question("q")  # fmt: skip
    assert predicate(asked, None, asked.option("yes")) == said


def test_a_net_without_a_predicate_names_the_answers_that_it_counts():
    asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [{
        "id": "q", "kind": "scale", "theme": "t", "text": "Agree?", "short": "Please say whether you agree.",
        "options": [{"code": "a", "label": "Agree strongly"}, {"code": "b", "label": "Agree"}, {"code": "c", "label": "Disagree"}],
        "nets": [{"id": "n", "label": "Agree (net)", "codes": ["a", "b"]}]}]}).question("q")  # fmt: skip
    assert predicate(asked, None, asked.net("n")) == 'said "Agree strongly" or "Agree" when asked "Please say whether you agree"'


def test_an_item_without_a_predicate_is_quoted_as_it_may_be_a_name():
    asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [{
        "id": "q", "kind": "battery", "theme": "t", "text": "How do you like them?", "short": "How do you like them?",
        "items": [{"id": "han", "label": "Han Solo"}],
        "options": [{"code": "good", "label": "Good", "value": 2}, {"code": "bad", "label": "Bad", "value": 1},
                    {"code": "dont_know", "label": "Don't know", "dont_know": True}]}]}).question("q")  # fmt: skip
    item = asked.item("han")
    assert predicate(asked, item, asked.option("good")) == 'said "Good" for "Han Solo" when asked "How do you like them?"'
    assert predicate(asked, item, asked.option("dont_know")) == 'said they did not know how to rate "Han Solo"'


def test_means(questionnaire, share, frame, context):
    mean = {"statistic": "mean", "conf_low": 5.21, "conf_high": 6.04, "method": "t"}
    rows = [
        {**share("financial_confidence", "", 94, 94), **mean, "estimate": 5.65},
        {**share("integration", "", 98, 98, item="pooled_budgets"), **mean, "estimate": 4.31, "conf_low": 4.1, "conf_high": 4.5},
        {**share("time", "", 97, 97, item="own_ccg"), **mean, "estimate": 41.25, "conf_low": 38.0, "conf_high": 44.449},
    ]
    told = make_findings(frame(*rows), questionnaire, context)
    assert told.ids == [f"2016-spring/{key}.mean" for key in ("integration.pooled_budgets", "financial_confidence", "time.own_ccg")]
    assert find(told, "financial_confidence.mean").sentence() == (
        "Mean confidence in meeting the financial plan was 5.7 out of 10 among the 94 leaders who answered this question."
    )
    assert find(told, "integration.pooled_budgets.mean").sentence() == (
        "On a scale from 1 (not at all important) to 5 (very important), the 98 leaders who answered this question rated pooled budgets "
        "4.3 on average."
    )
    time = find(told, "time.own_ccg.mean")
    assert time.sentence("ons").endswith("spent a mean of 41.3% of their working time on their own CCG.")
    assert "a mean of between 38.0% and 44.4% of their working time on their own CCG" in time.sentence("ons", "population")
    assert (time.percent, time.claim, time.phrases) == (None, None, ())


def test_a_mean_with_its_own_predicate():
    says = "spent a mean of {mean} of their time on {item}"
    item = Item(id="own", label="My own CCG")
    asked = Question(id="time", kind="allocation", theme="t", text="Time?", short="Time", says=says, items=(item,))
    words = mean_words(asked, item)
    assert words.sample == words.population == "{who} spent a mean of {mean} of their time on their own CCG"
    assert words.unit == " per cent"


def test_a_ranking_of_everything_tells_who_put_an_item_first(share, frame, context):
    asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [{
        "id": "q", "kind": "ranking", "theme": "t", "text": "Rank them.", "short": "Please rank them.",
        "items": [{"id": "a", "label": "Money"}, {"id": "b", "label": "Staff"}]}]})  # fmt: skip
    rows = frame(
        {**share("q", "", 19, 60, item="a"), "statistic": "share_first"},
        {**share("q", "", 60, 60, item="a"), "statistic": "share_top_two"},
    )
    told = make_findings(rows, asked, context)
    assert [finding.id for finding in told] == ["2016-spring/q.a"]
    assert told[0].count == 19
    assert 'put "Money" first when asked "Please rank them".' in told[0].sentence("hsj")
