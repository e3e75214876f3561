# Reference values from R's survey package for the core estimators: means, totals, ratios, proportions, intervals, quantiles, domains.
#
#   Rscript tests/reference/make_reference_core.R
#
# reads data/ref_*.csv (made by make_reference.R) and writes core.json beside this script. Domains and unanswered items keep the whole
# design, and every interval has its degrees of freedom: R would count those of the remaining rows. Quantiles use qrule = "math".

suppressPackageStartupMessages({
  library(survey)
  library(jsonlite)
})
options(warn = 1, survey.lonely.psu = "fail")
here <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
read <- function(name) read.csv(file.path(here, "data", paste0("ref_", name, ".csv")), na.strings = "", colClasses = c(cds = "character"))
read_plain <- function(name) read.csv(file.path(here, "data", paste0("ref_", name, ".csv")), na.strings = "")

strat <- read("apistrat")
clus1 <- read("apiclus1")
clus2 <- read("apiclus2")
baro <- read_plain("barometer")

school <- list(means = c("api00", "enroll", "meals_holed"), shares = c("comp.imp", "comp_holed", "stype"), ratio = c("api.stu", "enroll"),
               by = "stype", where = list(r = "awards == 'Yes'", column = "awards", value = "Yes"))
person <- list(means = c("score", "years", "b1"), shares = c("q1", "support", "m1"), ratio = c("score", "years"),
               by = "region", where = list(r = "support == 'yes'", column = "support", value = "yes"))

designs <- list(
  strat = list(data = "apistrat", design = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat), about = school,
               arguments = list(weight = "pw", strata = "stype", population = "fpc")),
  strat_made_weights = list(data = "apistrat", design = svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = strat), about = school,
               arguments = list(strata = "stype", population = "fpc")),
  weighted = list(data = "apistrat", design = svydesign(id = ~1, weights = ~pw, data = strat), about = school,
               arguments = list(weight = "pw")),
  clus1 = list(data = "apiclus1", design = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1), about = school,
               arguments = list(weight = "pw", clusters = "dnum", population = "fpc")),
  clus2 = list(data = "apiclus2", design = svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2), about = school,
               arguments = list(clusters = c("dnum", "snum"), population = c("fpc1", "fpc2"))),
  clus2_no_population = list(data = "apiclus2", design = svydesign(id = ~dnum + snum, weights = ~pw, data = clus2), about = school,
               arguments = list(weight = "pw", clusters = c("dnum", "snum"))),
  baro = list(data = "barometer", design = svydesign(id = ~1, strata = ~role, weights = ~weight, fpc = ~posts, data = baro), about = person,
               arguments = list(weight = "weight", strata = "role", population = "posts"))
)

plain <- function(x) as.numeric(x)
among <- function(d, keep) d[which(keep), ]

one_mean <- function(d, x, df, deff) {
  d$variables$.x <- x
  m <- svymean(~.x, d, deff = deff)
  ci <- confint(m, df = df)
  list(estimate = plain(coef(m)), se = plain(SE(m)), low = ci[1], high = ci[2], deff = plain(deff(m)), n = nrow(d))
}
one_total <- function(d, x, df, deff) {
  d$variables$.x <- x
  m <- svytotal(~.x, d, deff = deff)
  ci <- confint(m, df = df)
  list(estimate = plain(coef(m)), se = plain(SE(m)), low = ci[1], high = ci[2], deff = plain(deff(m)), n = nrow(d))
}
one_share <- function(d, x, df, whole) {
  d$variables$.x <- as.numeric(x)
  m <- svymean(~.x, d)
  se <- plain(SE(m))
  out <- list(estimate = plain(coef(m)), se = if (se > 1e-10) se else 0, n = nrow(d), count = sum(x))
  if (out$estimate > 0 && out$estimate < 1 && out$se > 1e-10) {
    for (method in c("xlogit", "mean")) out[[method]] <- plain(attr(svyciprop(~.x, d, method = method, df = df), "ci"))
    # svyciprop(method = "beta") with the degrees of freedom of the whole design; the same where the domain is the whole.
    size <- out$estimate * (1 - out$estimate) / out$se^2 * (qt(0.025, nrow(d) - 1) / qt(0.025, df))^2
    out$beta <- c(qbeta(0.025, size * out$estimate, size * (1 - out$estimate) + 1), qbeta(0.975, size * out$estimate + 1, size * (1 - out$estimate)))
    out$effective <- size
    if (whole) out$beta_svyciprop <- plain(attr(svyciprop(~.x, d, method = "beta", df = df), "ci"))
  }
  out
}
one_ratio <- function(d, y, x, df, deff) {
  d$variables$.y <- y
  d$variables$.x <- x
  m <- svyratio(~.y, ~.x, d, deff = deff)
  ci <- confint(m, df = df)
  list(estimate = plain(coef(m)), se = plain(SE(m)), low = ci[1], high = ci[2], n = nrow(d), deff = plain(deff(m)))
}
one_quantile <- function(d, x, df, p, type) {
  d$variables$.x <- x
  q <- svyquantile(~.x, d, p, interval.type = type, qrule = "math", df = df)[[1]]
  list(p = p, type = type, estimate = plain(q[1, 1]), low = plain(q[1, 2]), high = plain(q[1, 3]), se = plain(q[1, 4]), n = nrow(d))
}

