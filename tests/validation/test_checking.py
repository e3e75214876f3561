from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import polars as pl
import pytest

from barometer.errors import EvaluationError, GateError, ProjectError
from barometer.intake import ExportSettings, read_export
from barometer.questionnaire import Condition
from barometer.validation import CheckContext, RulesFile, check, gate, suite, write_outputs
from barometer.validation.certifying import agree, certify
from barometer.validation.settings import Coverage, Quota, TeamRule

#: A change to a clean submission, and the one rule that must then fail.
FAULTS = [
    ({"respondent": None}, "respondent.present"),
    ({"post": None}, "post.present"),
    ({"post": "P99"}, "post.in_frame"),
    ({"role": "ao"}, "post.role"),
    ({"completed": "2016-04-16 00:00:00"}, "completed.window"),
    ({"completed": "2016-03-02 09:59:59"}, "completed.order"),
    ({"completed": None}, "completed.blank"),
    ({"role": None}, "role.required"),
    ({"role": "King"}, "role.code"),
    ({"plans.acs": "maybe", "plans.aco": "1"}, "plans.acs.box"),
    ({"plans.acs": None, "plans.other": None, "plans.other_text": None, "lead": None}, "plans.required"),
    ({"plans.none": "1", "plans.acs": "1"}, "plans.none.exclusive"),
    ({"plans.other": None}, "plans.other_text.unticked"),
    ({"plans.other_text": None}, "plans.other_text.missing"),
    ({"plans.acs": None}, "lead.routing"),
    ({"plans.acs": "0"}, "lead.routing"),
    ({"lead": None}, "lead.required"),
    ({"lead": "A king"}, "lead.code"),
    ({"levers.i3": "z"}, "levers.i3.code"),
    ({"confidence": "seven"}, "confidence.number"),
    ({"confidence": "7.5"}, "confidence.number"),
    ({"confidence": "NaN"}, "confidence.number"),
    ({"confidence": "inf"}, "confidence.number"),
    ({"confidence": "1e1"}, "confidence.number"),
    ({"confidence": "11"}, "confidence.range"),
    ({"confidence": "0"}, "confidence.range"),
    ({"first.beds": "1"}, "first.ranks"),
    ({"first.staff": None}, "first.ranks"),
    ({"first.time": None}, "first.incomplete"),
    ({"share.own": "51"}, "share.total"),
    ({"share.own": None}, "share.total"),
    ({"share.own": "-10", "share.stp": "90.5"}, "share.own.range"),
]


def failing(result) -> set[str]:
    return set(result.failures["rule"])


def test_a_clean_export_has_no_failure(make_export, population, context):
    result = check(make_export({}, {}, {}), frame=population, context=context, certify=False)
    assert result.failures.height == 0
    assert result.counts == {"read": 3, "accepted": 3, "quarantined": 0}
    assert result.passed
    assert not result.certified


@pytest.mark.parametrize(("change", "rule"), FAULTS, ids=[f"{rule}-{number}" for number, (_, rule) in enumerate(FAULTS)])
def test_each_fault_is_found_in_its_row_and_nowhere_else(change, rule, make_export, population, context):
    result = check(make_export({}, {}, change, {}), frame=population, context=context, certify=False)
    found = result.failures.filter(pl.col("rule") == rule)
    assert found["row"].to_list() == [4]
    assert set(result.failures["row"]) == {4}


@pytest.mark.parametrize("condition", [{"any_of": ["chair"]}, {"none_of": ["ao"]}])
def test_routing_by_a_single_choice_holds_those_who_were_not_shown_the_question(condition, make_export, context):
    export = make_export({}, {"role": "ao", "confidence": "3"}, {"role": "ao", "confidence": None})
    asked = export.questionnaire.question("confidence").model_copy(update={"shown_if": Condition(question="role", **condition)})
    questions = tuple(asked if one.id == "confidence" else one for one in export.questionnaire.questions)
    routed = dataclasses.replace(export, questionnaire=export.questionnaire.model_copy(update={"questions": questions}))
    result = check(routed, context=context, certify=False)
    told = result.failures.filter(pl.col("rule") == "confidence.routing")
    assert told["row"].to_list() == [export.frame["row"][1]]


