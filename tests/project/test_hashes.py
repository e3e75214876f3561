from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from barometer.project.hashes import sha256_of_files


def test_files_are_named_by_their_path_within_the_folder_and_sorted(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = {"z.csv": b"1,2\n", "b/a.toml": b"", "b.toml": b"x = 1\r\n"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    hashes = sha256_of_files(tmp_path, [tmp_path / name for name in files])
    assert hashes == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert list(hashes) == sorted(files)


def test_every_byte_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n")
    before = sha256_of_files(tmp_path, [path])
    path.write_bytes(b"a\r\n")
    assert sha256_of_files(tmp_path, [path]) != before


def test_a_file_outside_the_folder_has_no_name_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(ValueError, match="not in the subpath"):
        sha256_of_files(inner, [tmp_path / "a"])
