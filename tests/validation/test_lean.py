"""Great Expectations is imported without what surveys do not use, and certifies the same."""

from __future__ import annotations

import importlib
import sys

import pytest

from barometer.validation import lean


def test_a_module_that_is_put_off_is_loaded_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "PUT_OFF", ("colorsys",))
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    finder = lean._PutOff()
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    module = importlib.import_module("colorsys")
    assert "rgb_to_hsv" not in object.__getattribute__(module, "__dict__")
    assert module.rgb_to_hsv(1, 0, 0) == (0.0, 1.0, 1)
    assert finder.find_spec("wave", None) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # of Great Expectations' own imports
def test_an_expectation_is_configured_once_and_only_while_it_is_certified() -> None:
    lean.import_lean()
    import great_expectations.expectations as expectations
    from great_expectations.expectations.expectation import Expectation

    before = Expectation.__dict__["configuration"]
    one = expectations.ExpectColumnMaxToBeBetween(column="a", max_value=0)
    other = expectations.ExpectColumnMaxToBeBetween(column="b", max_value=0)
    with lean.configured_once():
        assert one.configuration is one.configuration
        assert one.configuration.kwargs["column"] == "a"
        assert other.configuration.kwargs["column"] == "b"
    assert Expectation.__dict__["configuration"] is before
    assert one.configuration is not one.configuration
