# Linear, logistic and proportional-odds models, converged further than R does by itself, and average marginal effects.

tight <- "control = glm.control(epsilon = 1e-14, maxit = 100)"

glm_cases <- list(
  c("strat", "api00 ~ ell + meals + mobility", "gaussian"), c("strat", "api00 ~ stype + meals_holed", "gaussian"),
  c("clus1", "api00 ~ ell + meals + stype", "gaussian"), c("clus2", "api00 ~ ell + meals", "gaussian"),
  c("clus2", "api00 ~ ell + meals_holed + sch.wide", "gaussian"), c("baro", "score ~ role + region + years", "gaussian"),
  c("strat", "I(sch.wide == \"Yes\") ~ ell + meals", "quasibinomial"), c("clus1", "I(awards == \"Yes\") ~ meals + mobility",
    "quasibinomial"),
  c("clus2", "I(sch.wide == \"Yes\") ~ ell + meals", "quasibinomial"), c("clus2", "I(sch.wide == \"Yes\") ~ meals_holed + stype",
    "quasibinomial"),
  c("baro", "I(support == \"yes\") ~ role + region + years", "quasibinomial"), c("baro", "I(support == \"yes\") ~ b1 + role",
    "quasibinomial")
)
for (case in glm_cases) {
  design <- get(case[1])
  call <- sprintf("svyglm(%s, %s, family = %s(), %s)", case[2], case[1], case[3], tight)
  fit <- run(call)
  values <- list(
    coef = named(coef(fit)), se = setNames(as.list(as.vector(SE(fit))), names(coef(fit))), vcov = square(vcov(fit)),
      df_residual = fit$df.residual,
    degf_whole_design = degf(design), nobs = nrow(model.frame(fit)),
    p_value = setNames(as.list(unname(summary(fit)$coefficients[, 4])), names(coef(fit)))
  )
  # A variance that forgets population sizes, or all but the first stage, must be told apart.
  bare_text <- sub(paste0(case[1], ", family"), paste0("without_fpc$", case[1], ", family"), call, fixed = TRUE)
  values$se_without_fpc_wrong <- I(unname(as.vector(SE(run(bare_text)))))
  if (case[1] == "clus2") {
    first_text <- sub("clus2, family", "first_stage_fpc_only, family", call, fixed = TRUE)
    values$se_first_stage_only_wrong <- I(unname(as.vector(SE(run(first_text)))))
  }
  record("glm", paste(case[1], case[3], case[2], sep = "."), case[1], call, values,
    "R takes df_residual from the rows that answered; degf_whole_design is PSUs - strata of all rows")
}

# Average marginal effects of a logistic model: the mean, over the weighted rows of the fit, of p(1-p)b for a number and of the
# difference between a level and the first level for a category. Delta method: the rows and weights are held fixed.
marginal_effects <- function(fit, w) {
  x <- model.matrix(fit)
  b <- coef(fit)
  terms <- attr(terms(fit), "term.labels")
  share <- w / sum(w)
  effects <- list()
  for (term in terms) {
    columns <- which(attr(x, "assign") == match(term, terms))
    numeric_term <- term %in% colnames(x)
    for (column in columns) {
      if (numeric_term) {
        p <- plogis(drop(x %*% b))
        slope <- p * (1 - p)
        value <- sum(share * slope) * b[column]
        gradient <- colSums(share * slope * (1 - 2 * p) * x) * b[column]
        gradient[column] <- gradient[column] + sum(share * slope)
      } else {
        high <- low <- x
        high[, columns] <- 0
        low[, columns] <- 0
        high[, column] <- 1
        p1 <- plogis(drop(high %*% b))
        p0 <- plogis(drop(low %*% b))
        value <- sum(share * (p1 - p0))
        gradient <- colSums(share * (p1 * (1 - p1) * high - p0 * (1 - p0) * low))
      }
      effects[[colnames(x)[column]]] <- list(effect = unname(value), se = sqrt(drop(gradient %*% vcov(fit) %*% gradient)))
    }
  }
  effects
}
for (case in Filter(function(case) case[3] == "quasibinomial", glm_cases)) {
  call <- sprintf("svyglm(%s, %s, family = %s(), %s)", case[2], case[1], case[3], tight)
  fit <- run(call)
  w <- weights(fit$survey.design, "sampling")
  record("marginal_effects", paste(case[1], case[2], sep = "."), case[1], call, marginal_effects(fit, w),
    "by hand from the fit of this call; standard errors by the delta method from its vcov, rows and weights held fixed")
}

