"""What an editor may put in place of a sentence, and what the figure does not license."""

from __future__ import annotations

import pytest

from barometer.errors import ProjectError
from barometer.findings import make_findings
from barometer.findings.claims import faults
from barometer.findings.comparing import comparison_from_counts
from barometer.findings.overrides import load_overrides, overridden
from barometer.findings.quantities import normal, quantities

ID = "2016-spring/contracting.accountable_care_system"
WAVES = ("2013-winter", "2013-spring", "2016-spring", "2016-autumn")
ACS = "expected to form an accountable care system within 12 to 18 months"


@pytest.fixture
def told(questionnaire, share, frame, context):
    rows = [share("contracting", code, n, 100) for code, n in (("accountable_care_system", 58), ("alliance_contract", 55))]
    rows += [share("stp_impact", "ccg_merges", 5, 100), share("accountable_care_lead", "council", 3, 8)]
    rows += [
        {**share("financial_confidence", "", 94, 94), "statistic": "mean", "estimate": 5.6170212765957, "conf_low": 5.2, "conf_high": 6.04}
    ]
    rows += [share("savings", "very_important", 5, 25, item="reduce_hospital_activity")]
    return make_findings(frame(*rows), questionnaire, context)


@pytest.fixture
def acs(told):
    return told.find("contracting.accountable_care_system")


def wrong(finding, sentence, style="hsj"):
    return faults(finding, sentence, finding.voices[style]["sample"], organisations="CCGs")


@pytest.mark.parametrize(
    "sentence",
    [
        f"More than half of the 100 leaders who answered (58 per cent) {ACS}.",
        f"Fifty-eight per cent of the 100 leaders who answered {ACS}.",
        f"Fifty-eight of the hundred leaders who answered {ACS}.",
        f"Just 58 people? No: 58 of the 100 leaders who answered {ACS}."[18:],
        f"Of the 100 leaders who answered, 58 {ACS}.",
        f"Fewer than three in five of the 100 leaders who answered {ACS}.",
        f"Less than six in ten of the 100 leaders who answered {ACS}.",
        f"Under three-fifths of the 100 leaders who answered {ACS}.",
        f"Over a half of the 100 leaders who answered (exactly 58 per cent) {ACS}.",
        f"A majority of the 100 leaders who answered {ACS}.",
        f"Most of the 100 leaders who answered {ACS}.",
        f"At least half of the 100 leaders who answered (58 per cent) {ACS} in spring 2016.",
        f"In March to mid-April 2016, one hundred leaders answered: 58 {ACS}.",
        f"One of the most important findings: 58 of the 100 leaders who answered {ACS}.",
    ],
)
def test_what_the_figure_licenses_may_be_said_in_other_words(acs, sentence):
    assert wrong(acs, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "got"),
    [
        (f"Nearly 60 per cent of the 100 leaders who answered {ACS}.", "nearly 60 per cent"),
        (f"Two-thirds of the 100 leaders who answered {ACS}.", "2-thirds"),
        (f"Sixty-eight per cent of the 100 leaders who answered {ACS}.", "68 per cent"),
        (f"59% of the 100 leaders who answered {ACS}.", "59 per cent"),
        (f"58.3 per cent of the 100 leaders who answered {ACS}.", "58.3 per cent"),
        (f"More than 60 per cent of the 100 leaders who answered {ACS}.", "more than 60 per cent"),
        (f"Well over half of the 100 leaders who answered (58 per cent) {ACS}.", "well over half"),
        (f"More than three in five of the 100 leaders who answered {ACS}.", "more than 3 in 5"),
        (f"Only 58 per cent of the 100 leaders who answered {ACS}.", "only 58 per cent"),
        (f"Fewer than half of the 100 leaders who answered {ACS}.", "fewer than half"),
        (f"A large majority of the 100 leaders who answered {ACS}.", "a large majority"),
        (f"The vast majority of the 100 leaders who answered (58 per cent) {ACS}.", "the vast majority"),
        (f"A minority of the 100 leaders who answered {ACS}.", "a minority"),
        (f"Nearly all of the 100 leaders who answered {ACS}.", "nearly all of"),
        (f"All 100 leaders who answered {ACS}.", "all 100"),
        (f"None of the 100 leaders who answered {ACS}.", "none of"),
        (f"Many of the 100 leaders who answered (58 per cent) {ACS}.", "many of"),
        (f"A handful of the 100 leaders who answered (58 per cent) {ACS}.", "a handful of"),
        (f"58 per cent of the 99 leaders who answered {ACS}.", "99"),
        (f"58 per cent of the 418 leaders {ACS}.", "58 per cent of CCG leaders"),
        (f"57 of the 100 leaders who answered {ACS}.", "57"),
        (f"100 of the 58 leaders who answered {ACS}.", "100"),
        (f"58 of the 100 leaders who answered {ACS}, and 12 others did not say.", "12"),
        (f"58 per cent of CCGs (of the 100 leaders who answered) {ACS}.", "58 per cent of CCGs"),
        (f"58 CCGs of the 100 leaders who answered {ACS}.", "58 ccgs"),
        (f"More than half of CCG leaders {ACS} (58 of the 100 who answered).", "more than half of CCG leaders"),
        (f"58 per cent of the 100 leaders who answered {ACS}, up from 40 per cent.", "40 per cent"),
        ("58 per cent of the 100 leaders who answered expected growing accountable care.", "growing"),
        (f"Support doubled: 58 per cent of the 100 leaders who answered {ACS}.", "doubled"),
        (f"58 per cent of the 100 leaders who answered {ACS}, a lead of nine points.", "9 points"),
        ("58 per cent of the 100 leaders who answered did not expect to form an accountable care system.", "'not'"),
        (f"Leaders who answered {ACS}.", "no figure"),
        (f"More than half of leaders who answered {ACS}.", "no base"),
        (f"58 per cent of the 100 leaders who answered {ACS}; 29 per cent chose another form.", "29 per cent"),
    ],
)
def test_what_the_figure_does_not_license_is_named(acs, sentence, got):
    assert got in [fault.got for fault in wrong(acs, sentence)]
    assert all(fault.expected for fault in wrong(acs, sentence))


