# Change between two waves of a finite, overlapping panel. Not from the survey package, whose usual recipe is wrong here
# (stacked_*): the design moments of Tam (1984) and Qualite and Tille (2008), from fixed samples of made-up populations that are
# known in full, with the exact truth where it has a formula and a seeded simulation of the design beside it.
#
#   var(d) = v1 + v2 - 2 cov,  cov = sum_h N1_h N2_h (n_c/(n_1 n_2) - N_c/(N_1 N_2)) S_12,h
# in terms of influence values e_t = inside (y_t - p_t) / D_t, with D_t the weighted size of the wave's domain.

panel_draws <- 1e5
panel_questions <- c("agree", "score", "choice") # choice has missing answers: the domain is who answered

set.seed(418)
make_panel <- function(stay, gone, new) {
  size <- stay + gone + new
  per_role <- function(role) {
    lean <- rnorm(size)
    answer <- function(wave) {
      tilt <- lean + 0.35 * (wave == 2) + rnorm(size, sd = 0.8) + 0.4 * (role == "ao")
      choice <- as.numeric(tilt > 0.6)
      choice[runif(size) < 0.15] <- NA
      data.frame(agree = as.numeric(tilt > 0), score = pmin(10, pmax(1, round(5.5 + 1.7 * tilt))), choice = choice)
    }
    waves <- list(answer(1), answer(2))
    names(waves[[1]]) <- paste0(panel_questions, "_1")
    names(waves[[2]]) <- paste0(panel_questions, "_2")
    data.frame(
      post_id = sprintf("%s%03d", role, seq_len(size)), role = role, in_wave_1 = as.integer(seq_len(size) <= stay + gone),
      in_wave_2 = as.integer(seq_len(size) <= stay | seq_len(size) > stay + gone), waves[[1]], waves[[2]]
    )
  }
  rbind(per_role("chair"), per_role("ao"))
}
panels <- list(fixed = make_panel(209, 0, 0), changed = make_panel(195, 14, 8))
for (name in names(panels)) write_data(panels[[name]], sprintf("ref_panel_%s_population.csv", name))

# --- estimation ------------------------------------------------------------------------------------------------------------
# Members of each wave by role, as row numbers of the population, and the three answers as a matrix.
influence_of <- function(answers, rows_by_role, posts) {
  estimate <- numeric(ncol(answers))
  weighted <- size <- matrix(0, length(rows_by_role), ncol(answers))
  for (h in seq_along(rows_by_role)) {
    y <- answers[rows_by_role[[h]], , drop = FALSE]
    inside <- !is.na(y)
    y[!inside] <- 0
    w <- posts[h] / length(rows_by_role[[h]])
    weighted[h, ] <- w * colSums(y)
    size[h, ] <- w * colSums(inside)
  }
  total <- colSums(size)
  estimate <- colSums(weighted) / total
  scores <- lapply(rows_by_role, function(r) {
    e <- t((t(answers[r, , drop = FALSE]) - estimate) / total)
    e[is.na(e)] <- 0
    e
  })
  list(estimate = estimate, scores = scores)
}
centred <- function(m) m - rep(colMeans(m), each = nrow(m))

change_of <- function(first, second, rows_1, rows_2, posts_1, posts_2, posts_common) {
  one <- influence_of(first, rows_1, posts_1)
  two <- influence_of(second, rows_2, posts_2)
  strata <- length(rows_1)
  v1 <- v2 <- covariance <- numeric(ncol(first))
  common <- integer(strata)
  cross <- vector("list", strata)
  for (h in seq_len(strata)) {
    n1 <- length(rows_1[[h]])
    n2 <- length(rows_2[[h]])
    v1 <- v1 + posts_1[h]^2 * (1 - n1 / posts_1[h]) / n1 * colSums(centred(one$scores[[h]])^2) / (n1 - 1)
    v2 <- v2 + posts_2[h]^2 * (1 - n2 / posts_2[h]) / n2 * colSums(centred(two$scores[[h]])^2) / (n2 - 1)
    at_2 <- match(rows_1[[h]], rows_2[[h]], 0L)
    common[h] <- sum(at_2 > 0)
    cross[[h]] <- colSums(
      centred(one$scores[[h]][at_2 > 0, , drop = FALSE]) * centred(two$scores[[h]][at_2[at_2 > 0], , drop = FALSE])
    )
  }
  pooled <- Reduce(`+`, cross) / sum(pmax(common - 1, 0))
  for (h in seq_len(strata)) {
    s12 <- if (common[h] >= 2) cross[[h]] / (common[h] - 1) else pooled
    factor <- common[h] / (length(rows_1[[h]]) * length(rows_2[[h]])) - posts_common[h] / (posts_1[h] * posts_2[h])
    covariance <- covariance + posts_1[h] * posts_2[h] * factor * s12
  }
  list(first = one$estimate, second = two$estimate, v1 = v1, v2 = v2, cov = covariance, common = common)
}

