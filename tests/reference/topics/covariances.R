# Covariances between items, options, levels and domains, differences, battery nets and multi-response sets.

items <- paste0("b", 1:4)

# 1. Complete cases: respondents who answered every item.
call <- "svymean(~b1 + b2 + b3 + b4, baro, na.rm = TRUE)"
means <- run(call)
record("covariances", "baro.battery.complete_cases", "baro", call, c(estimates(means), list(vcov = square(vcov(means)))),
  "domain: all four items answered")
contrast_call <- paste0("svycontrast(", call, ", list(b1_b2 = c(1, -1, 0, 0), b1_rest = c(1, -1/3, -1/3, -1/3)))")
contrast <- run(contrast_call)
record("covariances", "baro.battery.contrasts", "baro", contrast_call, c(estimates(contrast),
  list(vcov = square(vcov(contrast)))))

# 2. Available cases: each item's mean on its own base, with the covariance between them from influence values.
available <- function(values, in_domain, design) {
  w <- weights(design, "sampling")
  influence <- sapply(seq_along(values), function(j) {
    inside <- in_domain[[j]] & !is.na(values[[j]])
    y <- ifelse(inside, values[[j]], 0)
    centre <- sum(w * y) / sum(w * inside)
    ifelse(inside, y - centre, 0) / sum(w * inside)
  })
  centre <- vapply(seq_along(values), function(j) {
    inside <- in_domain[[j]] & !is.na(values[[j]])
    sum((w * values[[j]])[inside]) / sum(w[inside])
  }, numeric(1))
  v <- total_variance(influence, design)
  dimnames(v) <- list(names(values), names(values))
  list(estimate = setNames(as.list(centre), names(values)), se = setNames(as.list(sqrt(diag(v))), names(values)),
    vcov = square(v), v = v, centre = centre)
}
everyone <- function(values) lapply(values, function(x) rep(TRUE, length(x)))
battery <- baro_data[items]
own_base <- available(battery, everyone(battery), baro)
agree(unlist(own_base$se), vapply(items, function(b) SE(svymean(as.formula(paste0("~", b)), baro, na.rm = TRUE))[1], 1))
record("covariances", "baro.battery.available_cases", "baro",
  "svytotal() of the influence values of each item's mean on its own base",
  own_base[c("estimate", "se", "vcov")],
    "each item keeps its own respondents; standard errors equal svymean(~item, na.rm = TRUE)")

# 3. The paired difference of two items: domain = answered both.
for (pair in combn(items, 2, simplify = FALSE)) {
  call <- sprintf("svymean(~I(%s - %s), subset(baro, !is.na(%s) & !is.na(%s)))", pair[1], pair[2], pair[1], pair[2])
  got <- run(call)
  d <- unname(coef(got))
  se <- as.vector(SE(got))
  both <- !is.na(baro_data[[pair[1]]]) & !is.na(baro_data[[pair[2]]])
  top <- sprintf("svymean(~I((%s >= 4) - (%s >= 4)), subset(baro, !is.na(%s) & !is.na(%s)))", pair[1], pair[2], pair[1], pair[2])
  top_box <- run(top)
  record("paired_differences", paste(c("baro", pair), collapse = "."), "baro", call, list(
    difference = d, se = se, base = sum(both), df = degf(baro), t = d / se, p_value = two_sided(d / se, degf(baro)),
    conf = I(d + c(-1, 1) * qt(0.975, degf(baro)) * se), top_two_box = list(difference = unname(coef(top_box)),
      se = as.vector(SE(top_box)), call = top)
  ))
}

# 4. Shares of a battery item: distribution, top box, top-two, bottom-two and net, each on the item's base.
for (item in items) {
  y <- baro_data[[item]]
  parts <- c(setNames(lapply(1:5, function(k) as.numeric(y == k)), 1:5), list(
    top_box = as.numeric(y == 5), top_two = as.numeric(y >= 4), bottom_two = as.numeric(y <= 2), net = (y >= 4) - (y <= 2),
      mean = y
  ))
  got <- available(parts, everyone(parts), baro)
  agree(got$se$top_two, SE(svymean(as.formula(sprintf("~I(as.numeric(%s >= 4))", item)), baro, na.rm = TRUE)))
  record("battery_shares", paste0("baro.", item), "baro", sprintf("svymean() of indicators of %s, na.rm = TRUE", item), c(
    got[c("estimate", "se", "vcov")], list(base = sum(!is.na(y)), weighted_base = sum(baro_data$weight[!is.na(y)]))
  ), "net = top two less bottom two, in proportions")
}

