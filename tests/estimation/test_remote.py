"""Cells made by an engine are the cells made by polars, and nothing but sums leaves the engine."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from barometer.errors import DesignError
from barometer.estimation import (
    Allocation,
    Battery,
    Categorical,
    Cells,
    MultipleResponse,
    Numeric,
    Ranking,
    cells,
    finish,
    remote,
    remote_expressions,
)

nw = pytest.importorskip("narwhals", reason="narwhals drives the engines")

ROLE = Categorical("role", codes=("a", "b", "c"))
CROSSED = ("role2", Categorical("role3", codes=("u", "v")))
QUESTIONS = [
    "q",
    Categorical("scale", codes=(1, 2, 3, 4, 5), values={code: code for code in range(1, 6)}, nets={"high": (4, 5)}, top=(1,), missing=(9,)),
    MultipleResponse("levers", {"one": "m1", "two": "m2", "three": "m3"}, nets={"any": ("one", "two")}),
    MultipleResponse("each", {"one": "m1", "two": "m2"}, base="each"),
    MultipleResponse("routed", {"one": "m1", "two": "m2"}, base="shown"),
    Battery("battery", {"i": "scale2", "j": "scale3", "k": "not_asked"}, values={5: 1.0, 4: 0.5}),
    Ranking("ranking", {"i": "r1", "j": "r2"}, places=2),
    Allocation("points", {"i": "y", "j": "y2"}),
    Numeric("number", "y"),
    "flag",
]
BREAKS = [ROLE, CROSSED, "region", "flag"]
DESIGNS: dict[str, dict[str, Any]] = {
    "plain": {},
    "weighted": {"weight": "w"},
    "strata": {"weight": "w", "strata": "s", "population": "N"},
    "two stratum columns": {"weight": "w", "strata": ["s", "role2"]},
    "mapping": {"weight": "w", "strata": "s", "population": {"north": 4000, "south": 5000, "west": 6000}},
    "one number": {"weight": "w", "population": 9000},
    "clusters": {"weight": "w", "strata": "s", "clusters": "c", "population": "M"},
    "clusters of unknown number": {"weight": "w", "strata": "s", "clusters": ["c", "c2"]},
    "two stages": {"weight": "w", "strata": "s", "clusters": "c", "population": ["M", "N2"]},
    "two stages of clusters": {"weight": "w", "strata": "s", "clusters": ["c", "c2"], "population": ["M", "N2"]},
    "persons as second stage": {"weight": "w", "strata": "s", "clusters": ["c", "person"], "population": ["M", "N2"]},
}


def made(rows: int, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)

    def holed(values: Any) -> pl.Series:
        return pl.Series([None if gone else value for value, gone in zip(values.tolist(), rng.random(rows) < 0.15, strict=True)])

    number = np.arange(rows)
    stratum = number % 3
    cluster = stratum * 1000 + number // 3 % 7
    columns: dict[str, Any] = {
        "s": pl.Series(["west", "north", "south"]).gather(stratum),
        "c": cluster,
        "c2": cluster * 100 + number // 21 % 5,
        "person": number,
        "q": holed(rng.choice(["x", "y", "z z"], rows)),
        "scale": holed(np.where(rng.random(rows) < 0.1, 9, rng.integers(1, 6, rows))),
        "scale2": holed(rng.integers(1, 6, rows)),
        "scale3": holed(rng.integers(3, 6, rows)),
        "role": holed(rng.choice(["a", "b", "c"], rows)),
        "role2": np.where(number % 2 == 0, "p", "q"),
        "role3": holed(np.where(number % 4 < 2, "u", "v")),
        "region": holed(rng.integers(1, 4, rows)),
        "flag": holed(rng.random(rows) < 0.4),
        "shown": rng.random(rows) < 0.7,
        "m1": holed(rng.integers(0, 2, rows)),
        "m2": holed(rng.integers(0, 2, rows)),
        "m3": holed(rng.random(rows) < 0.2),
        "r1": holed(rng.integers(1, 3, rows)),
        "r2": holed(rng.integers(1, 3, rows)),
        "y": holed(rng.normal(50, 10, rows)),
        "y2": holed(rng.normal(50, 10, rows)),
        "w": np.where(rng.random(rows) < 0.05, 0.0, rng.uniform(0.2, 3, rows)),
        "N": 2.0 * rows + stratum,
        "M": 40 + stratum,
        "N2": 5000 + cluster,
    }
    return pl.DataFrame(columns)


FRAME = made(900)
LEFT_IN = {"polars": pl.col("region") != 2, "narwhals": nw.col("region") != 2}


def same(one: Cells, two: Cells) -> None:
    assert one.tabulation == two.tabulation
    assert (one.breaks, one.keys, one.depth, one.elements, one.lonely) == (two.breaks, two.keys, two.depth, two.elements, two.lonely)
    for exact in ("counts", "sampled", "live", "population"):
        assert np.array_equal(getattr(one, exact), getattr(two, exact)), exact
    for name in ("weights", "squares", "weight_total"):
        left, right = getattr(one, name), getattr(two, name)
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12 * max(1.0, np.abs(right).max()), err_msg=name)


Engine = Callable[[pl.DataFrame], Any]


def in_duckdb(frame: pl.DataFrame) -> Any:
    duckdb = pytest.importorskip("duckdb", reason="the extra 'duckdb' is not installed")
    pytest.importorskip("pyarrow", reason="the extra 'duckdb' is not installed")
    connection = duckdb.connect()
    connection.register("answers", frame.to_arrow())
    return connection.sql("select * from answers")


ENGINES: dict[str, Engine] = {"polars lazy": pl.DataFrame.lazy, "duckdb": in_duckdb}


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_an_engine_makes_the_same_cells(design: dict[str, Any], engine: Engine) -> None:
    here, there = cells(FRAME, QUESTIONS, BREAKS, **design), cells(engine(FRAME), QUESTIONS, BREAKS, **design)
    same(there, here)
    one, two = (finish(part).frame for part in (here, there))
    assert one.drop(pl.selectors.float()).equals(two.drop(pl.selectors.float()))
    for column in one.select(pl.selectors.float()).columns:
        np.testing.assert_allclose(two[column].to_numpy(), one[column].to_numpy(), rtol=1e-9, atol=1e-12, err_msg=column)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_a_condition_leaves_everybody_in_the_design(engine: Engine) -> None:
    arguments: dict[str, Any] = {"weight": "w", "strata": "s", "population": "N"}
    here = cells(FRAME, QUESTIONS, [ROLE], where=LEFT_IN["polars"], **arguments)
    same(cells(engine(FRAME), QUESTIONS, [ROLE], where=LEFT_IN["narwhals"], **arguments), here)
    assert here.sampled.sum() == FRAME.height


def test_parts_in_different_engines_add_up() -> None:
    arguments: dict[str, Any] = {"weight": "w", "strata": "s", "population": "N"}
    asked = [Categorical("scale2", codes=(1, 2, 3, 4, 5))]
    first, second = FRAME.head(400), FRAME.tail(500)
    same(
        cells(in_duckdb(first), asked, [ROLE], **arguments) + cells(second, asked, [ROLE], **arguments),
        cells(FRAME, asked, [ROLE], **arguments),
    )


def test_many_columns_are_asked_for_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cells(FRAME.lazy(), QUESTIONS, BREAKS, weight="w", strata="s")
    monkeypatch.setattr(remote, "SUMS", 20)
    monkeypatch.setattr(remote, "JOINT", 1)
    same(cells(FRAME.lazy(), QUESTIONS, BREAKS, weight="w", strata="s"), whole)


@pytest.mark.parametrize("name", ["strata", "two stages", "persons as second stage"])
def test_no_rows_leave_the_engine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Every answer has at most as many rows as groups and joint levels ask for, which respondents do not add to."""
    collected: list[int] = []
    collect = remote_expressions.collect

    def watched(frame: Any) -> pl.DataFrame:
        found = collect(frame)
        collected.append(found.height)
        return found

    monkeypatch.setattr(remote_expressions, "collect", watched)
    bounds = []
    for rows in (3000, 9000):
        collected.clear()
        made_here = cells(in_duckdb(made(rows)), QUESTIONS, BREAKS, **DESIGNS[name])
        bounds.append(len(made_here.keys) * remote.JOINT)
        assert max(collected) <= bounds[-1] < rows
    assert bounds[0] == bounds[1]


