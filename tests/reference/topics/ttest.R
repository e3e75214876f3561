# Design-based t tests. R lowers the degrees of freedom when answers are missing (it drops those rows first) and takes one more
# off in the one-sample test; PSUs - strata of the whole design is what this project prints, so both p values are kept.

two_sample <- list(
  c("strat", "api00", "sch.wide"), c("strat", "meals_holed", "comp_holed"), c("clus1", "api00", "comp.imp"),
  c("clus2", "enroll", "sch.wide"), c("clus2", "meals_holed", "comp_holed"), c("baro", "score", "support"), c("baro", "score",
    "role"),
  c("baro", "b1", "support")
)
for (case in two_sample) {
  design <- get(case[1])
  call <- sprintf("svyttest(%s ~ %s, %s)", case[2], case[3], case[1])
  got <- run(call)
  difference <- unname(got$estimate)
  whole <- degf(design)
  se <- difference / unname(got$statistic)
  record("ttest", paste(case[1], case[2], case[3], sep = "."), case[1], call, list(
    difference = difference, se = se, t = unname(got$statistic), df = unname(got$parameter), p_value = as.vector(got$p.value),
    conf = I(as.vector(got$conf.int)), degf_whole_design = whole, p_value_df_whole_design = two_sided(difference / se, whole),
    p_value_df_whole_design_less_1 = two_sided(difference / se, whole - 1),
      second_minus_first = I(levels(factor(design$variables[[case[3]]])))
  ))
}

one_sample <- list(c("strat", "I(api00 - api99)"), c("clus1", "I(api00 - api99)"), c("clus2", "I(api00 - api99)"), c("baro",
  "I(b1 - b2)"))
for (case in one_sample) {
  design <- get(case[1])
  call <- sprintf("svyttest(%s ~ 0, %s, na.rm = TRUE)", case[2], case[1])
  got <- run(call)
  se <- unname(got$estimate / got$statistic)
  record("ttest", paste(case[1], case[2], "one_sample", sep = "."), case[1], call, list(
    difference = unname(got$estimate), se = se, t = unname(got$statistic), df = unname(got$parameter),
      p_value = as.vector(got$p.value),
    conf = I(as.vector(got$conf.int)), degf_whole_design = degf(design),
    p_value_df_whole_design = two_sided(unname(got$estimate) / se, degf(design))
  ))
}
