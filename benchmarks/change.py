"""Change between waves, judged by simulation: standard error over truth and coverage, beside the two recipes that are usual.

Synthetic populations of 418 posts (two roles of 209) answer two waves. Samples are drawn again and again as the design says; for each the
change is estimated by `barometer.change`, by the usual recipe (waves stacked, the person as cluster, population sizes left in) and as
if the waves were independent. The truth is the spread of the estimates over 200,000 further draws, whose own noise is 0.2 per cent.

    python benchmarks/change.py [--draws 4000] [--seed 1984]

Prints a table and writes benchmarks/results/change.json. Gate: SE over truth within 1 per cent and coverage from 94 to 96 per cent, for
every question of every scenario with more than a few respondents in common.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from barometer.estimation import Design, Numeric, change, variance
from barometer.estimation.distributions import t_quantile

RESULTS = Path(__file__).parent / "results" / "change.json"
ROLES = ("chair", "ao")
QUESTIONS = ("agrees", "score", "choice")
Rows = np.ndarray


@dataclass(frozen=True)
class Scenario:
    """How two waves are drawn from a population of posts.

    Attributes:
        name: What it is called in the table.
        stay: Posts of each role in both populations.
        gone: Posts only in the first.
        new: Posts only in the second.
        sizes: Respondents of each role, in the first and in the second wave.
        common: Respondents of each role in both waves; None draws them by permanent random numbers, so that the overlap varies.
        gated: Whether the figures must pass.
    """

    name: str
    stay: int
    gone: int
    new: int
    sizes: tuple[tuple[int, int], tuple[int, int]]
    common: tuple[int, int] | None
    gated: bool = True


SCENARIOS = (
    Scenario("a third in common", 209, 0, 0, ((52, 48), (55, 45)), (20, 18)),
    Scenario("nearly all in common", 209, 0, 0, ((52, 48), (55, 45)), (45, 42)),
    Scenario("six in ten answer", 209, 0, 0, ((130, 120), (125, 128)), (80, 78)),
    Scenario("posts merged and made", 195, 14, 8, ((52, 48), (55, 45)), None),
    Scenario("three in common", 209, 0, 0, ((52, 48), (55, 45)), (3, 3), gated=False),
)


def population(scenario: Scenario, seed: int) -> pl.DataFrame:
    """Synthetic posts with their answers to both waves; an answer to `choice` may be missing."""
    random = np.random.default_rng(seed)
    size = scenario.stay + scenario.gone + scenario.new
    parts = []
    for role in ROLES:
        lean = random.normal(size=size)
        columns: dict[str, Any] = {"role": [role] * size, "first": np.arange(size) < scenario.stay + scenario.gone}
        columns["second"] = (np.arange(size) < scenario.stay) | (np.arange(size) >= scenario.stay + scenario.gone)
        for number in (1, 2):
            tilt = lean + 0.35 * (number == 2) + random.normal(scale=0.8, size=size) + 0.4 * (role == "ao")
            columns[f"agrees_{number}"] = (tilt > 0).astype(float)
            columns[f"score_{number}"] = np.clip(np.round(5.5 + 1.7 * tilt), 1, 10)
            answered = random.random(size) > 0.15
            columns[f"choice_{number}"] = pl.Series(np.where(answered, (tilt > 0.6).astype(float), np.nan)).fill_nan(None)
        parts.append(pl.DataFrame(columns))
    return pl.concat(parts).with_row_index("person_id")


def drawn(scenario: Scenario, posts: pl.DataFrame, draws: int, random: np.random.Generator) -> tuple[list[Rows], list[Rows]]:
    """The row numbers of each role's respondents in the first and in the second wave, draws x respondents."""
    first: list[Rows] = []
    second: list[Rows] = []
    for number, role in enumerate(ROLES):
        here = (posts["role"] == role).to_numpy()
        one, two = scenario.sizes[0][number], scenario.sizes[1][number]
        if scenario.common is not None:
            order = np.flatnonzero(here)[np.argsort(random.random((draws, int(here.sum()))), axis=1)]
            common = scenario.common[number]
            first.append(order[:, :one])
            second.append(np.concatenate([order[:, :common], order[:, one : one + two - common]], axis=1))
            continue
        places = random.random((draws, posts.height))
        for wave, size, shift, kept in (("first", one, 0.0, first), ("second", two, 0.15, second)):
            members = np.flatnonzero(here & posts[wave].to_numpy())
            kept.append(members[np.argsort((places[:, members] - shift) % 1, axis=1)[:, :size]])
    return first, second