# Proportional odds: svyolr() stops at optim's precision and takes a numeric Hessian, so the maximum is polished by Newton steps
# with the exact Hessian, and the sandwich is made from that. P(y <= j) = logistic(zeta_j - x b).
polish_odds <- function(formula, design, start_beta, start_zeta) {
  frame <- model.frame(formula, design$variables, na.action = na.pass)
  keep <- complete.cases(frame)
  y <- as.integer(model.response(frame))[keep]
  x <- model.matrix(formula, frame[keep, , drop = FALSE])[, -1, drop = FALSE]
  w <- weights(design, "sampling")[keep]
  n_beta <- ncol(x)
  n_zeta <- length(start_zeta)
  size <- n_beta + n_zeta
  upper <- lower <- matrix(0, nrow(x), size)
  upper[, seq_len(n_beta)] <- -x
  lower[, seq_len(n_beta)] <- -x
  for (j in seq_len(n_zeta)) {
    upper[y == j, n_beta + j] <- 1
    lower[y == j + 1, n_beta + j] <- 1
  }
  has_upper <- y <= n_zeta
  has_lower <- y >= 2
  pieces <- function(theta) {
    a <- drop(upper %*% theta)
    c <- drop(lower %*% theta)
    Fa <- ifelse(has_upper, plogis(a), 1)
    Fc <- ifelse(has_lower, plogis(c), 0)
    fa <- ifelse(has_upper, dlogis(a), 0)
    fc <- ifelse(has_lower, dlogis(c), 0)
    pr <- Fa - Fc
    scores <- (upper * fa - lower * fc) / pr
    curve <- crossprod(upper * (w * fa * (1 - 2 * Fa) / pr), upper) - crossprod(lower * (w * fc * (1 - 2 * Fc) / pr), lower) -
      crossprod(scores * w, scores)
    list(scores = scores, hessian = curve)
  }
  theta <- c(start_beta, start_zeta)
  for (step in 1:50) {
    at <- pieces(theta)
    move <- solve(at$hessian, colSums(at$scores * w))
    theta <- theta - move
    if (max(abs(move)) < 1e-14) break
  }
  at <- pieces(theta)
  influence <- matrix(0, length(keep), size)
  influence[keep, ] <- at$scores %*% solve(-at$hessian)
  list(theta = theta, v = total_variance(influence, design), bread = solve(-at$hessian), nobs = sum(keep))
}
for (case in list(
  c("baro", "factor(b1) ~ role + region"), c("baro", "factor(b2) ~ years + role"), c("baro", "factor(b4) ~ score"),
  c("clus2", "factor(stype, levels = c(\"E\", \"M\", \"H\")) ~ ell + mobility")
)) {
  design <- get(case[1])
  call <- sprintf("svyolr(%s, %s, control = list(reltol = 1e-15, maxit = 2000))", case[2], case[1])
  fit <- run(call)
  hand <- polish_odds(as.formula(case[2]), design, fit$coefficients, fit$zeta)
  labels <- c(names(fit$coefficients), names(fit$zeta))
  agree(hand$theta, c(fit$coefficients, fit$zeta), 1e-5)
  agree(sqrt(diag(hand$v)), sqrt(diag(fit$var)), 1e-3)
  dimnames(hand$v) <- list(labels, labels)
  record("proportional_odds", paste(case[1], case[2], sep = "."), case[1], call, list(
    coef = setNames(as.list(unname(hand$theta)), labels), se = setNames(as.list(unname(sqrt(diag(hand$v)))), labels),
      vcov = square(hand$v),
    nobs = hand$nobs, degf_whole_design = degf(design),
    svyolr = list(coef = setNames(as.list(unname(c(fit$coefficients, fit$zeta))), labels),
      se = setNames(as.list(unname(sqrt(diag(fit$var)))), labels))
  ), "coef, se, vcov: exact maximum and exact Hessian, from svyolr's fit by Newton steps; svyolr: as R printed it (numeric Hessian)")
}
