# Calibrated weights and the residual variance of what is estimated with them.
#
# Three things to know of R's variances. postStratify() centres on means weighted with the design weights. calibrate() takes
# residuals from a regression weighted with the DESIGN weights d and multiplies them by the calibrated weights g d. rake() gives
# the weights of calibrate(calfun = "raking") but takes UNWEIGHTED residuals on the margins (ten rounds of sweeping means): a
# quirk not to copy when weights differ much; `se_residual_design_weights` is what calibrate() would say.

totals_of <- function(formula, data) colSums(model.matrix(formula, data))
counts_of <- function(formula, data) {
  table <- as.data.frame(xtabs(formula, data))
  table
}

# A made-up frame behind the barometer: posts by role and region; each role has 209.
baro_frame <- data.frame(
  role = rep(c("chair", "ao"), each = 4), region = rep(c("north", "midlands", "london", "south"), 2),
  Freq = c(64, 55, 33, 57, 62, 57, 34, 56)
)
region_margin <- aggregate(Freq ~ region, baro_frame, sum)
role_margin <- aggregate(Freq ~ role, baro_frame, sum)
write_data(baro_frame, "ref_barometer_frame.csv")

stype_margin <- counts_of(~stype, apipop)
schwide_margin <- counts_of(~sch.wide, apipop)
awards_margin <- counts_of(~awards, apipop)
pop_linear <- totals_of(~ stype + api99, apipop)
pop_factor <- totals_of(~ stype + sch.wide, apipop)
baro_margin <- c("(Intercept)" = 418, rolechair = 209, regionmidlands = 112, regionnorth = 126, regionsouth = 113)

tight_rake <- "control = list(maxit = 5000, epsilon = 1e-15)"
tight_calibrate <- "epsilon = 1e-14, maxit = 500"
# Each method: the design it starts from and the call, whose text is stored.
with_options <- function(call, options) sub("\\)$", paste0(", ", options, ")"), call)
calls <- list(
  strat.poststratify = c("strat", "postStratify(strat, ~sch.wide, schwide_margin)"),
  strat.rake = c("strat",
    with_options("rake(strat, list(~stype, ~sch.wide, ~awards), list(stype_margin, schwide_margin, awards_margin))", tight_rake)),
  strat.linear = c("strat", "calibrate(strat, ~stype + api99, pop_linear)"),
  strat.raking = c("strat", with_options("calibrate(strat, ~stype + api99, pop_linear, calfun = \"raking\")", tight_calibrate)),
  strat.logit = c("strat",
    with_options("calibrate(strat, ~stype + api99, pop_linear, calfun = \"logit\", bounds = c(0.8, 1.25))", tight_calibrate)),
  clus1.poststratify = c("clus1", "postStratify(clus1, ~stype, stype_margin)"),
  clus1.rake = c("clus1", with_options("rake(clus1, list(~stype, ~sch.wide), list(stype_margin, schwide_margin))", tight_rake)),
  clus1.linear = c("clus1", "calibrate(clus1, ~stype + api99, pop_linear)"),
  clus1.raking = c("clus1", with_options("calibrate(clus1, ~stype + api99, pop_linear, calfun = \"raking\")", tight_calibrate)),
  clus1.logit = c("clus1", with_options("calibrate(clus1, ~stype + api99, pop_linear, calfun = \"logit\", bounds = c(0.4, 2.2))",
    tight_calibrate)),
  clus1.linear_bounded = c("clus1",
    with_options("calibrate(clus1, ~stype + api99, pop_linear, calfun = \"linear\", bounds = c(0.4, 2.2))", tight_calibrate)),
  clus1.raking_factors = c("clus1", with_options("calibrate(clus1, ~stype + sch.wide, pop_factor, calfun = \"raking\")",
    tight_calibrate)),
  clus2.poststratify = c("clus2", "postStratify(clus2, ~stype, stype_margin)"),
  clus2.rake = c("clus2", with_options("rake(clus2, list(~stype, ~sch.wide), list(stype_margin, schwide_margin))", tight_rake)),
  clus2.linear = c("clus2", "calibrate(clus2, ~stype + api99, pop_linear)"),
  baro.poststratify = c("baro", "postStratify(baro, ~role + region, baro_frame)"),
  baro.rake = c("baro", with_options("rake(baro, list(~role, ~region), list(role_margin, region_margin))", tight_rake)),
  baro.linear = c("baro", "calibrate(baro, ~role + region, baro_margin)"),
  baro.raking = c("baro", with_options("calibrate(baro, ~role + region, baro_margin, calfun = \"raking\")", tight_calibrate)),
  baro.logit = c("baro", with_options("calibrate(baro, ~role + region, baro_margin, calfun = \"logit\", bounds = c(0.5, 2))",
    tight_calibrate))
)
population_of <- function(id) {
  method <- sub("^[a-z0-9]+\\.", "", id)
  survey_name <- sub("\\..*", "", id)
  plain <- function(table) setNames(as.list(table$Freq), as.character(table[[1]]))
  if (survey_name == "baro") {
    if (method == "poststratify") return(list(file = "ref_barometer_frame.csv", by = I(c("role", "region"))))
    if (method == "rake") return(list(role = plain(role_margin), region = plain(region_margin)))
    return(named(baro_margin))
  }
  if (id == "strat.poststratify") return(list("sch.wide" = plain(schwide_margin)))
  if (method == "poststratify") return(list(stype = plain(stype_margin)))
  if (id == "strat.rake") return(list(stype = plain(stype_margin), "sch.wide" = plain(schwide_margin),
    awards = plain(awards_margin)))
  if (method == "rake") return(list(stype = plain(stype_margin), "sch.wide" = plain(schwide_margin)))
  if (method == "raking_factors") return(named(pop_factor))
  named(pop_linear)
}

