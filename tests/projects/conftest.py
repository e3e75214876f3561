"""Whole projects, with their responses in place."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pandas as pd

ANES96 = Path(__file__).parent / "anes96"


@pytest.fixture(scope="session")
def anes96_data() -> pd.DataFrame:
    """The data set as statsmodels ships it: 944 rows, floats."""
    from statsmodels.datasets import anes96

    return anes96.load_pandas().data


@pytest.fixture
def anes96_project(tmp_path: Path, anes96_data: pd.DataFrame) -> Path:
    """A copy of the ANES project with its responses written from the installed package, in the codes of the study."""
    folder = tmp_path / "anes96"
    shutil.copytree(ANES96, folder)
    path = folder / "data" / "waves" / "1996" / "responses.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["respondent", *anes96_data.columns])
        for number, row in enumerate(anes96_data.itertuples(index=False), start=1):
            # Codes are whole numbers in the codebook and floats in the package; only the logarithm is not whole.
            writer.writerow([number, *(f"{value:.0f}" if float(value).is_integer() else repr(float(value)) for value in row)])
    return folder