def test_both_witnesses_find_every_fault(make_export, population, context):
    """All faults together, with clean rows between them: the certificate names the very same rows."""
    changes = [change for fault, _ in FAULTS for change in (fault, {})][:40]
    result = check(make_export(*changes), frame=population, context=context)
    assert result.certified
    assert result.witness.startswith("great_expectations ")
    rest = check(make_export(*(fault for fault, _ in FAULTS[20:])), frame=population, context=context)
    assert {rule for _, rule in FAULTS} - {"post.role"} <= failing(result) | failing(rest)


def test_every_member_of_a_duplicate_is_held(make_export, population, context):
    export = make_export({"post": "P01"}, {}, {"post": "P01"}, {"respondent": "R01", "role": "ao"})
    result = check(export, frame=population, context=context, certify=False)
    assert result.quarantined.to_list() == [2, 4, 5]
    reasons = dict(result.failures.select("row", "reason").filter(pl.col("reason").str.contains("post")).iter_rows())
    assert reasons[2] == "two submissions name the post P01; neither is used until one is removed"
    reasons = result.failures.filter(pl.col("rule") == "respondent.unique")["reason"].to_list()
    assert reasons == ["two submissions have the identifier R01; neither is used until one is removed"] * 2


def test_three_submissions_for_a_post_are_counted(make_export, population, context):
    result = check(
        make_export({"post": "P01"}, {"post": "P01", "role": "chair"}, {"post": "P01"}), frame=population, context=context, certify=False
    )
    assert result.failures["reason"][0] == "three submissions name the post P01; none of them is used until one is removed"


def test_an_unreadable_time_is_critical(make_export, population, context):
    export = make_export({}, {"completed": None}, unreadable=((3, "completed"),))
    result = check(export, frame=population, context=context, certify=False)
    assert failing(result) == {"completed.readable", "completed.blank"}
    assert result.quarantined.to_list() == [3]


def test_a_warning_leaves_the_row_in(make_export, population, context):
    result = check(make_export({"first.time": None}), frame=population, context=context, certify=False)
    assert result.failures["severity"].to_list() == ["warning"]
    assert result.counts["accepted"] == 1


def test_the_team_decides_severities(make_export, population, context):
    rules = RulesFile(severity={"incomplete": "critical", "role.code": "info"})
    stricter = dataclasses.replace(context, rules=rules)
    result = check(make_export({"first.time": None}, {"role": "King"}), frame=population, context=stricter, certify=False)
    assert dict(result.failures.select("rule", "severity").iter_rows()) == {"first.incomplete": "critical", "role.code": "info"}


def test_a_severity_that_names_no_rule_is_an_error(make_export, population):
    context = CheckContext(rules=RulesFile(severity={"exclusiv": "info"}))
    with pytest.raises(ProjectError, match="Did you mean 'exclusive'"):
        check(make_export({}), frame=population, context=context, certify=False)


def test_a_team_rule_needs_no_python(make_export, population):
    rule = TeamRule(id="sure", label="nobody is sure alone", fails_if="confidence > 8 and not plans.acs", severity="critical")
    context = CheckContext(rules=RulesFile(rules=(rule,)))
    changes = (
        {"confidence": "9", "plans.acs": None, "plans.aco": "1"},
        {"confidence": "9"},
        {"confidence": None, "plans.acs": None, "lead": None},
    )
    result = check(make_export(*changes), frame=population, context=context, certify=False)
    assert result.failures.filter(pl.col("rule") == "sure")["row"].to_list() == [2]


def test_a_team_rule_reads_the_population_frame(make_export, population):
    rule = TeamRule(id="small", label="the south is not small", fails_if="frame.region == 'south' and frame.size < 3")
    context = CheckContext(rules=RulesFile(rules=(rule,)))
    result = check(make_export({}, {}, {}, {}), frame=population, context=context, certify=False)
    assert result.failures["row"].to_list() == [4]


