# Two-way tables: Rao-Scott second order (F), first order (Chisq) and the adjusted Wald test.

chisq_cases <- list(
  c("strat", "sch.wide", "stype"), c("strat", "comp.imp", "awards"), c("strat", "comp_holed", "stype"),
  c("clus1", "sch.wide", "stype"), c("clus1", "comp_holed", "sch.wide"),
  c("clus2", "sch.wide", "stype"), c("clus2", "comp_holed", "stype"), c("clus2", "comp.imp", "sch.wide"),
  c("baro", "q1", "region"), c("baro", "q1", "role"), c("baro", "support", "region"), c("baro", "support", "q1")
)

for (case in chisq_cases) {
  design <- get(case[1])
  formula <- sprintf("~%s + %s", case[2], case[3])
  for (statistic in c("F", "Chisq", "adjWald")) {
    call <- sprintf("svychisq(%s, %s, statistic = \"%s\")", formula, case[1], statistic)
    got <- tryCatch(suppressWarnings(run(call)), error = function(e) NULL)
    if (is.null(got)) next
    table <- svytable(as.formula(formula), design)
    share <- table / sum(table)
    expected <- outer(rowSums(share), colSums(share))
    phi2 <- sum((share - expected)^2 / expected)
    values <- list(
      statistic = as.vector(got$statistic), p_value = as.vector(got$p.value), parameter = named(got$parameter),
      cramers_v = sqrt(phi2 / (min(dim(share)) - 1)), weighted_table = rows(unclass(share)),
      row_levels = I(rownames(share)), column_levels = I(colnames(share))
    )
    note <- if (statistic == "Chisq") {
      "statistic is X-squared of the weighted shares times ALL rows of the data, unanswered ones too; p_value does not depend on that"
    }
    record("chisq", paste(case[1], case[2], case[3], statistic, sep = "."), case[1], call, values, note)
  }
}