# Residuals of the influence values on the margins, by weighted least squares with weights `by`, as multiples of the calibrated
# weight.
residual_se <- function(score, x, by, w, design) {
  fit <- lm.wfit(x, score, by)
  sqrt(diag(total_variance_uncalibrated(fit$residuals * w, design)))
}
total_variance_uncalibrated <- function(weighted, design) {
  as.matrix(survey:::svyrecvar(as.matrix(weighted), design$cluster, design$strata, design$fpc))
}

calibration_targets <- list(
  strat = c(
    "svymean(~api00, d)", "svytotal(~mobility, d)", "svymean(~awards, d)", "svyratio(~api.stu, ~meals, d)",
    "svymean(~meals_holed, d, na.rm = TRUE)"
  ),
  baro = c(
    "svymean(~q1, d, na.rm = TRUE)", "svymean(~score, d, na.rm = TRUE)", "svytotal(~years, d)",
    "svymean(~score, subset(d, region == \"north\"), na.rm = TRUE)", "svyratio(~b1, ~b2, d, na.rm = TRUE)"
  )
)
calibration_targets$clus1 <- calibration_targets$strat
calibration_targets$clus2 <- calibration_targets$strat

rake_note <- paste(
  "target standard errors are R's, from unweighted residuals;",
  "calibrate() with raking distance and GREG use se_residual_design_weights"
)
weight_files <- list()
for (id in names(calls)) {
  survey_name <- calls[[id]][1]
  base <- get(survey_name)
  d <- run(calls[[id]][2])
  w <- as.vector(weights(d))
  weight_files[[survey_name]][[sub("^[a-z0-9]+\\.", "", id)]] <- w
  targets <- list()
  for (target in calibration_targets[[survey_name]]) {
    got <- eval(parse(text = target))
    targets[[target]] <- if (inherits(got, "svyratio")) {
      list(estimate = named(setNames(as.vector(coef(got)), names(coef(got)))), se = as.list(setNames(as.vector(SE(got)),
        names(coef(got)))))
    } else {
      estimates(got)
    }
  }
  values <- list(
    population = population_of(id), weights_file = sprintf("ref_calibrated_%s.csv", survey_name),
    weights_column = sub("^[a-z0-9]+\\.", "", id), weight_sum = sum(w), weight_min = min(w), weight_max = max(w),
      targets = targets
  )
  # The mean of one number by hand: both regressions, and R's own answer.
  y <- if (survey_name == "baro") base$variables$years else base$variables$api00
  margins <- if (survey_name == "baro") {
    if (grepl("poststratify", id)) ~ role * region else ~ role + region
  } else if (grepl("poststratify", id)) {
    if (survey_name == "strat") ~sch.wide else ~stype
  } else if (id == "strat.rake") {
    ~ stype + sch.wide + awards
  } else if (grepl("rake|factors", id)) {
    ~ stype + sch.wide
  } else {
    ~ stype + api99
  }
  x <- model.matrix(margins, base$variables)
  score <- (y - sum(w * y) / sum(w)) / sum(w)
  design_weights <- as.vector(weights(base))
  values$mean_by_hand <- list(
    variable = if (survey_name == "baro") "years" else "api00", estimate = sum(w * y) / sum(w),
    se_residual_design_weights = unname(drop(residual_se(score, x, design_weights, w, base))),
    se_residual_calibrated_weights = unname(drop(residual_se(score, x, w, w, base))),
    se_residual_unweighted = unname(drop(residual_se(score, x, rep(1, length(w)), w, base))),
    se_r = unname(as.vector(SE(svymean(y, d)))),
      se_ignoring_calibration_wrong = unname(drop(sqrt(total_variance_uncalibrated(score * w, base))))
  )
  if (grepl("linear|raking|logit", id)) agree(values$mean_by_hand$se_residual_design_weights, values$mean_by_hand$se_r)
  if (grepl("poststratify", id)) agree(values$mean_by_hand$se_residual_design_weights, values$mean_by_hand$se_r)
  if (grepl("\\.rake$", id)) agree(values$mean_by_hand$se_residual_unweighted, values$mean_by_hand$se_r, 1e-5)
  record("calibration", id, survey_name, calls[[id]][2], values,
    if (grepl("\\.rake$", id)) rake_note)
}
for (survey_name in names(weight_files)) {
  write_data(as.data.frame(weight_files[[survey_name]]), sprintf("ref_calibrated_%s.csv", survey_name))
}
