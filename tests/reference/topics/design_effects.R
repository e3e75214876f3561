# Design effects, against simple random sampling without and with replacement, and Kish's effective sample size of the weights.

for (case in list(
  c("strat", "api00"), c("strat", "enroll"), c("clus1", "api00"), c("clus2", "api00"), c("clus2", "meals_holed"),
  c("baro", "score"),
  c("baro", "I(as.numeric(support == \"yes\"))"), c("baro", "I(as.numeric(q1 == \"agree\"))")
)) {
  call <- sprintf("svymean(~%s, %s, na.rm = TRUE, deff = TRUE)", case[2], case[1])
  without <- run(call)
  with <- run(sub("deff = TRUE", "deff = \"replace\"", call, fixed = TRUE))
  design <- get(case[1])
  y <- eval(parse(text = case[2])[[1]], design$variables)
  w <- weights(design, "sampling")[!is.na(y)]
  record("design_effects", paste(case, collapse = "."), case[1], call, list(
    estimate = unname(coef(without)), se = as.vector(SE(without)), deff = as.vector(deff(without)),
      deff_with_replacement = as.vector(deff(with)),
    base = sum(!is.na(y)), weighted_base = sum(w), kish_effective_size = sum(w)^2 / sum(w^2),
      kish_design_effect = length(w) * sum(w^2) / sum(w)^2
  ), "deff divides by the SRS variance with factor (N - n)/N, N the sum of the weights of the answers; deff_with_replacement without it")
}