def test_every_sentence_of_the_toolkit_may_be_an_override(told):
    for finding in told:
        for style, said in finding.voices.items():
            assert faults(finding, said["sample"], said["sample"], organisations="CCGs") == [], (finding.id, style)


def test_every_licensed_phrase_may_be_said_and_no_other_landmark(share, frame, asking, context):
    for count in range(1, 100, 2):
        finding = make_findings(frame(share("plans", "yes", count, 100)), asking(), context)[0]
        for phrase in finding.phrases:
            found = wrong(finding, f"{phrase} of the 100 leaders who answered said that they would")
            assert found == [], (count, phrase)
        for far in {10, 25, 50, 75, 90}:
            if abs(count - far) > 5:
                assert wrong(finding, f"Around {far} per cent of the 100 leaders who answered said that they would.")


def test_a_small_base_is_told_in_counts(told):
    small = told.find("savings.reduce_hospital_activity.very_important")
    text = "of the 25 leaders who answered this question said that reducing hospital activity was very important."
    assert wrong(small, f"Five {text}") == []
    assert [fault.got for fault in wrong(small, f"Twenty per cent {text}")] == ["20 per cent"]
    assert [fault.got for fault in wrong(small, f"One in five {text}")] == ["1 in 5"]


def test_a_mean_is_told_as_it_prints(told):
    mean = told.find("financial_confidence.mean")
    original = mean.sentence()
    assert wrong(mean, original.replace("Mean", "On average,")) == []
    assert [fault.got for fault in wrong(mean, original.replace("5.6", "5.9"))] == ["5.9"]
    assert [fault.got for fault in wrong(mean, f"Most of them: {original}")] == ["most of"]


def test_a_mean_of_percentages_is_no_share(questionnaire, share, frame, context):
    mean = {"statistic": "mean", "option": "", "estimate": 42.7, "conf_low": 39.0, "conf_high": 46.0}
    told = make_findings(frame({**share("time", "", 92, 92, item="own_ccg"), **mean}), questionnaire, context)[0]
    original = told.sentence("ons")
    assert wrong(told, original, "ons") == []
    assert [fault.got for fault in wrong(told, original.replace("42.7%", "43%"), "ons")] == ["43 per cent"]
    assert "more than half" in [fault.got for fault in wrong(told, original.replace("a mean of 42.7%", "more than half"), "ons")]


def _since(finding, count_before, base_before):
    before = comparison_from_counts(
        finding.count, finding.base, count_before=count_before, base_before=base_before, wave="2013-winter", wave_title="January 2013"
    )
    return finding.model_copy(update={"comparison": before})


def test_a_rise_may_be_told_if_it_is_one(acs):
    risen = _since(acs, 30, 98)
    text = f"58 per cent of the 100 leaders who answered {ACS}"
    assert wrong(risen, f"{text}, up from 31 per cent (30 of 98) in January 2013.") == []
    assert wrong(risen, f"{text}, a rise of 27 percentage points from January 2013.") == []
    assert [fault.got for fault in wrong(risen, f"{text}, down from 31 per cent in January 2013.")] == ["down from"]
    assert [fault.got for fault in wrong(risen, f"{text}, up from 35 per cent in January 2013.")] == ["35 per cent"]
    assert [fault.got for fault in wrong(risen, f"{text}, a rise of 30 points from January 2013.")] == ["30 points"]
    assert "31 per cent" in [fault.got for fault in wrong(risen, f"31 per cent of the 100 leaders who answered {ACS}.")]


