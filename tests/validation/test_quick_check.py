"""A quick check answers quickly: it imports nothing that it can do without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Each takes a tenth of a second or more, but for the last ones, which show that the wrong part of the engine was imported.
HEAVY = (
    *("numpy", "pandas", "scipy", "great_expectations", "statsmodels", "pyarrow", "altair", "fastexcel", "asyncio", "rich", "IPython"),
    *("barometer.validation.certifying", "barometer.intake.shapes", "barometer.estimation", "barometer.findings"),
)


def test_a_quick_check_imports_nothing_heavy(tmp_path: Path) -> None:
    shutil.copy(ROOT / "barometer.toml", tmp_path)
    for part in ("data", "validation"):
        shutil.copytree(ROOT / part, tmp_path / part)
    code = (
        "import sys, atexit\n"
        f"atexit.register(lambda: sys.stderr.write('IMPORTED ' + ' '.join(name for name in {HEAVY!r} if name in sys.modules)))\n"
        "from barometer.cli.main import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, "check", "2016-autumn", "--quick", "--project", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "IMPORTED"
    listed = done.stdout.splitlines()[2:-1]
    assert listed[0].split() == ["Severity", "Rows", "Rule", "What", "must", "hold"]
    assert any(line.split()[2] == "post.unique" for line in listed)
    assert max(map(len, listed)) <= 80
    summary = json.loads((tmp_path / "checks" / "2016-autumn" / "summary.json").read_text(encoding="utf-8"))
    assert summary["read"] == summary["accepted"] + summary["quarantined"] > 100
    # The signs of careless answering, which need arithmetic, were looked for.
    assert {"quality.alike.limit", "quality.outlying.limit"} <= {rule["id"] for rule in summary["rules"]}
