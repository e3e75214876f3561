# The four surveys, their data files and the svydesign objects that the topics use.

data(api)

api_columns <- c(
  "dnum", "snum", "cds", "stype", "api00", "api99", "sch.wide", "comp.imp", "awards", "yr.rnd", "meals", "ell", "mobility",
  "enroll", "api.stu", "pw"
)

# Holes at fixed rows, so that missing answers meet strata and clusters alike.
holes <- function(x, every, from = 1) {
  x[seq(from, length(x), by = every)] <- NA
  x
}

strat_data <- apistrat[, c(api_columns, "fpc")]
strat_data$comp_holed <- holes(strat_data$comp.imp, 7, 3)
strat_data$meals_holed <- holes(strat_data$meals, 9, 2)

clus1_data <- apiclus1[, c(api_columns, "fpc")]
clus1_data$comp_holed <- holes(clus1_data$comp.imp, 7, 3)
clus1_data$meals_holed <- holes(clus1_data$meals, 9, 2)

clus2_data <- apiclus2[, c(api_columns, "fpc1", "fpc2")]
clus2_data$wt <- as.vector(weights(svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)))
clus2_data$comp_holed <- holes(clus2_data$comp.imp, 7, 3)
clus2_data$meals_holed <- holes(clus2_data$meals, 9, 2)

# --- a made-up barometer: 209 posts in each of two roles, 52 and 48 answers -------------------------------------------------
set.seed(20160401)
made_barometer <- function(n = c(chair = 52, ao = 48), posts = 209) {
  regions <- c("north", "midlands", "london", "south")
  role <- rep(names(n), n)
  total <- length(role)
  region <- sample(regions, total, replace = TRUE, prob = c(0.3, 0.27, 0.18, 0.25))
  # Weights differ within a role, as after an adjustment for non-response, and sum to the posts of the role.
  raw <- runif(total, 0.7, 1.4)
  weight <- ave(raw, role, FUN = function(r) posts * r / sum(r))
  lean <- rnorm(total) + 0.5 * (role == "ao") - 0.4 * (region == "london")
  option <- function(cuts, labels) as.character(cut(lean + rnorm(total), c(-Inf, cuts, Inf), labels))
  likert <- function(shift) as.integer(cut(lean + shift + rnorm(total), c(-Inf, -1.4, -0.4, 0.5, 1.4, Inf)))
  gaps <- function(x, share) {
    x[runif(total) < share] <- NA
    x
  }
  answers <- data.frame(
    person_id = sprintf("p%03d", seq_len(total)), role = role, region = region, weight = weight,
    base_weight = ave(raw, role, FUN = function(r) posts / length(r)), posts = posts,
    q1 = gaps(option(c(-0.9, 0.1, 1), c("disagree", "neither", "agree", "strongly agree")), 0.06),
    support = gaps(option(0.1, c("no", "yes")), 0.05),
    b1 = gaps(likert(0.3), 0.08), b2 = gaps(likert(-0.2), 0.10), b3 = gaps(likert(0), 0.05), b4 = gaps(likert(0.6), 0.12),
    stringsAsFactors = FALSE
  )
  shown <- runif(total) > 0.12
  for (item in 1:4) {
    chosen <- as.integer(lean + rnorm(total) > c(-0.5, 0, 0.4, 1.1)[item])
    answers[[paste0("m", item)]] <- ifelse(shown, chosen, NA_integer_)
  }
  answers$score <- gaps(pmin(10L, pmax(1L, as.integer(round(5.5 + 1.6 * lean + rnorm(total))))), 0.04)
  answers$years <- pmax(1L, as.integer(round(rgamma(total, 3, 0.5))))
  answers
}
baro_data <- made_barometer()

write_data(strat_data, "ref_apistrat.csv")
write_data(clus1_data, "ref_apiclus1.csv")
write_data(clus2_data, "ref_apiclus2.csv")
write_data(baro_data, "ref_barometer.csv")

strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat_data)
clus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1_data)
clus2 <- svydesign(id = ~dnum + snum, weights = ~wt, fpc = ~fpc1 + fpc2, data = clus2_data)
baro <- svydesign(id = ~1, strata = ~role, weights = ~weight, fpc = ~posts, data = baro_data)

describe("strat", "ref_apistrat.csv", "pw", strata = "stype", population = "fpc")
describe("clus1", "ref_apiclus1.csv", "pw", clusters = "dnum", population = "fpc")
describe("clus2", "ref_apiclus2.csv", "wt", clusters = c("dnum", "snum"), population = c("fpc1", "fpc2"))
describe("baro", "ref_barometer.csv", "weight", strata = "role", population = "posts")

# The same surveys without population sizes: what an estimator that forgets the fpc would say.
without_fpc <- list(
  strat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat_data),
  clus1 = svydesign(id = ~dnum, weights = ~pw, data = clus1_data),
  clus2 = svydesign(id = ~dnum + snum, weights = ~wt, data = clus2_data),
  baro = svydesign(id = ~1, strata = ~role, weights = ~weight, data = baro_data)
)
first_stage_fpc_only <- svydesign(id = ~dnum, weights = ~wt, fpc = ~fpc1, data = clus2_data)
