"""Two exports of a real platform, with the answers of real people, counted by the intake and by hand.

The files are not part of the project: `StarWars.csv` and `comma-survey.csv`, as FiveThirtyEight published them under CC BY 4.0. The
tests look for them in the folder that BAROMETER_REAL_EXPORTS names, or in `shared/real-exports` beside the repository.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from barometer.intake import Export, ExportSettings, Responses, read_export, typed
from barometer.questionnaire import Questionnaire, parse

FOLDER = Path(os.environ.get("BAROMETER_REAL_EXPORTS") or Path(__file__).parents[2].parent / "shared" / "real-exports")

pytestmark = pytest.mark.skipif(
    not (FOLDER / "StarWars.csv").is_file(), reason="the real exports are not here; name their folder in BAROMETER_REAL_EXPORTS"
)

INCOME = ["$0 - $24,999", "$25,000 - $49,999", "$50,000 - $99,999", "$100,000 - $149,999", "$150,000+"]
AGE = ["18-29", "30-44", "45-60", "> 60"]
EDUCATION = [
    "Less than high school degree",
    "High school degree",
    "Some college or Associate degree",
    "Bachelor degree",
    "Graduate degree",
]
REGION = ["New England", "Middle Atlantic", "East North Central", "West North Central", "South Atlantic", "East South Central"]
REGION += ["West South Central", "Mountain", "Pacific"]
EPISODES = ["I  The Phantom Menace", "II  Attack of the Clones", "III  Revenge of the Sith", "IV  A New Hope"]
FILMS = [f"Star Wars: Episode {name}" for name in (*EPISODES, "V The Empire Strikes Back", "VI Return of the Jedi")]
CHARACTERS = [
    "Han Solo",
    "Luke Skywalker",
    "Princess Leia Organa",
    "Anakin Skywalker",
    "Obi Wan Kenobi",
    "Emperor Palpatine",
    "Darth Vader",
]
CHARACTERS += ["Lando Calrissian", "Boba Fett", "C-3P0", "R2 D2", "Jar Jar Binks", "Padme Amidala", "Yoda"]
FAVOUR = ["Very favorably", "Somewhat favorably", "Neither favorably nor unfavorably (neutral)", "Somewhat unfavorably", "Very unfavorably"]
FAVOUR += ["Unfamiliar (N/A)"]
YES_NO = ["Yes", "No"]
CARE = ["A lot", "Some", "Not much", "Not at all"]
IMPORTANT = [
    "Very important",
    "Somewhat important",
    "Neither important nor unimportant (neutral)",
    "Somewhat unimportant",
    "Very unimportant",
]


def code(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def options(labels: list[str]) -> list[dict[str, str]]:
    return [{"code": code(label), "label": label} for label in labels]


def items(labels: list[str]) -> list[dict[str, str]]:
    return [{"id": code(label), "label": label} for label in labels]


def single(id: str, text: str, labels: list[str], **more: Any) -> dict[str, Any]:
    return {"id": id, "kind": "single", "text": text, "options": options(labels), **more}


def questionnaire(*questions: dict[str, Any]) -> Questionnaire:
    full = [{"theme": "t", "short": question["id"], **question} for question in questions]
    return parse({"title": "Real", "language": "en-US", "themes": [{"id": "t", "title": "T"}], "questions": full})


ABOUT = [
    single("gender", "Gender", ["Male", "Female"]),
    single("age", "Age", AGE),
    single("income", "Household Income", INCOME),
    single("education", "Education", EDUCATION),
    single("region", "Location (Census Region)", REGION),
]

SEEN = {"question": "seen_any", "any_of": ["yes"]}
STAR_WARS = [
    single("seen_any", "Have you seen any of the 6 films in the Star Wars franchise?", YES_NO),
    single("fan", "Do you consider yourself to be a fan of the Star Wars film franchise?", YES_NO, shown_if=SEEN),
    {
        "id": "seen",
        "kind": "multiple",
        "text": "Which of the following Star Wars films have you seen? Please select all that apply.",
        "options": options(FILMS),
        "shown_if": SEEN,
    },
    {
        "id": "ranked",
        "kind": "ranking",
        "text": "Please rank the Star Wars films in order of preference with 1 being your favorite film in the franchise and 6 being "
        "your least favorite film.",
        "items": items(FILMS),
        "shown_if": SEEN,
    },
    {
        "id": "favour",
        "kind": "battery",
        "text": "Please state whether you view the following characters favorably, unfavorably, or are unfamiliar with him/her.",
        "options": options(FAVOUR),
        "items": items(CHARACTERS),
        "shown_if": SEEN,
    },
    single("shot_first", "Which character shot first?", ["Han", "Greedo", "I don’t understand this question"], shown_if=SEEN),
    single("expanded", "Are you familiar with the Expanded Universe?", YES_NO, shown_if=SEEN),
    single(
        "expanded_fan",
        "Do you consider yourself to be a fan of the Expanded Universe?",
        YES_NO,
        shown_if={"question": "expanded", "any_of": ["yes"]},
        # Two bytes that no platform wanted there, read as Windows-1252.
        header="Do you consider yourself to be a fan of the Expanded Universe?Œæ",
    ),
    single("trek_fan", "Do you consider yourself to be a fan of the Star Trek franchise?", YES_NO),
    *ABOUT,
]

KIND = "It's important for a person to be honest, kind"
MILK = "Some experts say it's important to drink milk, but the data"
COMMA = [
    single("serial", "In your opinion, which sentence is more gramatically correct?", [f"{KIND} and loyal.", f"{KIND}, and loyal."]),
    single("heard", "Prior to reading about it above, had you heard of the serial (or Oxford) comma?", YES_NO),
    single(
        "care",
        "How much, if at all, do you care about the use (or lack thereof) of the serial (or Oxford) comma in grammar?",
        CARE,
    ),
    single("milk", "How would you write the following sentence?", [f"{MILK} is inconclusive.", f"{MILK} are inconclusive."]),
    single(
        "considered",
        'When faced with using the word "data", have you ever spent time considering if the word was a singular or plural noun?',
        YES_NO,
    ),
    single(
        "care_data",
        'How much, if at all, do you care about the debate over the use of the word "data" as a singluar or plural noun?',
        CARE,
    ),
    single("grammar", "In your opinion, how important or unimportant is proper use of grammar?", IMPORTANT),
    *ABOUT,
]
# The two sentences differ by a comma alone, which a code made of letters does not show.
COMMA[0]["options"] = [{"code": "without", "label": f"{KIND} and loyal."}, {"code": "with", "label": f"{KIND}, and loyal."}]


@pytest.fixture(scope="module")
def star_wars() -> Export:
    settings = ExportSettings(respondent="RespondentID", header_rows=2)
    return read_export(FOLDER / "StarWars.csv", questionnaire(*STAR_WARS), "2014", settings)


@pytest.fixture(scope="module")
def comma() -> Export:
    return read_export(FOLDER / "comma-survey.csv", questionnaire(*COMMA), "2014", ExportSettings(respondent="RespondentID"))


def by_hand(name: str, encoding: str, header_rows: int) -> list[list[str]]:
    with (FOLDER / name).open(encoding=encoding, newline="") as file:
        return [[cell.strip() for cell in record] for record in csv.reader(file)][header_rows:]


def coded_counts(cells: list[str]) -> Counter[str]:
    return Counter(code(cell) for cell in cells if cell)


def counted(responses: Responses, column: str) -> Counter[str]:
    return Counter(responses.frame[column].drop_nulls().to_list())


def test_star_wars_in_full(star_wars: Export) -> None:
    rows = by_hand("StarWars.csv", "cp1252", 2)
    assert star_wars.encoding == "windows-1252"
    assert len(star_wars) == len(rows) == 1186
    assert star_wars.frame["row"].to_list() == list(range(3, 1189))
    assert star_wars.frame["respondent"].to_list() == [row[0] for row in rows]
    made = typed(star_wars)

    simple = {"seen_any": 1, "fan": 2, "shot_first": 29, "expanded": 30, "trek_fan": 32, "gender": 33, "age": 34, "income": 35}
    simple |= {"education": 36, "region": 37}
    for question, place in simple.items():
        cells = [row[place].replace("'", "’") if question == "shot_first" else row[place] for row in rows]
        assert counted(made, question) == coded_counts(cells), question

    for place, option in enumerate(options(FILMS), start=3):
        boxes = made.frame[f"seen.{option['code']}"]
        assert boxes.sum() == sum(bool(row[place]) for row in rows), option
        assert boxes.count() == sum(any(row[3:9]) for row in rows), "the base is who ticked anything"
    for place, item in enumerate(items(FILMS), start=9):
        ranks = made.frame[f"ranked.{item['id']}"].drop_nulls()
        assert Counter(ranks) == Counter(float(row[place]) for row in rows if row[place]), item
    for place, item in enumerate(items(CHARACTERS), start=15):
        assert counted(made, f"favour.{item['id']}") == coded_counts([row[place] for row in rows]), item


def test_star_wars_states(star_wars: Export) -> None:
    rows = by_hand("StarWars.csv", "cp1252", 2)
    made = typed(star_wars)
    seen = [row[1] == "Yes" for row in rows]
    assert Counter(made.state("seen")) == {
        "not shown": seen.count(False),
        "answered": sum(any(row[3:9]) for row in rows),
        "not answered": sum(yes and not any(row[3:9]) for yes, row in zip(seen, rows, strict=True)),
    }
    # 250 had seen none of the films; 100 more stopped before they said which.
    assert Counter(made.state("fan")) == {"answered": 836, "not shown": 250, "not answered": 100}
    familiar = [row[30] == "Yes" for row in rows]
    assert Counter(made.state("expanded_fan"))["answered"] == sum(bool(row[31]) for row in rows) == familiar.count(True)


def test_comma_survey_in_full(comma: Export) -> None:
    rows = by_hand("comma-survey.csv", "utf-8", 1)
    assert len(comma) == len(rows) == 1129
    made = typed(comma)
    assert counted(made, "serial") == {"with": 641, "without": 488}
    assert counted(made, "serial")["with"] == sum(", and loyal" in row[1] for row in rows)
    for place, question in enumerate(COMMA[1:], start=2):
        assert counted(made, question["id"]) == coded_counts([row[place] for row in rows]), question["id"]
        blank = sum(not row[place] for row in rows)
        assert Counter(made.state(question["id"])).get("not answered", 0) == blank, question["id"]