# --- sampling --------------------------------------------------------------------------------------------------------------
# Fixed overlap: both waves are simple random samples of the same posts with n_c in common. A changed population: permanent random
# numbers; the second wave starts further along the line, so each wave is a simple random sample and the overlap is random.
draw_fixed <- function(members, n1, n2, nc) {
  order <- sample(members)
  list(order[seq_len(n1)], order[c(seq_len(nc), n1 + seq_len(n2 - nc))])
}
draw_changed <- function(members_1, members_2, n1, n2, shift, size) {
  u <- runif(size)
  list(members_1[order(u[members_1])[seq_len(n1)]], members_2[order((u[members_2] - shift) %% 1)[seq_len(n2)]])
}

setup <- function(name) {
  p <- panels[[name]]
  roles <- c("chair", "ao")
  by_role <- function(keep) lapply(roles, function(r) which(p$role == r & keep))
  list(
    p = p, roles = roles, first = as.matrix(p[paste0(panel_questions, "_1")]), second =
      as.matrix(p[paste0(panel_questions, "_2")]),
    members_1 = by_role(p$in_wave_1 == 1), members_2 = by_role(p$in_wave_2 == 1),
      members_common = by_role(p$in_wave_1 == 1 & p$in_wave_2 == 1)
  )
}
sizes <- list(n1 = c(52, 48), n2 = c(55, 45), nc = c(20, 18), shift = 0.15)
draw_waves <- function(s, name, nc = sizes$nc) {
  drawn <- lapply(1:2, function(h) {
    if (name == "fixed") draw_fixed(s$members_1[[h]], sizes$n1[h], sizes$n2[h], nc[h])
    else draw_changed(s$members_1[[h]], s$members_2[[h]], sizes$n1[h], sizes$n2[h], sizes$shift, nrow(s$p))
  })
  list(lapply(drawn, `[[`, 1), lapply(drawn, `[[`, 2))
}
posts_of <- function(members) lengths(members)

wave_frame <- function(s, chosen, wave, posts, common) {
  r <- unlist(chosen)
  frame <- data.frame(person_id = s$p$post_id[r], role = s$p$role[r])
  frame$posts <- rep(posts, lengths(chosen))
  frame$weight <- rep(posts / lengths(chosen), lengths(chosen))
  frame$posts_in_both <- rep(common, lengths(chosen))
  for (q in panel_questions) frame[[q]] <- s$p[[paste0(q, "_", wave)]][r]
  frame
}

# The usual recipe: both waves stacked, the person as cluster, population sizes left in. Its standard error is far too small.
stacked_se <- function(first, second, question) {
  both <- rbind(cbind(first, wave = 0), cbind(second, wave = 1))
  design <- svydesign(id = ~person_id, strata = ~role, weights = ~weight, fpc = ~posts, data = both)
  fit <- svyglm(as.formula(paste(question, "~ wave")), design)
  as.vector(SE(fit))[2]
}

simulate <- function(s, name) {
  posts <- list(posts_of(s$members_1), posts_of(s$members_2), posts_of(s$members_common))
  truth <- vapply(1:3, function(j) {
    # Unanswered posts are outside the domain in the population too.
    mean(s$second[s$p$in_wave_2 == 1, j], na.rm = TRUE) - mean(s$first[s$p$in_wave_1 == 1, j], na.rm = TRUE)
  }, 1)
  differences <- variances <- independent <- matrix(0, panel_draws, 3)
  overlap <- matrix(0, panel_draws, 2)
  for (i in seq_len(panel_draws)) {
    waves <- draw_waves(s, name)
    got <- change_of(s$first, s$second, waves[[1]], waves[[2]], posts[[1]], posts[[2]], posts[[3]])
    differences[i, ] <- got$second - got$first
    independent[i, ] <- got$v1 + got$v2
    variances[i, ] <- independent[i, ] - 2 * got$cov
    overlap[i, ] <- got$common
  }
  df <- min(sum(sizes$n1), sum(sizes$n2)) - 2
  covered <- colMeans(abs(t(t(differences) - truth)) <= qt(0.975, df) * sqrt(variances))
  se <- apply(differences, 2, sd)
  answer <- lapply(1:3, function(j) list(
    true_difference = truth[j], se_monte_carlo = se[j], se_root_mean_estimated_variance = sqrt(mean(variances[, j])),
    ratio_estimated_to_truth = sqrt(mean(variances[, j])) / se[j], ratio_if_independent_to_truth =
      sqrt(mean(independent[, j])) / se[j],
    coverage_95 = covered[j]
  ))
  names(answer) <- panel_questions
  list(draws = panel_draws, df_of_the_interval = df, mean_common = I(colMeans(overlap)), questions = answer)
}

