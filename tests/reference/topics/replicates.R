# Replicate weights: jackknife (with fpc), BRR and Fay on a paired design, and supplied replicates. The random ones are stored as
# multipliers of the weight, one column a replicate, so that a test of supplied replicates is exact.
#
# R's default (mse = FALSE) centres on the mean of the replicates, over all strata at once; mse = TRUE centres on the full-sample
# estimate. Both are stored.

replicate_targets <- list(
  api = c(
    mean = "svymean(~api00, %s)", proportion = "svymean(~sch.wide, %s)", ratio = "svyratio(~api.stu, ~meals, %s)",
    total = "svytotal(~mobility, %s)", domain = "svymean(~api00, subset(%s, stype == \"E\"))"
  ),
  baro = c(
    mean = "svymean(~years, %s)", proportion = "svymean(~q1, %s, na.rm = TRUE)", ratio = "svyratio(~years, ~posts, %s)",
    total = "svytotal(~years, %s)", domain = "svymean(~years, subset(%s, region == \"north\"))"
  ),
  scd = c(mean = "svymean(~alive, %s)", ratio = "svyratio(~alive, ~arrests, %s)", total = "svytotal(~alive, %s)")
)
quantile_of <- list(api = "api00", baro = "years", scd = NULL)

spread <- function(object) {
  if (inherits(object, "svyratio")) {
    list(estimate = I(as.vector(coef(object))), se = I(as.vector(SE(object))))
  } else {
    list(estimate = I(as.vector(coef(object))), se = I(as.vector(SE(object))), names = I(names(coef(object))))
  }
}

replicate_values <- function(repdesign, kind) {
  values <- list()
  for (mse in c(FALSE, TRUE)) {
    current <- repdesign
    current$mse <- mse
    label <- if (mse) "mse_true" else "mse_false"
    assign("current_replicates", current, globalenv())
    for (target in names(replicate_targets[[kind]])) {
      values[[label]][[target]] <- spread(suppressWarnings(run(sprintf(replicate_targets[[kind]][[target]],
        "current_replicates"))))
    }
    variable <- quantile_of[[kind]]
    if (!is.null(variable)) {
      p <- c(0.25, 0.5, 0.9)
      # Smallest value at which the weighted share reaches p, in the sample and in every replicate.
      quantile_at <- function(w, data) {
        y <- data[[variable]]
        o <- order(y)
        reached <- cumsum(w[o]) / sum(w)
        vapply(p, function(q) y[o][which(reached >= q - 1e-12)[1]] * 1, numeric(1))
      }
      got <- withReplicates(current, quantile_at)
      values[[label]]$quantile <- list(p = I(p), rule = "smallest y with weighted share >= p",
        estimate = I(as.vector(coef(got))), se = I(as.vector(SE(got))))
    }
  }
  values
}

describe_replicates <- function(repdesign) {
  list(
    type = repdesign$type, scale = repdesign$scale, rscales = I(unname(repdesign$rscales)),
      replicates = ncol(repdesign$repweights),
    combined = repdesign$combined.weights, df = degf(repdesign), fay_rho = repdesign$rho
  )
}

multipliers <- function(repdesign) {
  m <- unname(as.matrix(weights(repdesign, type = "replication")))
  frame <- as.data.frame(m)
  names(frame) <- paste0("r", seq_len(ncol(m)))
  frame
}

replicate_case <- function(id, design, kind, call, file = NULL, seed = NULL, note = NULL) {
  if (!is.null(seed)) set.seed(seed)
  repdesign <- suppressWarnings(run(call))
  values <- describe_replicates(repdesign)
  if (!is.null(file)) {
    write_data(multipliers(repdesign), file)
    values$multipliers_file <- file
  }
  record("replicates", id, design, call, c(values, replicate_values(repdesign, kind)), note)
}

data(scd)
scd_data <- scd
scd_data$wt <- 1
scd_data$ambulance <- as.integer(scd_data$ambulance)
write_data(scd_data, "ref_scd.csv")
paired <- svydesign(id = ~ambulance, strata = ~ESA, weights = ~wt, nest = TRUE, data = scd_data)
describe("paired", "ref_scd.csv", "wt", strata = "ESA", clusters = "ambulance")

replicate_case("clus1.jk1", "clus1", "api", "as.svrepdesign(clus1, type = \"JK1\")", note = "fpc in scale")
replicate_case("strat.jkn", "strat", "api", "as.svrepdesign(strat, type = \"JKn\")",
  note = "fpc in rscales, one for each row of the data")
replicate_case("baro.jkn", "baro", "baro", "as.svrepdesign(baro, type = \"JKn\")",
  note = "fpc in rscales, one for each row of the data")
replicate_case("paired.jkn", "paired", "scd", "as.svrepdesign(paired, type = \"JKn\")")
replicate_case("paired.brr", "paired", "scd", "as.svrepdesign(paired, type = \"BRR\")", "ref_replicates_paired_brr.csv",
  note = "clusters are numbered within their stratum (nest); a ratio depends on the Hadamard matrix: use the stored multipliers")
replicate_case("paired.fay", "paired", "scd", "as.svrepdesign(paired, type = \"Fay\", fay.rho = 0.3)",
  "ref_replicates_paired_fay.csv",
  note = "clusters are numbered within their stratum (nest); a ratio depends on the Hadamard matrix: use the stored multipliers")
replicate_case("clus1.bootstrap", "clus1", "api", "as.svrepdesign(clus1, type = \"bootstrap\", replicates = 50)",
  "ref_replicates_clus1_bootstrap.csv", 11,
  "Canty and Davison's bootstrap, fpc-aware")
replicate_case("baro.bootstrap", "baro", "baro", "as.svrepdesign(baro, type = \"bootstrap\", replicates = 50)",
  "ref_replicates_baro_bootstrap.csv", 12,
  "Canty and Davison's bootstrap, fpc-aware")
replicate_case("baro.subbootstrap", "baro", "baro", "as.svrepdesign(baro, type = \"subbootstrap\", replicates = 50)",
  "ref_replicates_baro_subbootstrap.csv", 13,
  "Rao and Wu's n-1 bootstrap; takes no account of the fpc")
replicate_case("clus2.mrbbootstrap", "clus2", "api", "as.svrepdesign(clus2, type = \"mrbbootstrap\", replicates = 50)",
  "ref_replicates_clus2_mrbbootstrap.csv", 14,
  "Preston's multistage rescaled bootstrap, fpc at both stages")

# A jackknife with fpc equals linearisation for a total, whatever the design: a check on both.
agree(SE(svytotal(~enroll, as.svrepdesign(clus1, type = "JK1", mse = TRUE))), SE(svytotal(~enroll, clus1)), 1e-9)
agree(SE(svytotal(~enroll, as.svrepdesign(strat, type = "JKn", mse = TRUE))), SE(svytotal(~enroll, strat)), 1e-9)
