from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from scipy.special import chdtrc

from barometer.errors import ProjectError
from barometer.validation import CheckContext, RulesFile, check
from barometer.validation.quality import chi_squared_tail, generalised_inverse
from barometer.validation.settings import Privacy, Quality, TeamRule

SAME = {f"levers.i{number}": "c" for number in range(1, 7)}


def rows(result, rule: str) -> list[int]:
    return result.failures.filter(pl.col("rule") == rule)["row"].to_list()


def test_one_answer_to_every_item_is_a_sign(make_export):
    result = check(make_export({}, SAME, {**SAME, "levers.i4": None}), certify=False)
    assert rows(result, "levers.straight") == [3]


def test_answers_that_hardly_vary(make_export):
    """The standard deviation of 3, 3, 3, 3, 3, 4 is 0.408."""
    context = CheckContext(rules=RulesFile(quality=Quality(variability=0.41)))
    result = check(make_export({}, {**SAME, "levers.i1": "d"}, {**SAME, "levers.i1": "e"}), context=context, certify=False)
    assert rows(result, "quality.variability.limit") == [3]
    assert result.table["quality.variability:number"][1] == pytest.approx(np.std([3, 3, 3, 3, 3, 4], ddof=1))


def test_a_pace_below_a_third_of_the_median(make_export):
    quick = {"completed": "2016-03-02 10:03:00"}
    result = check(make_export({}, {}, {}, quick), certify=False)
    assert rows(result, "quality.pace.limit") == [5]


def test_most_left_blank(make_export):
    blank = dict.fromkeys([*SAME, "confidence", "first.beds", "first.staff", "first.time", "share.own", "share.stp", "share.rest"])
    result = check(make_export({}, blank), certify=False)
    # Q1 to Q3 are answered; six items and three questions are not.
    assert result.table["quality.blank:number"].to_list() == [0.0, 9 / 12]
    assert rows(result, "quality.blank.limit") == [3]


def test_near_duplicates_need_enough_answers_in_common(make_export):
    different = {f"levers.i{number}": code for number, code in enumerate("edcbab", start=1)} | {"confidence": "3"}
    loose = CheckContext(rules=RulesFile(quality=Quality(alike=0.9, alike_answers=10)))
    changes = ({}, {"role": "chair"}, {**different, "lead": "council", "share.own": "60", "share.stp": "20.5"})
    assert rows(check(make_export(*changes), context=loose, certify=False), "quality.alike.limit") == [2, 3]
    strict = CheckContext(rules=RulesFile(quality=Quality(alike=0.9, alike_answers=30)))
    assert rows(check(make_export(*changes), context=strict, certify=False), "quality.alike.limit") == []


def test_answers_far_from_all_others(make_export):
    rng = np.random.default_rng(1)
    changes = []
    for _ in range(150):
        centre = rng.integers(1, 4)
        changes.append({f"levers.i{item}": "abcde"[int(np.clip(centre + rng.integers(-1, 2), 0, 4))] for item in range(1, 7)})
    changes.append({f"levers.i{item}": "ae"[item % 2] for item in range(1, 7)})
    result = check(make_export(*changes), certify=False)
    assert result.table["quality.outlying:number"].arg_min() == 150
    assert rows(result, "quality.outlying.limit") == [152]