# 5. Multi-response: shares of those who were shown the question, with overlap.
marks <- baro_data[paste0("m", 1:4)]
shown <- !is.na(marks$m1)
overlap <- list()
for (pair in combn(names(marks), 2, simplify = FALSE)) {
  overlap[[paste(pair, collapse = " & ")]] <- marks[[pair[1]]] * marks[[pair[2]]]
}
any_mark <- list(any = as.numeric(rowSums(marks) > 0), number_chosen = as.numeric(rowSums(marks)))
got <- available(c(marks, overlap, any_mark), everyone(c(marks, overlap, any_mark)), baro)
agree(unlist(got$se[1:4]), SE(svymean(~ m1 + m2 + m3 + m4, baro, na.rm = TRUE)))
record("multi_response", "baro.m", "baro", "svymean(~m1 + m2 + m3 + m4, baro, na.rm = TRUE) and products of pairs", c(
  got[c("estimate", "se", "vcov")], list(base = sum(shown), weighted_base = sum(baro_data$weight[shown]))
), "shares of those shown the question (no item missing)")

# 6. A level against the rest of the sample, and pairs of levels, for every option: with the covariance between the two domains.
against <- function(design_name, question, by, kind) {
  design <- get(design_name)
  y <- design$variables[[question]]
  group <- as.character(design$variables[[by]])
  df <- degf(design)
  result <- list()
  targets <- if (kind == "mean") list(mean = as.numeric(y)) else {
    options <- sort(unique(na.omit(as.character(y))))
    setNames(lapply(options, function(k) as.numeric(as.character(y) == k)), options)
  }
  levels <- sort(unique(group))
  compare <- function(target, first, second) {
    got <- available(list(first = target, second = target), list(first, second), design)
    d <- got$centre[1] - got$centre[2]
    se <- sqrt(sum(got$v * c(1, -1, -1, 1)))
    list(first = got$centre[1], second = got$centre[2], difference = d, se = se, covariance = got$v[1, 2], t = d / se,
      p_value = two_sided(d / se, df))
  }
  for (option in names(targets)) {
    for (level in levels) {
      result[[length(result) + 1]] <- c(
        list(option = option, level = level, against = "rest"), compare(targets[[option]], group == level, group != level)
      )
    }
    for (pair in combn(levels, 2, simplify = FALSE)) {
      result[[length(result) + 1]] <- c(
        list(option = option, level = pair[1], against = pair[2]), compare(targets[[option]], group == pair[1], group == pair[2])
      )
    }
  }
  p <- vapply(result, function(r) r$p_value, 1)
  pairs <- vapply(result, function(r) r$against != "rest", TRUE)
  for (family in list(which(pairs), which(!pairs))) {
    holm <- p.adjust(p[family], "holm")
    bh <- p.adjust(p[family], "BH")
    for (i in seq_along(family)) {
      result[[family[i]]]$p_holm <- holm[i]
      result[[family[i]]]$p_benjamini_hochberg <- bh[i]
    }
  }
  record("comparisons", paste(design_name, question, "by", by, sep = "."), design_name,
    "svytotal() of the difference of the influence values of the two domain estimates", list(df = df, rows = result),
    "families for Holm and Benjamini-Hochberg: all level-against-rest rows of the entry; all pairs of the entry")
}
against("baro", "q1", "region", "proportion")
against("baro", "q1", "role", "proportion")
against("baro", "support", "region", "proportion")
against("baro", "score", "region", "mean")
against("baro", "years", "region", "mean")
against("strat", "comp_holed", "stype", "proportion")
against("strat", "api00", "awards", "mean")
against("clus1", "awards", "stype", "proportion")
against("clus2", "sch.wide", "stype", "proportion")
against("clus2", "meals_holed", "stype", "mean")

# The same difference by R's own route, as a check (svyby() of survey 4.1 has no covariances where answers are missing).
check <- svycontrast(svyby(~years, ~ I(region == "north"), baro, svymean, covmat = TRUE), c(-1, 1))
stored <- Filter(function(e) e$id == "baro.years.by.region", reference_topics()$comparisons)[[1]]$values$rows
north <- Filter(function(r) r$level == "north" && r$against == "rest", stored)[[1]]
agree(north$se, SE(check))
agree(north$difference, coef(check))
