# Rank tests (Lumley and Scott 2013): scores of the weighted mid-ranks regressed on the groups. R's svyranktest() does use the fpc
# (every stage of it); each entry proves that by recomputing the standard errors from influence values over the whole design, and
# keeps what comes out without the fpc so that a test can tell the two apart.

score_functions <- list(
  wilcoxon = function(r, N) r / N, KruskalWallis = function(r, N) r / N, vanderWaerden = function(r, N) qnorm(r / N),
  median = function(r, N) as.numeric(r > N / 2)
)

rank_by_hand <- function(y, group, design, bare, test) {
  keep <- !is.na(y) & !is.na(group)
  w <- weights(design, "sampling")
  rank <- rep(NA_real_, length(y))
  order_kept <- which(keep)[order(y[keep])]
  rank[order_kept] <- ave(cumsum(w[order_kept]) - w[order_kept] / 2, y[order_kept])
  score <- score_functions[[test]](rank, sum(w[keep]))
  x <- matrix(0, length(y), length(unique(group[keep])))
  x[keep, ] <- model.matrix(~ factor(group[keep]))
  bread <- solve(crossprod(x * w, x))
  beta <- drop(bread %*% crossprod(x * w, ifelse(keep, score, 0)))
  influence <- x * ifelse(keep, score - drop(x %*% beta), 0)
  influence <- influence %*% bread
  list(beta = beta[-1], v = total_variance(influence, design)[-1, -1, drop = FALSE], v_bare = total_variance(influence, bare)[-1,
    -1, drop = FALSE])
}

rank_cases <- list(
  c("strat", "api00", "sch.wide"), c("strat", "api00", "stype"), c("strat", "meals_holed", "comp_holed"),
  c("clus1", "api00", "comp.imp"), c("clus1", "enroll", "stype"), c("clus2", "api00", "comp.imp"), c("clus2", "enroll", "stype"),
  c("clus2", "meals_holed", "comp_holed"), c("baro", "score", "role"), c("baro", "score", "support"), c("baro", "score",
    "region"),
  c("baro", "b1", "q1")
)
for (case in rank_cases) {
  design <- get(case[1])
  y <- as.numeric(design$variables[[case[2]]])
  group <- as.character(design$variables[[case[3]]])
  levels <- sort(unique(na.omit(group)))
  for (test in names(score_functions)) {
    call <- sprintf("svyranktest(%s ~ %s, %s, test = \"%s\")", case[2], case[3], case[1], test)
    # Text groups sort as factor levels here, so that the first level is the same in both computations.
    got <- run(call)
    hand <- rank_by_hand(y, group, design, without_fpc[[case[1]]], test)
    whole <- degf(design)
    if (length(levels) == 2) {
      se <- unname(got$estimate / got$statistic)
      agree(sqrt(hand$v), se)
      agree(hand$beta, got$estimate)
      values <- list(
        difference = unname(got$estimate), se = abs(se), t = unname(got$statistic), df = unname(got$parameter),
        p_value = as.vector(got$p.value), se_without_fpc_wrong = drop(sqrt(hand$v_bare)),
        degf_whole_design = whole, p_value_df_whole_design_less_1 = two_sided(unname(got$statistic), whole - 1),
        p_value_df_whole_design = two_sided(unname(got$statistic), whole)
      )
    } else {
      chisq <- drop(hand$beta %*% solve(hand$v, hand$beta))
      agree(chisq, got$parameter)
      ndf <- length(levels) - 1
      values <- list(
        chisq = chisq, ndf = ndf, ddf = got$ddf, f = chisq / ndf, p_value = as.vector(got$p.value),
        differences = setNames(as.list(hand$beta), levels[-1]), se = setNames(as.list(sqrt(diag(hand$v))), levels[-1]),
        chisq_without_fpc_wrong = drop(hand$beta %*% solve(hand$v_bare, hand$beta)), degf_whole_design = whole,
        p_value_ddf_whole_design = pf(chisq / ndf, ndf, whole - ndf, lower.tail = FALSE)
      )
    }
    values$groups <- I(levels)
    values$answered <- sum(!is.na(y) & !is.na(group))
    record("ranks", paste(case[1], case[2], case[3], test, sep = "."), case[1], call, values)
  }
}