def test_a_quota_counts_accepted_rows_and_has_no_row(make_export, population):
    quota = Quota(column="region", level="north", minimum=2)
    context = CheckContext(rules=RulesFile(quotas=(quota,)))
    assert failing(check(make_export({}, {}, {}), frame=population, context=context, certify=False)) == set()
    result = check(make_export({"role": "King"}, {}, {}), frame=population, context=context)
    missed = result.failures.filter(pl.col("rule") == "quota.region.north")
    assert missed["row"].to_list() == [None]
    assert missed["severity"].to_list() == ["warning"]


@pytest.mark.parametrize(("waves", "missed"), [(None, 1), (("w1",), 1), (("another",), 0)])
def test_a_quota_may_belong_to_some_waves(make_export, waves, missed):
    context = CheckContext(rules=RulesFile(quotas=(Quota(column="role", level="chair", minimum=5, waves=waves),)))
    result = check(make_export({}, {}), context=context, certify=False)
    assert result.failures.filter(pl.col("rule") == "quota.role.chair").height == missed


def test_a_quota_on_an_unknown_column_is_an_error(make_export, population):
    context = CheckContext(rules=RulesFile(quotas=(Quota(column="regoin", level="north", minimum=2),)))
    with pytest.raises(ProjectError, match="Did you mean 'region'"):
        check(make_export({}), frame=population, context=context, certify=False)


def test_coverage_counts_the_values_that_accepted_rows_reach(make_export, population):
    def missed(share: float, column: str, *changes: dict[str, object]) -> int:
        context = CheckContext(rules=RulesFile(coverage=(Coverage(column=column, minimum=share),)))
        result = check(make_export(*changes), frame=population, context=context, certify=False)
        return result.failures.filter(pl.col("rule") == f"coverage.{column}").height

    regions = population["region"].n_unique()
    assert regions == 2
    assert missed(1.0, "region", {}, {}, {}, {}) == 0
    assert missed(0.5, "region", {}) == 0
    assert missed(1.0, "region", {}) == 1
    context = CheckContext(rules=RulesFile(coverage=(Coverage(column="region", minimum=1.0),)))
    assert check(make_export({}), frame=population, context=context).failures.height == 1  # Great Expectations agrees
    # The only submission from the south is put aside: its region is not covered.
    assert missed(1.0, "region", {}, {}, {"role": "King"}) == 1
    assert missed(4 / population.height, "post", {}, {}, {}, {}) == 0
    assert missed(4 / population.height, "post", {}, {}, {}, {"post": "P99"}) == 1


def test_coverage_of_an_unknown_column_is_an_error(make_export, population):
    context = CheckContext(rules=RulesFile(coverage=(Coverage(column="regoin", minimum=0.5),)))
    with pytest.raises(ProjectError, match="Did you mean 'region'"):
        check(make_export({}), frame=population, context=context, certify=False)
    with pytest.raises(ProjectError, match="no population frame"):
        check(make_export({}), context=context, certify=False)


def test_a_column_that_names_the_wave_must_name_this_one(tmp_path, make_export):
    export = make_export({}, {})
    questionnaire = export.questionnaire.model_copy(update={"questions": export.questionnaire.questions[:1]})
    (tmp_path / "responses.csv").write_text("id,wave,role\na,w1,Chair\nb,w0,Chair\n", encoding="utf-8")
    read = read_export(tmp_path / "responses.csv", questionnaire, "w1", ExportSettings(respondent="id", wave="wave"))
    result = check(read, context=CheckContext())
    assert result.failures.select("row", "rule").rows() == [(3, "wave.code")]


def test_without_a_frame_no_post_is_looked_up(make_export):
    result = check(make_export({"post": "P99"}), certify=False)
    assert failing(result) == set()


def test_a_frame_that_names_a_post_twice_is_an_error(make_export, population):
    with pytest.raises(ProjectError, match="names a post twice"):
        check(make_export({}), frame=pl.concat([population, population]), certify=False)


def test_a_frame_without_its_key_is_an_error(make_export, population):
    with pytest.raises(ProjectError, match="Did you mean 'posts'"):
        check(make_export({}), frame=population.rename({"post": "posts"}), certify=False)


@pytest.mark.parametrize("rows", [0, 1])
def test_an_export_of_hardly_any_rows(rows, make_export, population, context):
    result = check(make_export(*[{}] * rows), frame=population, context=context, certify=False)
    assert result.counts == {"read": rows, "accepted": rows, "quarantined": 0}
    assert result.passed == bool(rows)