# Each set of rows that is looked at: everybody, the levels of a break, and a condition.
domains <- function(d, about) {
  v <- d$variables
  out <- list(list(level = "", kind = "all", keep = rep(TRUE, nrow(v))))
  for (level in sort(unique(v[[about$by]]))) out <- c(out, list(list(level = level, kind = "by", keep = v[[about$by]] == level)))
  hit <- v[[about$where$column]] == about$where$value
  c(out, list(list(level = "", kind = "where", keep = !is.na(hit) & hit)))
}

entries <- list()
add <- function(...) entries[[length(entries) + 1]] <<- list(...)
for (name in names(designs)) {
  whole <- designs[[name]]$design
  about <- designs[[name]]$about
  df <- degf(whole)
  # Expansion weights with a population: R's deff = TRUE; else the with-replacement one.
  effect <- if (is.null(designs[[name]]$arguments$population)) "replace" else TRUE
  for (set in domains(whole, about)) {
    for (x in about$means) {
      keep <- set$keep & !is.na(whole$variables[[x]])
      d <- among(whole, keep)
      value <- d$variables[[x]]
      add(design = name, what = "mean", variable = x, kind = set$kind, level = set$level, values = one_mean(d, value, df, effect))
      add(design = name, what = "total", variable = x, kind = set$kind, level = set$level, values = one_total(d, value, df, effect))
      if (set$kind != "by") {
        for (p in c(0.1, 0.25, 0.5, 0.9)) for (type in c("xlogit", "mean")) {
          add(design = name, what = "quantile", variable = x, kind = set$kind, level = set$level, values = one_quantile(d, value, df, p, type))
        }
      }
    }
    for (x in about$shares) {
      answers <- whole$variables[[x]]
      d <- among(whole, set$keep & !is.na(answers))
      for (option in sort(unique(answers[!is.na(answers)]))) {
        everybody <- set$kind == "all" && !anyNA(answers)
        add(design = name, what = "share", variable = x, option = as.character(option), kind = set$kind, level = set$level,
            values = one_share(d, d$variables[[x]] == option, df, everybody))
      }
    }
    top <- whole$variables[[about$ratio[1]]]
    bottom <- whole$variables[[about$ratio[2]]]
    keep <- set$keep & !is.na(top) & !is.na(bottom)
    d <- among(whole, keep)
    add(design = name, what = "ratio", variable = about$ratio, kind = set$kind, level = set$level,
        values = one_ratio(d, d$variables[[about$ratio[1]]], d$variables[[about$ratio[2]]], df, effect))
  }
}

described <- lapply(designs, function(one) list(
  data = one$data, arguments = one$arguments, by = one$about$by, where = one$about$where[c("column", "value")], df = degf(one$design)
))
about <- list(made_by = "Rscript tests/reference/make_reference_core.R", r = paste(R.version$major, R.version$minor, sep = "."),
              survey = as.character(packageVersion("survey")), synthetic = "the barometer is made up; the schools are R's api data")
write(toJSON(list(about = about, designs = described, entries = entries), auto_unbox = TRUE, digits = NA, null = "null", na = "null"),
      file.path(here, "core.json"))