def test_the_tail_of_chi_squared_is_scipys():
    x = np.array([0.0, 0.1, 1.0, 5.0, 20.0, 60.0, 200.0, 2000.0])
    for df in range(1, 40):
        np.testing.assert_allclose(chi_squared_tail(pl.Series(x), df).to_numpy(), chdtrc(df, x), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_distances_are_those_of_numpys_pseudo_inverse(rank):
    """Also where some items are determined by others, or never vary."""
    rng = np.random.default_rng(rank)
    answers = rng.integers(1, 6, (50, rank)) @ rng.integers(0, 3, (rank, 6)) + 0.5
    answers[:, 3] = 2.0
    centred = answers - answers.mean(axis=0)
    covariance = np.cov(answers, rowvar=False)
    lower, found = generalised_inverse([covariance[place, : place + 1].tolist() for place in range(6)])
    assert found == np.linalg.matrix_rank(covariance)
    half = np.array([[*line, *[0.0] * (6 - len(line))] for line in lower])
    inverse = half + half.T - np.diag(np.diag(half))
    np.testing.assert_allclose(
        ((centred @ inverse) * centred).sum(axis=1), ((centred @ np.linalg.pinv(covariance)) * centred).sum(axis=1), rtol=1e-8, atol=1e-8
    )


def test_two_signs_ask_for_a_look_and_remove_nothing(make_export):
    export = make_export({}, {}, {}, {**SAME, "completed": "2016-03-02 10:01:00"}, SAME)
    context = CheckContext(rules=RulesFile(quality=Quality(variability=None)))
    result = check(export, context=context, certify=False)
    assert rows(result, "quality.signs.look") == [5]
    assert result.counts["quarantined"] == 0
    assert set(result.failures["severity"]) == {"warning"}


def test_a_sign_cannot_be_made_critical(make_export):
    context = CheckContext(rules=RulesFile(severity={"straight": "critical"}))
    with pytest.raises(ProjectError, match="not critical"):
        check(make_export({}), context=context, certify=False)


def test_signs_can_be_left_out(make_export):
    result = check(make_export(SAME), context=CheckContext(rules=RulesFile(quality=None)), certify=False)
    assert result.failures.height == 0
    assert not [rule for rule in result.rules if rule.id.startswith("quality.")]


def test_a_team_rule_may_name_an_index(make_export):
    rule = TeamRule(id="slow", label="nobody takes twice the median", fails_if="quality.pace > 2")
    context = CheckContext(rules=RulesFile(rules=(rule,)))
    result = check(make_export({}, {}, {"completed": "2016-03-02 12:00:00"}), context=context, certify=False)
    assert rows(result, "slow") == [4]


class TestFreeText:
    @pytest.mark.parametrize(
        "text",
        ["write to jo.bloggs@example.nhs.uk please", "JO@EXAMPLE.COM", "jo at example dot org", "jo [at] example (dot) nhs (dot) uk"],
    )
    def test_an_address_is_found(self, text, make_export):
        assert rows(check(make_export({}, {"help": text}), certify=False), "help.email") == [3]

    @pytest.mark.parametrize(
        "text",
        [
            "07700 900123",
            "ring 020 7946 0958",
            "+44 (0)20 7946 0958",
            "(0161) 496 0000",
            "tel:01632-960-001",
            "+1 202 555 0143",
            "0044 7700 900 123",
        ],
    )
    def test_a_telephone_number_is_found(self, text, make_export):
        assert rows(check(make_export({"help": text}), certify=False), "help.phone") == [2]

    @pytest.mark.parametrize(
        "text",
        [
            "look at this. And that",
            "60% of our 2016-17 budget, £1,250,000 or 0.123456789 of it",
            "we meet @ noon",
            "12345678901",
            "2016/17 2017/18 2018/19",
            "Section 75 at scale",
        ],
    )
    def test_ordinary_text_is_left_alone(self, text, make_export):
        result = check(make_export({"help": text}), certify=False)
        assert result.failures.height == 0

    def test_the_text_beside_other_is_read_too(self, make_export):
        assert rows(check(make_export({"plans.other_text": "a@b.uk"}), certify=False), "plans.other_text.email") == [2]

    def test_the_name_of_the_posts_holder(self, make_export, population):
        frame = population.with_columns(pl.Series("holder", ["Ann Example", None, "", *["Bo"] * 37]))
        context = CheckContext(rules=RulesFile(privacy=Privacy(names="holder")))
        texts = ("I, ANN EXAMPLE, ask", "Ann Example", "Ann Example", "Bo says")
        result = check(make_export(*({"help": text} for text in texts)), frame=frame, context=context, certify=False)
        assert rows(result, "help.name") == [2]

    def test_a_team_may_make_it_critical_or_leave_it_out(self, make_export):
        critical = CheckContext(rules=RulesFile(privacy=Privacy(email="critical", phone=None)))
        result = check(make_export({"help": "a@b.uk 07700 900123"}), context=critical, certify=False)
        assert result.failures.select("rule", "severity").rows() == [("help.email", "critical")]

    def test_an_unknown_column_of_names_is_an_error(self, make_export, population):
        context = dataclasses.replace(CheckContext(), rules=RulesFile(privacy=Privacy(names="regoin")))
        with pytest.raises(ProjectError, match="Did you mean 'region'"):
            check(make_export({}), frame=population, context=context, certify=False)