def test_a_role_of_the_frame_must_be_an_answer(make_export, population, context):
    frame = population.with_columns(pl.lit("Emperor").alias("role"))
    with pytest.raises(ProjectError, match="'Emperor'"):
        check(make_export({}), frame=frame, context=context, certify=False)


def test_no_answer_stands_in_what_is_written(make_export, population, context, tmp_path: Path):
    secret = "zzsecretzz"
    columns = ["role", "lead", "levers.i1", "confidence", "first.beds", "share.own", "plans.acs", "help", "plans.other_text"]
    export = make_export(dict.fromkeys(columns, secret), {"role": secret})
    result = check(export, frame=population, context=context)
    written = write_outputs(result, tmp_path / "public", private=tmp_path / "private")
    assert [path.name for path in written] == [
        "summary.json",
        "quarantine.csv",
        "warnings.csv",
        "amendments.csv",
        "suite.json",
        "accepted.parquet",
    ]
    for path in (tmp_path / "public").iterdir():
        assert secret not in path.read_text(encoding="utf-8")
    header = (tmp_path / "public" / "quarantine.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "row,respondent,rule,severity,reason,columns"


def test_accepted_rows_go_to_the_private_folder(make_export, population, context, tmp_path: Path):
    result = check(make_export({}, {"role": "King"}, {}), frame=population, context=context, certify=False)
    write_outputs(result, tmp_path, private=tmp_path / "private")
    assert pl.read_parquet(tmp_path / "private" / "accepted.parquet")["respondent"].to_list() == ["R01", "R03"]
    assert not list(tmp_path.glob("*.parquet"))


def test_the_same_data_give_the_same_files(make_export, population, context, tmp_path: Path):
    for name in ("one", "two"):
        write_outputs(check(make_export({}, {"role": "King"}), frame=population, context=context, certify=False), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_suite_snapshot_is_sorted_and_lists_no_long_list_of_posts(make_export, context):
    many = pl.DataFrame({"post": [f"P{number:03}" for number in range(200)], "role": ["Chair"] * 200})
    written = suite(check(make_export({}), frame=many, context=context, certify=False))
    rules = [entry["rule"] for entry in written["expectations"]]
    assert rules == sorted(rules)
    arguments = {entry["rule"]: entry["arguments"] for entry in written["expectations"]}
    assert arguments["post.in_frame"]["value_set"]["values"] == 200
    assert arguments["completed.window"]["min_value"] == "2016-03-01T00:00:00"
    json.dumps(written)


def test_an_identifier_is_not_a_formula(make_export, tmp_path: Path):
    result = check(make_export({"respondent": "=1+1", "role": "King"}), certify=False)
    write_outputs(result, tmp_path)
    assert "'=1+1" in (tmp_path / "quarantine.csv").read_text(encoding="utf-8")


def test_a_submission_of_another_wave(make_export):
    export = make_export({}, {})
    export = dataclasses.replace(export, frame=export.frame.with_columns(pl.Series("wave", ["w1", "w2"])))
    result = check(export, certify=False)
    assert result.failures.select("row", "rule").rows() == [(3, "wave.code")]


def test_an_address_in_place_of_an_identifier_is_not_passed_on(make_export, population, tmp_path: Path):
    address = "jo@example.nhs.uk"
    export = make_export({"respondent": address, "post": address}, {"respondent": address, "post": address})
    result = check(export, frame=population, certify=False)
    assert set(result.failures["rule"]) == {"respondent.unique", "post.unique", "post.in_frame"}
    write_outputs(result, tmp_path)
    assert not [path.name for path in tmp_path.iterdir() if "example.nhs" in path.read_text(encoding="utf-8")]


class TestGate:
    def result(self, make_export, bad: int, **limits):
        changes = [{"role": "King"}] * bad + [{}] * (10 - bad)
        return check(make_export(*changes), context=CheckContext(rules=RulesFile(**limits)), certify=False)

    def test_the_limit_itself_passes(self, make_export):
        result = self.result(make_export, 1, maximum_quarantined=0.1)
        assert result.passed
        gate(result)

    def test_too_many_in_the_quarantine(self, make_export):
        result = self.result(make_export, 2, maximum_quarantined=0.1)
        assert not result.passed
        with pytest.raises(GateError, match=r"2 of 10 \(20.0 per cent\)") as raised:
            gate(result)
        assert raised.value.exit_code == 1
        assert "the answer to Q1 is one that was offered (2 rows)" in str(raised.value)

    def test_too_few_accepted(self, make_export):
        result = self.result(make_export, 1, minimum_accepted=10)
        with pytest.raises(GateError, match="Too few"):
            gate(result)

    def test_fail_on(self, make_export):
        warned = check(make_export({"first.time": None}), certify=False)
        gate(warned)
        gate(warned, fail_on="critical")
        with pytest.raises(GateError, match="1 rule does not hold"):
            gate(warned, fail_on="warning")


class TestWitnesses:
    def test_a_disagreement_names_the_rule_and_the_rows(self, make_export, population, context):
        result = check(make_export({}, {"role": "King"}), frame=population, context=context, certify=False)
        job = result.job()
        certificate = certify(job)
        wrong = dataclasses.replace(certificate, positions={**certificate.positions, "role.code": (0,)})
        with pytest.raises(EvaluationError, match=r"role\.code: only polars fails row 3\. only Great Expectations fails row 2") as raised:
            agree(wrong, job, result.flags, result.failing, result.table["row"])
        assert raised.value.exit_code == 3

    def test_a_fault_in_the_first_witness_is_caught_by_the_second(self, make_export, monkeypatch):
        """The arithmetic of polars is broken on purpose: nothing is certified."""
        monkeypatch.setattr("barometer.validation.polars_terms.PolarsTerms.ranks", lambda _, numbers: numbers[0].eq_missing(numbers[0]))
        with pytest.raises(EvaluationError, match=r"first\.ranks: only Great Expectations fails row 3"):
            check(make_export({}, {"first.beds": "1"}))

    def test_a_fault_in_the_second_witness_is_caught_by_the_first(self, make_export, monkeypatch):
        monkeypatch.setattr("barometer.validation.numpy_terms.NumpyTerms.ranks", lambda _, numbers: numbers[0] == numbers[0])
        with pytest.raises(EvaluationError, match=r"first\.ranks: only polars fails row 3"):
            check(make_export({}, {"first.beds": "1"}))

    def test_a_rule_without_an_answer_is_an_error(self, make_export):
        result = check(make_export({}), certify=False)
        job = result.job()
        certificate = certify(job)
        with pytest.raises(EvaluationError, match="did not answer every rule"):
            agree(dataclasses.replace(certificate, positions={}), job, {}, {}, result.table["row"])

    def test_an_expectation_that_cannot_be_evaluated_is_an_error(self, make_export):
        job = check(make_export({}), certify=False).job()
        with pytest.raises(EvaluationError, match="could not evaluate every rule"):
            certify(dataclasses.replace(job, table=job.table.drop("role")))

    def test_many_rows_are_certified_by_their_failure_counts(self, make_export, population, context, monkeypatch):
        monkeypatch.setattr("barometer.validation.certifying.ROWS_AT_MOST", 2)
        result = check(make_export({}, {"role": "King"}, {}), frame=population, context=context)
        assert result.witness.endswith("(failure counts)")
        assert result.job().rows == ()
        assert result.quarantined.to_list() == [3]

    def test_counts_that_differ_are_an_error(self, make_export, monkeypatch):
        monkeypatch.setattr("barometer.validation.certifying.ROWS_AT_MOST", 0)
        result = check(make_export({"role": "King"}), certify=False)
        job = result.job()
        certificate = certify(job)
        with pytest.raises(EvaluationError, match=r"role\.code: the counts differ"):
            agree(certificate, job, result.flags, {**result.failing, "role.code": 0}, result.table["row"])

    def test_a_quick_check_can_be_certified_later(self, make_export, population, context):
        quick = check(make_export({}, {"role": "King"}), frame=population, context=context, certify=False)
        job = quick.job()
        certified = quick.certified_by(certify(job), job)
        assert certified.witness.startswith("great_expectations ")
        assert certified.failures.equals(quick.failures)
        assert certified.summary == {**quick.summary, "witness": certified.witness}
