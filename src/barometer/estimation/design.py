"""The sampling design, bound once to a frame and used by every estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from barometer.errors import DesignError, did_you_mean
from barometer.estimation.distributions import Floats
from barometer.estimation.estimates import Estimates
from barometer.estimation.linearisation import Lonely
from barometer.estimation.structure import Structure, build_structure
from barometer.estimation.variables import AnyBreak, AnyVariable, Categorical, MultipleResponse, Numeric

if TYPE_CHECKING:
    from barometer.estimation.joint import Joint, Term
    from barometer.estimation.models import Family, Model
    from barometer.estimation.ranks import RankScore
    from barometer.estimation.replicates import Replicates
    from barometer.weighting import Weighted, WeightingReport


class Calibration(Protocol):
    """What calibrated weights leave behind for the variance."""

    def residuals(self, scores: Floats) -> Floats:
        """Scores (respondents x statistics, weighted) with their regression on the calibration margins taken out."""
        ...


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


@dataclass(frozen=True, eq=False)
class Design:
    """A sample: whose answers they are, how they were drawn, and from how many.

    Args:
        frame: One row a respondent, or a person of the sample; every method keeps all of them in the design.
        weight: The weight column. Left out, weights are N/n of the respondent's stratum (and of each further stage) when a population
            is given, and 1 otherwise.
        strata: The stratum column; several are crossed.
        clusters: The cluster column of each stage, primary units first. A second stage adds to the variance only where the
            population of the first is known.
        population: How many units exist, which makes the finite population correction: a column with the size of the row's
            stratum; a list of columns, one a stage (the size of the stratum in primary units, then of the primary unit); a
            number for an unstratified sample; or a mapping from stratum to size.
        lonely: What to do with a stratum that has a single sampled unit and is not a census: "fail" (the default) refuses; "adjust"
            compares it with the mean of all; "average" gives it the mean variance of the other strata; "certainty" lets it add nothing.
            The same as `survey.lonely.psu` in R.
        nest: Whether cluster names start again in each stratum.
        calibration: Set by raking and post-stratification: turns scores into residuals before their variance is taken.
        weighting: Set by the same: how the weights came about.

    Raises:
        DesignError: A column is missing, a weight is null, text or negative, a stratum is not in the population table, a
            population is smaller than its sample, a cluster lies in two strata, or a stratum has a lonely unit.

    Respondents with weight 0 count as sampled and are outside every estimate, count and base.

    Example:
        >>> import polars as pl
        >>> frame = pl.DataFrame({"role": ["chair"] * 3 + ["officer"] * 2, "agrees": [1, 1, 0, 1, 0]})
        >>> design = Design(frame, strata="role", population={"chair": 6, "officer": 8})
        >>> design
        Design(5 respondents, 2 strata, 3 degrees of freedom, weights N/n)
        >>> design.mean("agrees").frame.select("estimate", "std_error", "df").rows()[0]
        (0.5714285714285714, 0.26726124191242434, 3.0)
    """

    frame: pl.DataFrame
    weight: str | None = field(default=None, kw_only=True)
    strata: str | Sequence[str] | None = field(default=None, kw_only=True)
    clusters: str | Sequence[str] | None = field(default=None, kw_only=True)
    population: str | Sequence[str] | int | float | Mapping[Any, float] | None = field(default=None, kw_only=True)
    lonely: Lonely = field(default="fail", kw_only=True)
    nest: bool = field(default=False, kw_only=True)
    calibration: Calibration | None = field(default=None, kw_only=True)
    weighting: Weighted | None = field(default=None, kw_only=True, repr=False)
    structure: Structure = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.frame, pl.DataFrame):
            raise DesignError("A design needs a polars DataFrame.", got=type(self.frame).__name__, hint="Use polars.from_pandas().")
        if self.lonely not in get_args(Lonely):
            raise DesignError(
                "The rule for lonely units is unknown.",
                where="lonely",
                expected=", ".join(get_args(Lonely)),
                got=repr(self.lonely),
                hint=did_you_mean(str(self.lonely), get_args(Lonely)),
            )
        built = build_structure(
            self.frame,
            weight=self.weight,
            strata=self.stratum_columns,
            clusters=_names(self.clusters),
            population=self.population,
            lonely=self.lonely,
            nest=self.nest,
        )
        object.__setattr__(self, "structure", built)

    @property
    def stratum_columns(self) -> tuple[str, ...]:
        """The columns that make the strata; empty for an unstratified sample."""
        return _names(self.strata)

    @property
    def weights(self) -> Floats:
        """The weight of each respondent."""
        return self.structure.weights

    @property
    def df(self) -> float:
        """Degrees of freedom: primary sampling units minus strata, of the whole design."""
        return self.structure.df

    @property
    def size(self) -> int:
        """How many respondents there are."""
        return self.frame.height

    @property
    def effective_size(self) -> float:
        """The sample size after the loss from unequal weights: (sum of w) squared over sum of w squared (Kish 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def __repr__(self) -> str:
        first = self.structure.stages[0]
        units = "" if first.units is None else f", {len(first.stratum)} clusters"
        strata = f", {len(first.sampled)} strata" if self.stratum_columns else ""
        made = "N/n" if self.population is not None else "1"
        weights = f"weights {self.weight or made}" + (", calibrated" if self.calibration is not None else "")
        return f"Design({self.size} respondents{strata}{units}, {self.df:g} degrees of freedom, {weights})"

    def reweighted(
        self, weights: npt.ArrayLike | pl.Series, *, name: str = "calibrated_weight", calibration: Calibration | None = None
    ) -> Design:
        """The same design with other weights, kept in the frame as the column `name`.

        Args:
            weights: One weight a respondent.
            name: The new column.
            calibration: What makes residuals of scores, if the weights were calibrated.
        """
        column = pl.Series(name, np.asarray(weights, dtype=np.float64))
        return replace(self, frame=self.frame.with_columns(column), weight=name, calibration=calibration, weighting=None)

    def with_frame(self, frame: pl.DataFrame) -> Design:
        """The same design on a frame with the same respondents and other columns."""
        return replace(self, frame=frame)

    def mean(self, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """The mean of numbers, or of a scale by its `values`, with a t interval. See `barometer.estimation.ratios.mean`."""
        from barometer.estimation import ratios

        return ratios.mean(self, variable, by=by, where=where, level=level)

    def proportion(
        self, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, interval: str = "logit", level: float = 0.95
    ) -> Estimates:
        """The share of each option, in 0..1, one row an option. See `barometer.estimation.ratios.proportion`."""
        from barometer.estimation import ratios

        return ratios.proportion(self, variable, by=by, where=where, interval=interval, level=level)

    def net(
        self,
        variable: AnyVariable,
        nets: Mapping[str, Sequence[Any]] | None = None,
        *,
        by: Any = None,
        where: pl.Expr | None = None,
        interval: str = "logit",
        level: float = 0.95,
    ) -> Estimates:
        """The share of each named set of options, in 0..1. See `barometer.estimation.ratios.net`."""
        from barometer.estimation import ratios

        return ratios.net(self, variable, nets, by=by, where=where, interval=interval, level=level)

    def top_box(
        self,
        variable: AnyVariable,
        size: int = 1,
        *,
        by: Any = None,
        where: pl.Expr | None = None,
        interval: str = "logit",
        level: float = 0.95,
    ) -> Estimates:
        """The share of the `size` highest options of a scale, in 0..1. See `barometer.estimation.ratios.top_box`."""
        from barometer.estimation import ratios

        return ratios.top_box(self, variable, size, by=by, where=where, interval=interval, level=level)

    def total(self, variable: AnyVariable, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """The total of a number, or the weighted number of persons with each option. See `barometer.estimation.ratios.total`."""
        from barometer.estimation import ratios

        return ratios.total(self, variable, by=by, where=where, level=level)

    def ratio(self, numerator: str, denominator: str, *, by: Any = None, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """The ratio of two totals, among those who answered both. See `barometer.estimation.ratios.ratio`."""
        from barometer.estimation import ratios

        return ratios.ratio(self, numerator, denominator, by=by, where=where, level=level)

    def quantile(
        self,
        variable: AnyVariable,
        probabilities: float | Sequence[float] = 0.5,
        *,
        by: Any = None,
        where: pl.Expr | None = None,
        interval: str = "logit",
        level: float = 0.95,
    ) -> Estimates:
        """Quantiles of a number with Woodruff's interval. See `barometer.estimation.quantiles.quantile`."""
        from barometer.estimation import quantiles

        return quantiles.quantile(self, variable, probabilities, by=by, where=where, interval=interval, level=level)

    def difference(self, first: Any, second: Any, *, where: pl.Expr | None = None, level: float = 0.95) -> Estimates:
        """The paired difference of two items, first minus second. See `barometer.estimation.joint.difference`."""
        from barometer.estimation import joint

        return joint.difference(self, first, second, where=where, level=level)

    def covariance(self, terms: Sequence[Term | AnyVariable], *, level: float = 0.95) -> Joint:
        """Any shares and means together, with their covariance matrix. See `barometer.estimation.joint.covariance`."""
        from barometer.estimation import joint

        return joint.covariance(self, terms, level=level)

    def overlap(
        self,
        variable: MultipleResponse,
        *,
        combinations: bool = False,
        where: pl.Expr | None = None,
        interval: str = "logit",
        level: float = 0.95,
    ) -> Estimates:
        """The share that selected each pair of options. See `barometer.estimation.overlap.overlap`."""
        from barometer.estimation import overlap

        return overlap.overlap(self, variable, combinations=combinations, where=where, interval=interval, level=level)

    def tab_book(
        self,
        questions: Sequence[AnyVariable] | AnyVariable,
        breaks: Sequence[AnyBreak] = (),
        *,
        where: pl.Expr | None = None,
        adjust: str | None = "holm",
        interval: str = "logit",
        level: float = 0.95,
    ) -> Estimates:
        """Every question by every break, and for everybody. See `barometer.estimation.book.tab_book`."""
        from barometer.estimation import book

        return book.tab_book(self, questions, breaks, where=where, adjust=adjust, interval=interval, level=level)

    def independence(self, first: str | Categorical, second: str | Categorical, *, where: pl.Expr | None = None) -> Estimates:
        """The Rao-Scott test of two categorical variables, with Cramer's V. See `barometer.estimation.association.independence`."""
        from barometer.estimation import association

        return association.independence(self, first, second, where=where)

    def t_test(
        self, variable: Any, by: str | Categorical | None = None, *, against: float = 0.0, where: pl.Expr | None = None, level: float = 0.95
    ) -> Estimates:
        """The difference of two groups, or of everybody from a number, with its t test. See `barometer.estimation.ranks.t_test`."""
        from barometer.estimation import ranks

        return ranks.t_test(self, variable, by, against=against, where=where, level=level)

    def rank_test(
        self,
        variable: str | Numeric | Categorical,
        *,
        by: str | Categorical,
        scores: RankScore = "wilcoxon",
        where: pl.Expr | None = None,
        level: float = 0.95,
    ) -> Estimates:
        """Wilcoxon's test of two groups or Kruskal and Wallis's of more. See `barometer.estimation.ranks.rank_test`."""
        from barometer.estimation import ranks

        return ranks.rank_test(self, variable, by=by, scores=scores, where=where, level=level)

    def regress(self, formula: str, *, family: Family = "gaussian", where: pl.Expr | None = None, level: float = 0.95) -> Model:
        """A linear ("gaussian") or logistic ("binomial") model. See `barometer.estimation.models.regress`."""
        from barometer.estimation import models

        return models.regress(self, formula, family=family, where=where, level=level)

    def ordinal(self, formula: str, *, order: Sequence[Any] | None = None, where: pl.Expr | None = None, level: float = 0.95) -> Model:
        """The proportional-odds model of a scale. See `barometer.estimation.ordinal.ordinal`."""
        from barometer.estimation import ordinal

        return ordinal.ordinal(self, formula, order=order, where=where, level=level)

    def rake(self, margins: Any, *, population: pl.DataFrame | None = None, count: str | None = None, **limits: Any) -> Design:
        """The design with weights raked to margins, whose variances use residuals. See `barometer.weighting.rake`."""
        from barometer import weighting

        made = weighting.rake(self.frame, margins, weights=self.weights, population=population, count=count, **limits)
        return self._weighted(made, "raked_weight")

    def poststratify(self, margins: Any, *, population: pl.DataFrame | None = None, count: str | None = None) -> Design:
        """The design with weights that expand post-strata to the population. See `barometer.weighting.poststratify`."""
        from barometer import weighting

        made = weighting.poststratify(self.frame, margins, weights=self.weights, population=population, count=count)
        return self._weighted(made, "poststratified_weight")

    def calibrate(
        self,
        targets: Any,
        *,
        method: str = "linear",
        bounds: tuple[float | None, float | None] = (None, None),
        size: float | None = None,
        population: pl.DataFrame | None = None,
        count: str | None = None,
    ) -> Design:
        """The design with weights calibrated to margins and totals of numbers. See `barometer.weighting.calibrate`."""
        from barometer import weighting

        made = weighting.calibrate(
            self.frame, targets, method=method, bounds=bounds, size=size, weights=self.weights, population=population, count=count
        )
        return self._weighted(made, "calibrated_weight")

    def trim(self, *, lower: float | None = None, upper: float | None = None, relative: bool = True) -> Design:
        """The design with weights cut to limits, by default multiples of the mean weight. See `barometer.weighting.trim`."""
        from barometer import weighting

        return self._weighted(weighting.trim(self.weights, lower=lower, upper=upper, relative=relative), "trimmed_weight")

    def weighting_report(self) -> WeightingReport:
        """Diagnostics of the weights: Kish efficiency, extremes, margins before and after, the log. See `barometer.weighting.report`."""
        from barometer import weighting

        return weighting.report(self.frame, self.weighting or weighting.Weighted(self.weights, self.weights))

    def _weighted(self, made: Weighted, name: str) -> Design:
        # A calibration that was set by hand is replaced: nothing is known of the weights that it started from.
        whole = made if self.weighting is None else self.weighting.then(made)
        return replace(self.reweighted(made.weights, name=name, calibration=whole.adjustment), weighting=whole)

    def replicates(
        self,
        method: str = "supplied",
        number: int | None = None,
        *,
        seed: int = 1,
        weights: Any = None,
        scale: float | None = None,
        rscales: Sequence[float] | None = None,
        rho: float | None = None,
        centre: str = "estimate",
        combined: bool = True,
        df: float | None = None,
    ) -> Replicates:
        """Replicate weights: bootstrap, jackknife, BRR, Fay or supplied. See `barometer.estimation.replicates.replicates`."""
        from barometer.estimation import replicates

        return replicates.replicates(
            self,
            method,
            number,
            seed=seed,
            weights=weights,
            scale=scale,
            rscales=rscales,
            rho=rho,
            centre=centre,
            combined=combined,
            df=df,
        )