def test_enumerations_keep_the_order_of_their_answers() -> None:
    enumerated = FRAME.with_columns(
        pl.col("role").cast(pl.Enum(["c", "a", "b", "nobody"])), pl.col("s").cast(pl.Enum(["west", "south", "north"]))
    )
    there = cells(enumerated.lazy(), ["q", "role"], ["role"], weight="w", strata="s")
    same(there, cells(enumerated, ["q", "role"], ["role"], weight="w", strata="s"))
    assert there.breaks == (("role", ("c", "a", "b", "nobody")),)


WRONG: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"questions": ["nothing"]}, "not in the frame"),
    ({}, {"weight": "weigth"}, "weight column is not in the frame"),
    ({}, {"weight": "q"}, "not numeric"),
    ({"w": pl.lit(None, pl.Float64)}, {"weight": "w"}, "weight column has nulls"),
    ({"w": pl.lit(float("nan"))}, {"weight": "w"}, "not finite"),
    ({"w": -pl.col("w")}, {"weight": "w"}, "weight is negative"),
    ({"w": pl.lit(0.0)}, {"weight": "w"}, "Every weight is zero"),
    ({}, {"strata": "role"}, "stratum column has nulls"),
    ({}, {"weight": "w", "strata": "s", "population": {"north": 4000, "south": 5000}}, "not in the population table"),
    ({"N": pl.int_range(pl.len()) + 5000}, {"weight": "w", "strata": "s", "population": "N"}, "not constant"),
    ({}, {"strata": "s", "population": "N"}, "need a weight column"),
    ({}, {"strata": "role2", "clusters": "c"}, "lies in two strata"),
    ({}, {"clusters": ["c", "c2", "person"]}, "more than two stages"),
    ({"scale2": pl.lit(7)}, {"questions": [Categorical("scale2", codes=(1, 2, 3))]}, "not one of the declared codes"),
    ({}, {"questions": [Categorical("scale2", codes=("one", "two"))]}, "another type"),
    ({}, {"questions": [MultipleResponse("m", {"one": "m1"}, base=pl.col("shown"))]}, "cannot be counted in another engine"),
    ({}, {"where": pl.col("region") == 1}, "not a narwhals expression"),
    ({}, {"breaks": [ROLE, ROLE]}, "asked for twice"),
    ({"y": pl.lit(float("inf"))}, {"questions": ["y"]}, "not finite"),
]


