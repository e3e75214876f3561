"""A corpus of seeded faults over the live questionnaire, and a scorer: every fault is found by both witnesses, and nothing else is."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from barometer.intake import Export
from barometer.questionnaire import Question, Questionnaire, load
from barometer.validation import CheckContext, CheckResult, Rule, RulesFile, check
from barometer.validation.settings import Privacy

ROOT = Path(__file__).parents[2]
WAVE = "2016-spring"
CLEAN_ROWS = 60
Row = dict[str, str | datetime | None]

#: Faults that need other submissions or a distribution, and are tested in test_quality.py, and the export's own.
NOT_SEEDED = {"quality.alike.limit", "quality.outlying.limit", "quality.variability.limit", "started.readable", "completed.readable"}


@pytest.fixture(scope="module")
def live() -> Questionnaire:
    return load(ROOT / "data" / "questionnaire.toml")


@dataclass(frozen=True)
class Score:
    """How a check did on the corpus."""

    seeded: int
    found: int
    missed: tuple[str, ...]
    false_alarms: tuple[str, ...]


def score(result: CheckResult, seeded: dict[int, list[str]]) -> Score:
    """Compares the failures of a check with the faults that were put into each row."""
    found = set(result.failures.select("row", "rule").iter_rows())
    wanted = [(row, rule) for row, rules in seeded.items() for rule in rules]
    missed = [f"{rule} in row {row}" for row, rule in wanted if (row, rule) not in found]
    alarms = [f"{rule} in row {row}" for row, rule in sorted(found, key=str) if row not in seeded]
    return Score(len(wanted), len(wanted) - len(missed), tuple(missed), tuple(alarms))


def clean(questionnaire: Questionnaire, number: int, rng: random.Random) -> Row:
    """A submission that every rule lets pass."""
    started = datetime(2016, 3, 2, 9, 0) + timedelta(minutes=17 * number)
    row: Row = {
        "respondent": f"R{number:04}",
        "post": f"P{number:04}",
        "started": started,
        "completed": started + timedelta(minutes=rng.randint(10, 14)),
    }
    for question in questionnaire.asked_in(WAVE):
        row |= dict.fromkeys(question.columns(WAVE))
        if question.shown_if is not None and not shown(question, row):
            continue
        row |= answer(question, rng)
    row["post_title"] = "chair" if number % 2 == 0 else "ao"
    return row


def shown(question: Question, row: Row) -> bool:
    condition = question.shown_if
    assert condition is not None
    return any(row.get(f"{condition.question}.{code}") == "1" or row.get(condition.question) == code for code in condition.any_of)


def answer(question: Question, rng: random.Random) -> Row:
    codes = [option.code for option in question.options_in(WAVE)]
    items = [f"{question.id}.{item.id}" for item in question.items_in(WAVE)]
    if question.kind == "multiple":
        usual = [option.code for option in question.options_in(WAVE) if not option.exclusive and not option.other]
        return {f"{question.id}.{code}": "1" for code in rng.sample(usual, rng.randint(1, 3))}
    if question.kind == "battery":
        return {item: codes[(place + rng.randint(0, 2)) % 4] for place, item in enumerate(items)}
    if question.kind == "ranking":
        return {item: str(rank) for rank, item in enumerate(rng.sample(items, question.ranks or len(items)), start=1)}
    if question.kind == "allocation":
        return {**dict.fromkeys(items, "10"), items[0]: str(100 - 10 * (len(items) - 1))}
    if question.kind == "numeric":
        return {question.id: str(rng.randint(3, 8))}
    return {question.id: rng.choice(codes) if codes else "More time, fewer returns"}


def fault(rule: Rule, row: Row, questionnaire: Questionnaire) -> Row:
    """Changes to a clean submission that make it fail a rule, from what the rule is called and not from how it is evaluated."""
    start = row["started"]
    assert isinstance(start, datetime)
    of_submission: dict[str, Row] = {
        "respondent.present": {"respondent": None},
        "respondent.unique": {"respondent": "R0000"},
        "post.present": {"post": None},
        "post.unique": {"post": "P0000"},
        "post.in_frame": {"post": "P9999"},
        "post.role": {"post_title": "ao" if row["post_title"] == "chair" else "chair"},
        "completed.blank": {"completed": None},
        "completed.order": {"completed": start - timedelta(seconds=1)},
        "completed.window": {"completed": datetime(2016, 4, 16)},
        "quality.pace.limit": {"completed": start + timedelta(seconds=30)},
        "quality.signs.look": {column: "neither" for column in row if column.startswith(("savings.", "integration."))},
        "quality.blank.limit": {column: None for column in row if column.startswith(("savings.", "integration.", "approach.", "time."))},
        "confident_in_an_unplanned_deficit": {"year_end": "unplanned_deficit", "financial_confidence": "9"},
    }
    if rule.id in of_submission:
        return of_submission[rule.id]
    id, _, rest = rule.id.partition(".")
    question = questionnaire.question(id)
    columns = [column for column in question.columns(WAVE) if not column.endswith(".other_text")]
    place = rule.id.removesuffix(f".{rule.check}")
    if rule.check in ("code", "box"):
        return {place: "zz"}
    if rule.check == "number":
        return {place: "about 5"}
    if rule.check == "range":
        return {place: {"ranking": "9", "allocation": "101", "numeric": "11"}[question.kind]}
    if rule.check == "total":
        return {columns[0]: "71"}
    if rule.check == "ranks":
        return {column: "1" for column in columns if row[column] == "2"}
    if rule.check == "incomplete":
        return {column: None for column in columns if row[column] == "3"}
    if rule.check == "required":
        return dict.fromkeys(columns) if question.kind != "battery" else {place: None}
    if rule.check == "routing":
        condition = question.shown_if
        assert condition is not None
        asked = questionnaire.question(condition.question)
        cleared = dict.fromkeys(f"{asked.id}.{code}" for code in condition.any_of)
        return {**cleared, f"{asked.id}.alliance_contract": "1", columns[0]: question.options[0].code}
    if rule.check == "exclusive":
        usual = next(f"{id}.{option.code}" for option in question.options_in(WAVE) if not option.exclusive)
        return {place: "1", usual: "1"}
    if rule.check == "unticked":
        return {f"{id}.other": None, f"{id}.other_text": "a partnership"}
    if rule.check == "missing":
        return {f"{id}.other": "1", f"{id}.other_text": None}
    if rule.check in ("email", "phone"):
        other = {f"{id}.other": "1"} if rest.startswith("other_text") else {}
        return {**other, place: {"email": "ask jo@example.nhs.uk", "phone": "ring 07700 900123"}[rule.check]}
    if rule.check == "straight":
        return dict.fromkeys(columns, "neither")
    if rule.check == "name":
        other = {f"{id}.other": "1"} if rest.startswith("other_text") else {}
        return {**other, place: "I am ANN EXAMPLE"}
    raise AssertionError(f"no fault is known for {rule.id}")


def exported(rows: list[Row], questionnaire: Questionnaire) -> Export:
    names = ["respondent", "started", "completed", "post"]
    names += [column for question in questionnaire.asked_in(WAVE) for column in question.columns(WAVE)]
    schema = {name: pl.Datetime("us") if name in ("started", "completed") else pl.String for name in names}
    frame = pl.DataFrame({name: [row[name] for row in rows] for name in names}, schema=schema)
    frame = frame.with_row_index("row", offset=2).with_columns(pl.col("row").cast(pl.Int64))
    nothing = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String})
    return Export(Path("responses.csv"), WAVE, questionnaire, "utf-8", frame, nothing)


@pytest.fixture(scope="module")
def context() -> CheckContext:
    from barometer.validation import load_rules

    rules = load_rules(ROOT / "validation" / "rules.toml")
    rules = RulesFile(rules=rules.rules, privacy=Privacy(names="holder"))
    return CheckContext(
        rules=rules, fieldwork_start=date(2016, 3, 1), fieldwork_end=date(2016, 4, 15), role_question="post_title", role_column="role"
    )


@pytest.fixture(scope="module")
def posts() -> pl.DataFrame:
    numbers = range(600)
    return pl.DataFrame(
        {
            "post": [f"P{number:04}" for number in numbers],
            "role": ["chair" if number % 2 == 0 else "ao" for number in numbers],
            "holder": ["Ann Example"] * len(numbers),
        }
    )


def test_no_false_alarm_on_clean_submissions(live, context, posts):
    rng = random.Random(4)
    result = check(exported([clean(live, number, rng) for number in range(200)], live), frame=posts, context=context, certify=False)
    assert result.failures.filter(pl.col("rule") != "quality.outlying.limit").height == 0


@pytest.mark.slow
def test_every_seeded_fault_is_found_by_both_witnesses(live, context, posts):
    """Every rule alone, then pairs of rules in one submission, among clean submissions."""
    rng = random.Random(2016)
    rows = [clean(live, number, rng) for number in range(CLEAN_ROWS)]
    rules = [rule for rule in check(exported(rows, live), frame=posts, context=context, certify=False).rules if not rule.table]
    seedable = [rule for rule in rules if rule.id not in NOT_SEEDED]
    assert len(seedable) > 90
    seeded: dict[int, list[str]] = {}
    pairs = [pair for pair in itertools.combinations(seedable, 2) if pair[0].id.partition(".")[0] != pair[1].id.partition(".")[0]]
    for put in [*((rule,) for rule in seedable), *rng.sample([pair for pair in pairs if independent(*pair)], 150)]:
        row = clean(live, len(rows), rng)
        for rule in put:
            row |= fault(rule, row, live)
        seeded[len(rows) + 2] = [rule.id for rule in put]
        rows.append(row)
    # The first submission has the identifier and the post that two faults repeat.
    seeded[2] = ["respondent.unique", "post.unique"]
    result = check(exported(rows, live), frame=posts, context=context)
    assert result.certified
    outcome = score(result, seeded)
    assert outcome.missed == ()
    assert [alarm for alarm in outcome.false_alarms if not alarm.startswith("quality.outlying")] == []
    assert outcome.found == outcome.seeded > 390
    assert result.counts["read"] == len(rows) == result.counts["accepted"] + result.counts["quarantined"]


def independent(one: Rule, two: Rule) -> bool:
    """Whether two faults can stand in one submission: neither undoes the other."""
    heads = {one.id.partition(".")[0], two.id.partition(".")[0]}
    undoing = [
        {"quality", "completed"},
        {"quality", "integration"},
        {"quality", "savings"},
        {"quality", "approach"},
        {"quality", "time"},
        {"quality", "priorities"},
        {"post", "post_title"},
        {"contracting", "accountable_care_lead"},
        {"confident_in_an_unplanned_deficit", "year_end"},
        {"confident_in_an_unplanned_deficit", "financial_confidence"},
    ]
    names = any("name" in (one.check, two.check) and other.id in ("post.present", "post.in_frame") for other in (one, two))
    return heads not in undoing and not names


#: Values that two engines might read differently.
NASTY = [
    *("1e5", "NaN", "nan", "inf", "-inf", "-0", "+5", "５", "1_000", "0x10", "1.", ".5", "5.0", "5.50", "007", "1,5", "1 000"),
    *("None", "NULL", "null", "true", "True", "0", "1", "2", "100", "-1", "1e400", "9" * 40, "0." + "3" * 40),
    *("é", "e\u0301", "\u200b1", "1\u00a0", "’", "😀", "İ", "ẞ", "ß", "Σ", "ς", "a" * 3000, "\ufeff1", "\x1f1", "\u2028", "a\nb", "7\n"),
    *("chair", "Chair", "neither", "x@y.zz", "０７７００９００１２３", "07700 900123\n", "+44\u00a07700900123", "at", "a at b dot c"),
]


@pytest.mark.slow
def test_the_witnesses_agree_on_values_that_engines_read_differently(live, context, posts):
    rng = random.Random(7)
    rows = []
    for number in range(150):
        row = clean(live, number, rng)
        for column in rng.sample([name for name in row if name not in ("started", "completed")], 25):
            row[column] = rng.choice([*NASTY, None])
        rows.append(row)
    result = check(exported(rows, live), frame=posts, context=context)
    assert result.certified
    assert result.counts["read"] == 150
