from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from barometer.estimation import Estimates
from barometer.publishing.tidy import write_tidy


def written(tmp_path: Path, frame: pl.DataFrame, **more: bool) -> pl.DataFrame:
    path = tmp_path / "tables.csv"
    write_tidy(path, Estimates(frame), {"plans": "Plans"}, {("plans", "a"): "Plan A", ("levers", "beds"): "Beds"}, **more)
    return pl.read_csv(path, infer_schema_length=None)


def test_every_row_comes_back_with_its_figures(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    table = written(tmp_path, published_figures)
    assert table.height == published_figures.height
    for column in ("count", "base"):
        assert table[column].to_list() == published_figures[column].to_list()
    for column in ("estimate", "conf_low", "conf_high"):
        for old, new in zip(published_figures[column], table[column], strict=True):
            assert new == (None if old is None else pytest.approx(old, abs=1e-6))


def test_shares_are_proportions(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    table = written(tmp_path, published_figures).filter(pl.col("statistic").is_in(["share", "net"]))
    assert table["estimate"].max() <= 1
    assert table.filter((pl.col("option") == "a") & (pl.col("break") == ""))["estimate"].to_list() == [0.6875]


def test_what_is_suppressed_or_not_asked_is_empty_and_flagged(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    table = written(tmp_path, published_figures)
    missing = table.filter(pl.col("flag").is_in(["suppressed", "not asked"]))
    assert missing.height == 5
    assert missing.select("estimate", "count", "base").null_count().row(0) == (5, 5, 5)


def test_what_was_not_asked_has_no_count_of_zero(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    counted = published_figures.with_columns(
        pl.when(pl.col("flag") == "not asked").then(0).otherwise(pl.col(name)).alias(name) for name in ("count", "base")
    )
    table = written(tmp_path, counted).filter(pl.col("flag") == "not asked")
    assert table.height > 0
    assert table.select("count", "base").null_count().row(0) == (table.height, table.height)


def test_labels_stand_beside_codes(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    table = written(tmp_path, published_figures)
    assert set(table.filter(pl.col("option") == "a").select("question_label", "option_label").rows()) == {("Plans", "Plan A")}
    assert set(table.filter(pl.col("item") == "beds")["item_label"]) == {"Beds"}


@pytest.mark.parametrize("synthetic", [True, False])
def test_every_row_says_whether_it_is_synthetic(tmp_path: Path, published_figures: pl.DataFrame, synthetic: bool) -> None:
    assert set(written(tmp_path, published_figures, synthetic=synthetic)["synthetic"]) == {synthetic}


def test_the_same_figures_give_the_same_bytes(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    written(tmp_path, published_figures)
    once = (tmp_path / "tables.csv").read_bytes()
    written(tmp_path, published_figures)
    assert (tmp_path / "tables.csv").read_bytes() == once
    assert b"\r" not in once


def test_parquet_holds_what_csv_holds(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    table = written(tmp_path, published_figures)
    parquet = pl.read_parquet(tmp_path / "tables.parquet")
    assert parquet.columns == table.columns
    assert parquet.write_csv() == (tmp_path / "tables.csv").read_text(encoding="utf-8")
    assert parquet.schema["count"] == pl.Int64
    assert parquet.schema["estimate"] == pl.Float64


def test_parquet_is_the_same_bytes_however_the_figures_lie_in_memory(tmp_path: Path, published_figures: pl.DataFrame) -> None:
    written(tmp_path, published_figures)
    first = (tmp_path / "tables.parquet").read_bytes()
    pieces = pl.concat([published_figures[:2], published_figures[2:]], rechunk=False)
    written(tmp_path, pieces)
    assert (tmp_path / "tables.parquet").read_bytes() == first