def spread_of_draws(scenario: Scenario, posts: pl.DataFrame, seed: int, blocks: int = 100, size: int = 2000) -> np.ndarray:
    """The standard deviation of each question's change over many draws: the truth that a standard error should tell."""
    random = np.random.default_rng(seed)
    totals = [scenario.stay + scenario.gone, scenario.stay + scenario.new]
    differences = []
    for _ in range(blocks):
        both = drawn(scenario, posts, size, random)
        block = []
        for question in QUESTIONS:
            shares = []
            for wave, rows in enumerate(both):
                answers = posts[f"{question}_{wave + 1}"].fill_null(np.nan).to_numpy()
                chosen = [answers[part] for part in rows]
                weights = [totals[wave] / part.shape[1] for part in rows]
                top = sum(weight * np.nansum(part, axis=1) for weight, part in zip(weights, chosen, strict=True))
                bottom = sum(weight * (~np.isnan(part)).sum(axis=1) for weight, part in zip(weights, chosen, strict=True))
                shares.append(top / bottom)
            block.append(shares[1] - shares[0])
        differences.append(np.stack(block, axis=1))
    return np.asarray(np.concatenate(differences).std(axis=0, ddof=1))


def waves(scenario: Scenario, posts: pl.DataFrame, draw: tuple[list[Rows], list[Rows]]) -> tuple[Design, Design]:
    """The designs of one draw."""
    out = []
    for number, (chosen, size) in enumerate(zip(draw, (scenario.stay + scenario.gone, scenario.stay + scenario.new), strict=True), start=1):
        names = {f"{question}_{number}": question for question in QUESTIONS}
        frame = posts[np.concatenate(chosen)].select("person_id", "role", *(pl.col(old).alias(new) for old, new in names.items()))
        out.append(Design(frame, strata="role", population=dict.fromkeys(ROLES, size)))
    return out[0], out[1]


def stacked(first: Design, second: Design, question: str) -> float:
    """The standard error of the usual recipe: one design of both waves, with the person as cluster and the population left in."""
    frames = [design.frame.with_columns(w=pl.Series(design.weights), wave=pl.lit(number)) for number, design in enumerate((first, second))]
    both = pl.concat(frames)
    design = Design(both, weight="w", strata="role", clusters="person_id", population=first.population)
    wave, answer = both["wave"].to_numpy(), both[question].fill_null(np.nan).to_numpy()
    scores = np.zeros(both.height)
    for number, sign in ((0, -1.0), (1, 1.0)):
        inside = (wave == number) & ~np.isnan(answer)
        weights = np.where(inside, design.weights, 0.0)
        y = np.where(inside, answer, 0.0)
        scores += sign * weights * (y - weights @ y / weights.sum()) / weights.sum()
    return float(np.sqrt(variance(scores, design)[0]))


