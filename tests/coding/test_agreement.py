"""Agreement of coders against published values, statsmodels, and what must hold of any coding."""

from __future__ import annotations

import math
import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometer.coding import Coded, Codeframe, agreement, cohens_kappa, krippendorffs_alpha
from barometer.errors import UsageError

#: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section D: four observers, twelve units, gaps.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
UNITS = list(zip(*OBSERVERS, strict=True))


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])
def test_alpha_is_what_krippendorff_published(level: str, published: float) -> None:
    found = krippendorffs_alpha(UNITS, level)
    assert round(found.alpha, 3) == published
    assert (found.units, found.values) == (11, 40)
    assert found.low < found.alpha < found.high <= 1


def test_the_order_of_values_first_seen_does_not_matter_to_ordinal_alpha() -> None:
    assert krippendorffs_alpha(UNITS[::-1], "ordinal").alpha == pytest.approx(krippendorffs_alpha(UNITS, "ordinal").alpha, abs=1e-12)


def test_alpha_of_sets_counts_a_part_as_partly_agreed() -> None:
    units = [({"a"}, {"a"}), ({"b"}, {"b"}), ({"a", "b"}, {"a"}), ({"c"}, {"c"}), (set(), set())]
    sets = [tuple(frozenset(value) for value in unit) for unit in units]
    nominal, masi, jaccard = (krippendorffs_alpha(sets, level).alpha for level in ("nominal", "masi", "jaccard"))
    assert nominal < masi < jaccard < 1
    # By hand: distance of {a, b} and {a} is 1 - 1/2 * 2/3 = 2/3; ten codings, one pair apart.
    values = [value for unit in sets for value in unit]
    apart = sum(_masi(one, other) for one in values for other in values)
    assert masi == pytest.approx(1 - (2 * 2 / 3 / 10) / (apart / 90), abs=1e-12)


def _masi(one: frozenset[str], other: frozenset[str]) -> float:
    if one == other:
        return 0.0
    common = len(one & other)
    return 1 - common / len(one | other) * (2 / 3 if one <= other or other <= one else 1 / 3)


def test_nothing_that_varies_shows_no_skill() -> None:
    assert math.isnan(krippendorffs_alpha([("a", "a")] * 5).alpha)
    assert math.isnan(cohens_kappa(["a"] * 5, ["a"] * 5).kappa)
    assert krippendorffs_alpha([("a", None), (None, "b")]).units == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=40))
@settings(max_examples=60, deadline=None)
def test_kappa_is_that_of_statsmodels(pairs: list[tuple[int, int]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = cohens_kappa(first, second)
    if math.isnan(found.kappa):
        assert len({*first, *second}) < 2
        return
    from statsmodels.stats.inter_rater import cohens_kappa as reference

    table = np.zeros((4, 4))
    for one, other in pairs:
        table[one, other] += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = reference(table)
    assert found.kappa == pytest.approx(expected.kappa, abs=1e-12)
    assert found.std_error**2 == pytest.approx(max(expected.var_kappa, 0.0), abs=1e-12)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30), st.randoms())
@settings(max_examples=60, deadline=None)
def test_alpha_is_at_most_one_and_blind_to_order(pairs: list[tuple[str, str]], random: object) -> None:
    found = krippendorffs_alpha(pairs, resamples=0).alpha
    shuffled = [pair[::-1] for pair in pairs]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = krippendorffs_alpha(shuffled, resamples=0).alpha
    assert (math.isnan(found) and math.isnan(again)) or again == pytest.approx(found, abs=1e-12)
    assert math.isnan(found) or found <= 1 + 1e-12
    if not math.isnan(found):
        assert (found == pytest.approx(1.0)) == all(one == other for one, other in pairs)


def test_the_same_seed_gives_the_same_interval() -> None:
    assert krippendorffs_alpha(UNITS, seed=3) == krippendorffs_alpha(UNITS, seed=3)
    assert krippendorffs_alpha(UNITS, seed=3).low != krippendorffs_alpha(UNITS, seed=4).low


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(UsageError, match="Did you mean 'nominal'"):
        krippendorffs_alpha(UNITS, "nominl")
    with pytest.raises(UsageError, match="same units"):
        cohens_kappa([1], [1, 2])


FRAME = Codeframe.model_validate(
    {"title": "Help", "final": "agreed", "codes": [{"id": "money", "label": "Money"}, {"id": "people", "label": "People"}]}
)


def coded(rows: list[tuple[str, str, str]]) -> Coded:
    columns = ["source", "coder", "code"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(element=pl.lit(""), valence=pl.lit(""))
    return Coded(FRAME, frame.select("source", "coder", "element", "code", "valence"))


def test_agreement_looks_at_each_code_and_at_sets_of_codes() -> None:
    rows = [("1", "A", "money"), ("1", "B", "money"), ("2", "A", "people"), ("2", "B", "money"), ("2", "B", "people")]
    rows += [("3", "A", "none"), ("3", "B", "none"), ("4", "A", "money"), ("1", "agreed", "money")]
    table = agreement(coded(rows))
    assert table["code"].to_list() == ["", "money", "people"]
    assert table["sources"].to_list() == [3, 3, 3]  # the fourth was coded by one alone
    assert table["used"].to_list() == [2, 2, 1]
    assert table["agreed"].to_list() == pytest.approx([2 / 3, 2 / 3, 1.0])
    assert table["kappa"].to_list()[1:] == pytest.approx([0.4, 1.0])
    assert table["kappa"][0] is None
    whole = table["alpha"][0]
    assert table["alpha"][1] < whole < 1


def test_agreement_needs_two_coders() -> None:
    with pytest.raises(UsageError, match="two coders"):
        agreement(coded([("1", "A", "money"), ("1", "agreed", "money")]))
