"""The synthetic series: seven waves of believable size, whose panels overlap and whose respondents answer much as they did before.

Counting is done here by hand from the CSV, so that it does not lean on the engine that the data are there to test.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
WAVES = ("2012-autumn", "2013-winter", "2013-spring", "2015-late", "2016-winter", "2016-spring", "2016-autumn")
SIZES = dict(zip(WAVES, (116, 85, 94, 46, 54, 100, 99), strict=True))
#: How many posts of neighbouring waves answered both times: of all in the smaller wave, from a third to two thirds.
NEIGHBOURS = (
    ("2012-autumn", "2013-winter"),
    ("2013-winter", "2013-spring"),
    ("2015-late", "2016-winter"),
    ("2016-winter", "2016-spring"),
    ("2016-spring", "2016-autumn"),
)

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def settings(wave: str) -> dict:
    return tomllib.loads((DATA / "waves" / wave / "wave.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clean() -> dict[str, list[Row]]:
    """The accepted rows of each wave, with the post under one name."""
    found = {}
    for wave in WAVES:
        names = settings(wave)["export"]
        planted = {row["response_id"] for row in read(DATA / "waves" / wave / "planted_faults.csv")}
        rows = [row for row in read(DATA / "waves" / wave / "responses.csv") if row[names["respondent"]] not in planted]
        found[wave] = [{**row, "post": row[names["post"]]} for row in rows]
    return found


def answers(rows: list[Row], wording: str) -> dict[str, str]:
    """From post to the answer to the one question whose header ends like this."""
    (header,) = [name for name in rows[0] if name.endswith(wording)]
    return {row["post"]: row[header] for row in rows if row[header]}


@pytest.mark.parametrize("wave", WAVES)
def test_each_wave_has_its_published_size_with_one_row_a_post_of_its_frame(clean: dict[str, list[Row]], wave: str) -> None:
    frame = {row["post"]: row for row in read(DATA.parent / settings(wave).get("population", {}).get("frame", "data/frame.csv"))}
    posts = [row["post"] for row in clean[wave]]
    assert len(posts) == len(set(posts)) == SIZES[wave]
    assert set(posts) <= set(frame)


@pytest.mark.parametrize("wave", WAVES)
def test_each_wave_has_a_few_faults_of_several_kinds(wave: str) -> None:
    planted = read(DATA / "waves" / wave / "planted_faults.csv")
    assert 2 <= len(planted) <= 10
    assert len({row["fault"] for row in planted}) >= 2
    assert {row["synthetic"] for row in planted} == {"yes"}
    assert len(planted) <= 0.1 * (SIZES[wave] + len(planted))


@pytest.mark.parametrize("pair", NEIGHBOURS, ids="-".join)
def test_neighbouring_waves_share_a_believable_part_of_their_posts(clean: dict[str, list[Row]], pair: tuple[str, str]) -> None:
    first, second = ({row["post"] for row in clean[wave]} for wave in pair)
    assert 1 / 3 < len(first & second) / min(len(first), len(second)) < 0.75


def test_nearly_half_of_those_of_spring_2016_answered_again_in_autumn(clean: dict[str, list[Row]]) -> None:
    assert 40 <= len({row["post"] for row in clean["2016-spring"]} & {row["post"] for row in clean["2016-autumn"]}) <= 50


@pytest.mark.parametrize(
    ("pair", "wording"),
    [
        (("2013-winter", "2013-spring"), "keep within its budget in 2013-14?"),
        (("2016-spring", "2016-autumn"), "meet its financial plan in 2016-17?"),
    ],
)
def test_who_answers_twice_answers_much_alike(clean: dict[str, list[Row]], pair: tuple[str, str], wording: str) -> None:
    first, second = ({post: int(cell) for post, cell in answers(clean[wave], wording).items()} for wave in pair)
    both = sorted(first.keys() & second.keys())
    means = [sum(given[post] for post in both) / len(both) for given in (first, second)]
    cross = sum((first[post] - means[0]) * (second[post] - means[1]) for post in both)
    spread = [sum((given[post] - mean) ** 2 for post in both) for given, mean in zip((first, second), means, strict=True)]
    assert 0.3 < cross / (spread[0] * spread[1]) ** 0.5 < 0.9


def test_the_earlier_frame_has_211_ccgs_with_three_posts_each() -> None:
    frame = read(DATA / "frames/2012.csv")
    assert len({row["organisation"] for row in frame}) == 211
    assert Counter(row["role"] for row in frame) == {"chair": 211, "ao": 211, "other": 211}
    assert {row["as_of"] for row in frame} == {"2012-10-01"}
    assert {row["synthetic"] for row in frame} == {"yes"}
    regions = {row["organisation"]: row["region"] for row in read(DATA / "frame.csv")}
    assert all(regions.get(row["organisation"], row["region"]) == row["region"] for row in frame)


def test_successors_say_what_became_of_every_post_of_the_merged_ccgs() -> None:
    record = read(DATA / "successors.csv")
    assert {row["post"][:7] for row in record} == {"CCG-210", "CCG-211", "CCG-212"}
    assert len(record) == 9
    assert {row["successor"] for row in record if row["successor"]} == {"CCG-023-C", "CCG-023-A"}
    assert {row["on"] for row in record} == {"2015-04-01"}


def test_no_open_answer_stands_twice_in_the_series(clean: dict[str, list[Row]]) -> None:
    wordings = ("biggest difference?", "national bodies change?", "Why do you say so?")
    texts = [row[name] for rows in clean.values() for row in rows for name in row if name.endswith(wordings) and row[name]]
    assert len(texts) == len(set(texts)) > 100
    assert all(5 <= len(text.split()) <= 40 for text in texts)


def test_the_files_are_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*.csv")) < 500_000