@pytest.mark.parametrize(("changes", "arguments", "message"), WRONG, ids=[message for _, _, message in WRONG])
def test_impossible_values_are_refused_by_name(changes: dict[str, pl.Expr], arguments: dict[str, Any], message: str) -> None:
    given = {"questions": ["q"], "breaks": [ROLE], **arguments}
    with pytest.raises(DesignError, match=message):
        cells(FRAME.with_columns(**changes).lazy(), given.pop("questions"), given.pop("breaks"), **given)


def test_frames_that_are_not_lazy_are_refused() -> None:
    for frame, message in (({"q": [1]}, "not a frame"), (FRAME.to_pandas(), "in memory")):
        with pytest.raises(DesignError, match=message):
            cells(frame, ["q"])
    with pytest.raises(DesignError, match="no rows"):
        cells(FRAME.clear().lazy(), [Categorical("q", codes=("x",))])
    with pytest.raises(DesignError, match="too many different answers"):
        cells(made(6000).lazy(), ["person"])


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("pyarrow") is None:
        pytest.skip("the extra 'spark' is not installed")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        pytest.skip("Spark needs Java 17, and there is no java on the PATH or in JAVA_HOME")
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    builder = SparkSession.builder.master("local[1]").appName("barometer-tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", ["strata", "two stages"])
def test_spark_makes_the_same_cells(spark: Any, tmp_path: Path, name: str) -> None:
    FRAME.write_parquet(tmp_path / "answers.parquet")
    answers = spark.read.parquet(str(tmp_path / "answers.parquet"))
    asked, breaks = (QUESTIONS[1:8], [ROLE]) if name == "strata" else (["q"], [CROSSED])
    there = cells(answers, asked, breaks, where=LEFT_IN["narwhals"], **DESIGNS[name])
    same(there, cells(FRAME, asked, breaks, where=LEFT_IN["polars"], **DESIGNS[name]))
    assert finish(there).frame.height > 0