def test_a_difference_that_chance_could_give_has_no_direction(acs):
    level = _since(acs, 52, 98)
    text = f"58 per cent of the 100 leaders who answered {ACS}"
    assert wrong(level, f"{text}, against 53 per cent (52 of 98) in January 2013.") == []
    assert [fault.got for fault in wrong(level, f"{text}, up from 53 per cent in January 2013.")] == ["up from"]
    assert "5 points" in [fault.got for fault in wrong(level, f"{text}, five points more than in January 2013.")]


def _file(tmp_path, text):
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _applied(told, path):
    return overridden(told, load_overrides(path), wave="2016-spring", waves=WAVES, file=path, organisations="CCGs")


def test_an_edited_sentence_is_marked_and_keeps_what_it_replaced(told, acs, tmp_path):
    said = f"Fewer than three in five of the 100 leaders who answered {ACS}."
    path = _file(
        tmp_path,
        f'["{ID}"]\nhsj = """\nFewer than three in five of the 100\n  leaders who answered {ACS}."""\nby = "A. Editor"\nwhy = "Length"\n',
    )
    edited = _applied(told, path).find(ID)
    assert edited.sentence() == f"{said} [edited]"
    assert edited.sentence(marked=False) == said
    assert (edited.edited.by, edited.edited.why, edited.edited.original) == ("A. Editor", "Length", {"hsj": acs.sentence()})
    assert edited.sentence("ons") == acs.sentence("ons")
    assert edited.sentence(voice="population") == acs.sentence(voice="population")
    assert [finding.id for finding in _applied(told, path)] == told.ids
    assert told.find(ID).edited is None


def test_without_a_file_nothing_is_edited(told, tmp_path):
    assert load_overrides(tmp_path / "none.toml") == {}
    assert _applied(told, tmp_path / "none.toml") is told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '["2016-spring/contracting.acountable_care_system"]\nhsj = "x"\nby = "A"\nwhy = "B"',
            ("names no finding", f"Did you mean '{ID}'"),
        ),
        (
            '["2016-sprng/contracting.accountable_care_system"]\nhsj = "x"\nby = "A"\nwhy = "B"',
            ("names no wave", "Did you mean '2016-spring'"),
        ),
        ('["contracting.accountable_care_system"]\nhsj = "x"\nby = "A"\nwhy = "B"', ("names no wave", f"Did you mean '{ID}'")),
        ('["2016-spring/accountable_care_lead.council"]\nhsj = "3 of 8"\nby = "A"\nwhy = "B"', ("not published", "fewer than 10")),
        (f'["{ID}"]\nhjs = "x"\nby = "A"\nwhy = "B"', ("hjs", "Did you mean 'hsj'?")),
        (f'["{ID}"]\nby = "A"\nwhy = "B"', ("a sentence for one of",)),
        (f'["{ID}"]\nhsj = "x"\nby = "A"', ("a value for 'why'",)),
        (
            f'["{ID}"]\nhsj = "Sixty per cent of the 100 leaders who answered agreed."\nby = "A"\nwhy = "B"',
            ("does not license", "60 per cent", "58 per cent"),
        ),
        (f'["{ID}"', ("not valid TOML",)),
    ],
)
def test_a_wrong_override_stops_with_all_that_an_editor_needs(told, tmp_path, text, words):
    path = _file(tmp_path, text)
    with pytest.raises(ProjectError) as caught:
        _applied(told, path)
    said = str(caught.value)
    assert str(path) in said
    assert all(word in said for word in words), said


def test_the_financial_year_of_the_question_is_no_count(questionnaire, share, frame, context):
    told = make_findings(frame(share("year_end", "surplus", 19, 96)), questionnaire, context)[0]
    assert "2016-17" in told.sentence()
    assert wrong(told, told.sentence().replace("2016-17", "2016/17")) == []
    assert [fault.got for fault in wrong(told, told.sentence().replace("2016-17", "2017-18"))] == ["2017-18"]


def test_all_problems_are_gathered(told, tmp_path):
    text = (
        f'["{ID}"]\nhsj = "Two-thirds of 99 agreed."\nby = "A"\nwhy = "B"\n["2016-spring/nothing.here"]\nons = "x"\nby = "A"\nwhy = "B"\n'
    )
    with pytest.raises(ProjectError, match=r"have \d problems") as caught:
        _applied(told, _file(tmp_path, text))
    for words in ("2-thirds", "99", "nothing.here"):
        assert words in str(caught.value)


def test_an_override_of_another_wave_is_left_to_its_run(told, tmp_path):
    path = _file(tmp_path, '["2016-autumn/barriers.capital_funding"]\nhsj = "x"\nby = "A"\nwhy = "B"')
    assert _applied(told, path) == told


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Fifty\u2011eight\u00a0% of the hundred, or two\u2010thirds", ["58 per cent", "100", "2-thirds"]),
        ("a third-party view of half-year figures", []),
        ("two hundred and nine of 1,001.5", ["209", "1,001.5"]),
    ],
)
def test_quantities_are_read_in_any_spelling(text, values):
    assert [one.text for one in quantities(normal(text))] == values