def simulate(scenario: Scenario, draws: int, seed: int) -> dict[str, Any]:
    """All figures of one scenario."""
    posts = population(scenario, seed)
    random = np.random.default_rng(seed + 1)
    truth, spread = [_truth(posts, question) for question in QUESTIONS], spread_of_draws(scenario, posts, seed + 2)
    both = drawn(scenario, posts, draws, random)
    found = np.zeros((draws, len(QUESTIONS), 4))
    variables = [Numeric(question) for question in QUESTIONS]
    for number in range(draws):
        first, second = waves(scenario, posts, ([part[number] for part in both[0]], [part[number] for part in both[1]]))
        rows = change(first, second, variables, common_population=dict.fromkeys(ROLES, scenario.stay)).frame
        error, covariance = rows["std_error"].to_numpy(), rows["covariance"].to_numpy()
        found[number, :, 0], found[number, :, 1] = rows["estimate"].to_numpy(), error
        found[number, :, 2] = np.sqrt(error**2 + 2 * covariance)
        if _can_be_stacked(scenario, first, second):
            found[number, :, 3] = [stacked(first, second, question) for question in QUESTIONS]
    df = float(min(sum(sizes) for sizes in scenario.sizes) - len(ROLES))
    return {question: _judged(found[:, place], truth[place], float(spread[place]), df) for place, question in enumerate(QUESTIONS)}


def _can_be_stacked(scenario: Scenario, first: Design, second: Design) -> bool:
    """The usual recipe knows one population, and refuses a union of persons that is larger than it."""
    both = pl.concat([design.frame.select("person_id", "role") for design in (first, second)]).unique()
    return scenario.gone == scenario.new == 0 and bool((both["role"].value_counts()["count"] <= scenario.stay).all())


def _truth(posts: pl.DataFrame, question: str) -> float:
    answers = [posts.filter(pl.col(wave))[f"{question}_{number}"].drop_nulls() for number, wave in ((1, "first"), (2, "second"))]
    return float(answers[1].to_numpy().mean() - answers[0].to_numpy().mean())


def _judged(found: np.ndarray, truth: float, spread: float, df: float) -> dict[str, Any]:
    margin = float(t_quantile(0.975, df))
    out: dict[str, Any] = {"true_change": truth, "true_std_error": spread}
    for name, place in (("barometer", 1), ("independent", 2), ("stacked", 3)):
        error = found[:, place]
        if not error.all():
            continue
        covered = np.abs(found[:, 0] - truth) <= margin * error
        out[name] = {"se_over_truth": float(np.sqrt((error**2).mean())) / spread, "coverage": float(covered.mean())}
    return out


def passes(figures: dict[str, Any]) -> bool:
    """Whether the standard error is within 1 per cent of the truth and coverage within 94 to 96."""
    mine = figures["barometer"]
    return bool(abs(mine["se_over_truth"] - 1) <= 0.01 and 0.94 <= mine["coverage"] <= 0.96)


def main(arguments: list[str] | None = None, say: Callable[[str], Any] = print) -> int:
    """Run the simulation, print the table, write the file; 1 if a gated figure fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1984)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    started, failed = time.perf_counter(), False
    report: dict[str, Any] = {"draws": options.draws, "seed": options.seed, "scenarios": {}}
    say(f"{'scenario':<24}{'question':<10}{'SE/truth':>10}{'coverage':>10}{'independent':>13}{'stacked':>9}{'coverage':>10}")
    for scenario in SCENARIOS:
        found = simulate(scenario, options.draws, options.seed)
        for question, figures in found.items():
            figures["passes"] = passes(figures) if scenario.gated else None
            failed |= figures["passes"] is False
            mine, other = figures["barometer"], figures.get("stacked", {})
            usual = f"{other['se_over_truth']:>9.3f}{other['coverage']:>10.1%}" if other else f"{'-':>9}{'-':>10}"
            line = f"{scenario.name:<24}{question:<10}{mine['se_over_truth']:>10.3f}{mine['coverage']:>10.1%}"
            say(line + f"{figures['independent']['se_over_truth']:>13.3f}" + usual + ("" if figures["passes"] is not False else "  FAILS"))
        report["scenarios"][scenario.name] = found
    report["seconds"] = round(time.perf_counter() - started, 1)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
