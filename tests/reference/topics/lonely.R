# A stratum with one PSU under each rule, at the first and the second stage; and what R says of a domain without cases.

set.seed(8)
lonely_data <- data.frame(
  stratum = rep(c("a", "b", "c"), c(8, 3, 9)), psu = c(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8),
  weight = c(runif(8, 9, 12), runif(3, 20, 25), runif(9, 13, 17)), psus = rep(c(40, 12, 30), c(8, 3, 9))
)
lonely_data$y <- round(rnorm(20, 50, 10), 2)
lonely_data$z <- rbinom(20, 1, 0.6)
lonely_data$domain <- rep(c("x", "y"), 10)
write_data(lonely_data, "ref_lonely.csv")
lonely_fpc <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~psus, data = lonely_data)
lonely_bare <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = lonely_data)
describe("lonely_fpc", "ref_lonely.csv", "weight", strata = "stratum", clusters = "psu", population = "psus")
describe("lonely_bare", "ref_lonely.csv", "weight", strata = "stratum", clusters = "psu")

# Two stages: PSU 4 gave a single unit of its seven.
two_stage_data <- data.frame(
  psu = c(1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5), unit = seq_len(11), psus = 24, units = c(6, 6, 6, 9, 9, 5, 5, 5, 7, 8, 8)
)
two_stage_data$wt <- 24 / 5 * two_stage_data$units / ave(two_stage_data$unit, two_stage_data$psu, FUN = length)
two_stage_data$y <- round(rnorm(11, 20, 4), 2)
write_data(two_stage_data, "ref_lonely_two_stage.csv")
lonely_two <- svydesign(id = ~psu + unit, weights = ~wt, fpc = ~psus + units, data = two_stage_data)
describe("lonely_two", "ref_lonely_two_stage.csv", "wt", clusters = c("psu", "unit"), population = c("psus", "units"))

for (rule in c("fail", "adjust", "average", "certainty", "remove")) {
  for (name in c("lonely_fpc", "lonely_bare", "lonely_two")) {
    targets <- c("svymean(~y, %s)", "svytotal(~y, %s)")
    if (name != "lonely_two") targets <- c(targets, "svymean(~z, %s)", "svymean(~y, subset(%s, domain == \"x\"))",
      "svyratio(~y, ~weight, %s)")
    for (target in sprintf(targets, name)) {
      options(survey.lonely.psu = rule)
      values <- tryCatch({
        got <- run(target)
        list(rule = rule, estimate = unname(coef(got)), se = as.vector(SE(got)), df = degf(get(name)))
      }, error = function(e) list(rule = rule, error = conditionMessage(e)))
      options(survey.lonely.psu = "fail")
      record("lonely", paste(name, rule, target, sep = "."), name, sprintf("options(survey.lonely.psu = \"%s\"); %s", rule,
        target), values,
        if (rule == "adjust") "R does not centre the lonely PSU's score at all: the centre is 0, the mean score of a mean or a ratio but not of a total")
    }
  }
}

# R's answers for domains without cases, for options that nobody chose and for shares of 1: quirks that are documented, not
# copied.
plain_numbers <- function(expression) {
  tryCatch({
    got <- suppressWarnings(run(expression))
    list(estimate = as.character(unname(coef(got))), se = as.character(as.vector(SE(got))))
  }, error = function(e) list(error = conditionMessage(e)))
}
quirks <- c(
  empty_domain_mean = "svymean(~years, subset(baro, region == \"nowhere\"))",
  empty_domain_total = "svytotal(~years, subset(baro, region == \"nowhere\"))",
  empty_domain_ratio = "svyratio(~years, ~posts, subset(baro, region == \"nowhere\"))",
  empty_domain_interval = "svyciprop(~I(years > 3), subset(baro, region == \"nowhere\"))",
  nobody_mean = "svymean(~I(as.numeric(years > 999)), baro)",
  nobody_interval_logit = "svyciprop(~I(as.numeric(years > 999)), baro, method = \"logit\")",
  nobody_interval_beta = "svyciprop(~I(as.numeric(years > 999)), baro, method = \"beta\")",
  everybody_interval_logit = "svyciprop(~I(as.numeric(years > 0)), baro, method = \"logit\")",
  empty_level_of_a_factor = "svyby(~I(as.numeric(support == \"yes\")), ~factor(region, levels = c(\"north\", \"nowhere\")), baro, svymean, na.rm = TRUE, drop.empty.groups = FALSE)",
  empty_level_of_a_factor_total = "svyby(~years, ~factor(region, levels = c(\"north\", \"nowhere\")), baro, svytotal, drop.empty.groups = FALSE)"
)
for (id in names(quirks)) {
  values <- plain_numbers(quirks[[id]])
  if (grepl("interval", id) && is.null(values$error)) {
    values$conf <- as.character(as.vector(suppressWarnings(confint(run(quirks[[id]])))))
  }
  record("quirks_not_to_copy", id, "baro", quirks[[id]], values,
    "numbers as R prints them, as text; ours: undefined, or a Korn-Graubard interval")
}