# What the design's variance of a stratified mean difference is, from all posts: fixed population, whole-sample questions.
exact_truth <- function(s) {
  lapply(setNames(c("agree", "score"), c("agree", "score")), function(q) {
    v1 <- v2 <- covariance <- 0
    for (h in 1:2) {
      r <- s$members_1[[h]]
      N <- length(r)
      W <- N / nrow(s$p)
      y1 <- s$first[r, paste0(q, "_1")]
      y2 <- s$second[r, paste0(q, "_2")]
      v1 <- v1 + W^2 * (1 - sizes$n1[h] / N) / sizes$n1[h] * var(y1)
      v2 <- v2 + W^2 * (1 - sizes$n2[h] / N) / sizes$n2[h] * var(y2)
      covariance <- covariance + W^2 * (sizes$nc[h] / (sizes$n1[h] * sizes$n2[h]) - 1 / N) * cov(y1, y2)
    }
    list(v1 = v1, v2 = v2, cov = covariance, se = sqrt(v1 + v2 - 2 * covariance))
  })
}

panel_case <- function(id, name, nc, seed, note = NULL, truth = NULL) {
  set.seed(seed)
  s <- setup(name)
  posts <- list(posts_of(s$members_1), posts_of(s$members_2), posts_of(s$members_common))
  waves <- draw_waves(s, name, nc)
  got <- change_of(s$first, s$second, waves[[1]], waves[[2]], posts[[1]], posts[[2]], posts[[3]])
  frames <- list(wave_frame(s, waves[[1]], 1, posts[[1]], posts[[3]]), wave_frame(s, waves[[2]], 2, posts[[2]], posts[[3]]))
  files <- sprintf("ref_panel_%s_wave%d.csv", id, 1:2)
  for (w in 1:2) write_data(frames[[w]], files[w])
  questions <- lapply(seq_along(panel_questions), function(j) {
    q <- panel_questions[j]
    bare <- got$v1[j] + got$v2[j]
    value <- list(
      first = got$first[[j]], second = got$second[[j]], difference = got$second[[j]] - got$first[[j]], var_first = got$v1[[j]],
      var_second = got$v2[[j]], cov = got$cov[[j]], var_difference = bare[[1]] - 2 * got$cov[[j]],
        se = sqrt(bare[[1]] - 2 * got$cov[[j]]),
      se_if_independent_wrong = sqrt(bare[[1]]), base_first = sum(!is.na(frames[[1]][[q]])),
        base_second = sum(!is.na(frames[[2]][[q]]))
    )
    if (name == "fixed") value$se_stacked_wrong <- stacked_se(frames[[1]], frames[[2]], q)
    # Each wave's own variance is the package's.
    for (w in 1:2) {
      own <- svymean(as.formula(paste0("~", q)), svydesign(id = ~1, strata = ~role, weights = ~weight, fpc = ~posts,
        data = frames[[w]]), na.rm = TRUE)
      agree(as.vector(vcov(own)), list(got$v1, got$v2)[[w]][j])
      agree(coef(own), list(got$first, got$second)[[w]][j])
    }
    value
  })
  names(questions) <- panel_questions
  describe(paste0("panel_", id), files[1], "weight", strata = "role", population = "posts")
  values <- list(
    first_file = files[1], second_file = files[2], person = "person_id", posts_in_both = "posts_in_both", strata = I(s$roles),
    n_first = I(lengths(waves[[1]])), n_second = I(lengths(waves[[2]])), n_common = I(got$common),
    N_first = I(posts[[1]]), N_second = I(posts[[2]]), N_common = I(posts[[3]]), questions = questions
  )
  if (!is.null(truth)) {
    values$population_file <- sprintf("ref_panel_%s_population.csv", name)
    values$truth <- truth(s)
  }
  record("panel", id, paste0("panel_", id), "by hand: topics/panel.R, change_of()", values, note)
}

panel_case("fixed", "fixed", sizes$nc, 1984, "n_1, n_2, n_c fixed; exact: from all posts; choice: who answered is a domain",
  function(s) {
  set.seed(2008)
  c(list(exact = exact_truth(s)), list(monte_carlo = simulate(s, "fixed")))
})
panel_case("changed", "changed", sizes$nc, 1985,
  "14 posts of a role went and 8 came; overlap is random (permanent random numbers), so the formula holds approximately",
    function(s) {
    set.seed(2009)
    list(monte_carlo = simulate(s, "changed"))
  })
panel_case("one_in_common", "fixed", c(1, 18), 1986,
  "one common chair: S_12 of that stratum is the pooled within-stratum covariance, here that of the other stratum")
panel_case("three_in_common", "fixed", c(3, 2), 1987, "three and two common respondents: no pooling")
panel_case("all_in_common", "fixed", c(45, 45), 1988, "almost the same respondents")
