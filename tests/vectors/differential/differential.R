# Random inputs of each family, from a fixed seed, through `evenhand stat` and through R.
# usage: Rscript differential.R PROGRAM FOLDER [FAMILY]
#
# Where R is known to be the one that is off, or means something else, its value is refined here or left out:
#   fisher.test's odds ratio and limits   solved to 1.2e-4 only: the same equations are solved to the end below
#   mantelhaen.test's correction          left away where |sum(a - E a)| < 1/2; ours is then as large as that sum
#   mantelhaen.test without information   NaN: left out, as are odds ratios of 0 and infinity, whose limits are NaN
#   ks.test's exact p                     1 less a sum, so an absolute 1e-13 is what is left of a small one
#   glm's standard errors                 from the weights of the last but one step: taken at the optimum here
#   glm under separation                  1e8 standard errors and a warning: left out
args <- commandArgs(trailingOnly = TRUE)
program <- args[1]
folder <- args[2]
only <- if (length(args) > 2) args[3] else NULL
N <- 1000
cases <- 0
failed <- 0

# ---- lines ----

one <- function(x) structure(x, class = "one") # a single value; everything else is an array
json_numbers <- function(x) {
	text <- formatC(unclass(x), digits = 17, format = "g", width = 1)
	text[is.na(x)] <- '"NaN"'
	text[x %in% Inf] <- '"Inf"'
	text[x %in% -Inf] <- '"-Inf"'
	text
}
json <- function(x) {
	if (inherits(x, "one"))
		return(json_numbers(x))
	if (is.matrix(x))
		return(paste0("[", paste(apply(x, 1, function(r) paste0("[", paste(json_numbers(r), collapse = ","), "]")), collapse = ","), "]"))
	if (is.list(x))
		return(paste0("[", paste(vapply(x, json, ""), collapse = ","), "]"))
	paste0("[", paste(json_numbers(x), collapse = ","), "]")
}
line_of <- function(id, test, inputs)
	sprintf('{"id":%d,"test":"%s","inputs":{%s}}', id, test, paste0('"', names(inputs), '":', vapply(inputs, json, ""), collapse = ","))

# The numbers of one field of one answer.
field_of <- function(answer, field) {
	text <- regmatches(answer, regexec(sprintf('"%s":(\\[[^]]*\\]|"[^"]*"|[^,}]*)', field), answer))[[1]][2]
	if (is.na(text))
		return(NULL)
	as.numeric(sub("^\"|\"$", "", gsub("\"", "", strsplit(gsub("^\\[|\\]$", "", text), ",")[[1]])))
}

# ---- comparing ----

# A statistic that should be 0 is what rounding left of it, hence the floor; a probability, however small, has none.
probability <- "^(p|p_.*|bd_p|pmf|P|Q|.*_p)$"

apart <- function(got, want, floor) {
	if (length(got) != length(want))
		return(Inf)
	same <- (is.nan(want) & is.nan(got)) | (!is.nan(want) & !is.nan(got) & got == want)
	off <- ifelse(same, 0, ifelse(abs(got - want) <= floor, 0, abs(got - want) / abs(want)))
	max(ifelse(is.na(off), Inf, off))
}

# make(i): the inputs; expect(inputs): a named list of what R says, or NULL where this case is left out.
family <- function(name, test, tol, make, expect, floor = 1e-14, p_floor = 0, n = N) {
	if (!is.null(only) && only != name)
		return(invisible())
	set.seed(20040401)
	inputs <- list()
	want <- list()
	tries <- 0
	while (length(inputs) < n && tries < 3 * n) {
		tries <- tries + 1
		x <- make(tries)
		e <- suppressWarnings(expect(x))
		if (is.null(e))
			next
		inputs[[length(inputs) + 1]] <- x
		want[[length(want) + 1]] <- e
	}
	file <- file.path(folder, paste0(name, ".jsonl"))
	writeLines(mapply(line_of, seq_along(inputs), test, inputs), file)
	answers <- system2(program, "stat", stdin = file, stdout = TRUE)
	report(name, answers, want, tol, c(floor, p_floor), readLines(file))
}

report <- function(name, answers, want, tol, floor, lines) {
	worst <- 0
	wrong <- 0
	bad <- character()
	for (i in seq_along(want))
		for (f in names(want[[i]])) {
			got <- if (i <= length(answers)) field_of(answers[i], f)
			off <- if (is.null(got)) Inf else apart(got, as.numeric(want[[i]][[f]]), floor[1 + grepl(probability, f)])
			worst <- max(worst, off)
			if (off <= tol)
				next
			wrong <- wrong + 1
			if (wrong <= 5)
				bad <- c(bad, sprintf("%s: got %s, R has %s; %s", f, paste(format(got, digits = 16), collapse = " "),
					paste(format(want[[i]][[f]], digits = 16), collapse = " "), lines[i]))
		}
	cases <<- cases + 1
	if (wrong || length(want) == 0)
		failed <<- failed + 1
	cat(sprintf("%s %d - %s: %d inputs, %d values off, furthest apart %.1e of %.0e\n",
		if (wrong || length(want) == 0) "not ok" else "ok", cases, name, length(want), wrong, worst, tol))
	cat(sprintf("# %s\n", substr(bad, 1, 400)), sep = "")
}

# ---- drawing ----

below <- function(n) floor(runif(1) * (n + 1)) # 0 to n
size <- function(most = 400) 1 + floor(exp(runif(1) * log(most)))
bin <- function(most) {
	n <- size(most)
	c(rbinom(1, n, runif(1)), n)
}
table2 <- function(most) {
	a <- bin(most)
	b <- bin(most)
	c(a[1], a[2] - a[1], b[1], b[2] - b[1])
}
as_matrix <- function(t) matrix(t, 2, byrow = TRUE)
grid <- function(n, step = .01, shift = 0) round(rnorm(n, shift) / step) * step # decimals, with ties where coarse
sample_of <- function(step, least = 2, most = 40) grid(least + below(most - least), step, runif(1, -1, 1))

# ---- counts ----

family("fisher", "fisher_exact_2x2", 1e-11, function(i) list(table = table2(if (i %% 10) 400 else 20000)), function(x) {
	m <- as_matrix(x$table)
	if (any(rowSums(m) == 0))
		return(NULL)
	list(p_two_sided = fisher.test(m)$p.value, p_less = fisher.test(m, alternative = "less", conf.int = FALSE)$p.value,
		p_greater = fisher.test(m, alternative = "greater", conf.int = FALSE)$p.value)
})

# R's equations, solved to the end: E(X; odds) = x, and both tails at 2.5 %.
conditional <- function(m) {
	x <- m[1, 1]
	lo <- max(0, sum(m[, 1]) - sum(m[2, ]))
	hi <- min(sum(m[1, ]), sum(m[, 1]))
	s <- lo:hi
	logdc <- dhyper(s, sum(m[1, ]), sum(m[2, ]), sum(m[, 1]), log = TRUE)
	d <- function(l) {
		v <- logdc + l * s
		v <- exp(v - max(v))
		v / sum(v)
	}
	solve_for <- function(f) exp(uniroot(f, c(-40, 40), tol = 1e-15, maxiter = 2000)$root)
	list(estimate = if (x == lo) 0 else if (x == hi) Inf else solve_for(function(l) sum(s * d(l)) - x),
		ci_lo = if (x == lo) 0 else solve_for(function(l) log(sum(d(l)[s >= x])) - log(.025)),
		ci_hi = if (x == hi) Inf else solve_for(function(l) log(.025) - log(sum(d(l)[s <= x]))))
}
family("odds_ratio", "odds_ratio_conditional_mle", 1e-10, function(i) list(table = table2(200), conf = one(.95)), function(x) {
	m <- as_matrix(x$table)
	if (any(rowSums(m) == 0) || any(colSums(m) == 0))
		return(NULL)
	conditional(m)
})

family("contingency", "contingency_kxc", 1e-11, function(i) {
	k <- 2 + below(3)
	c <- 2 + below(3)
	list(table = matrix(rpois(k * c, exp(runif(1, 0, 7))), k))
}, function(x) {
	m <- x$table
	if (any(rowSums(m) == 0) || any(colSums(m) == 0))
		return(NULL)
	t <- chisq.test(m, correct = FALSE)
	g <- 2 * sum(ifelse(m > 0, m * log(m / t$expected), 0))
	e <- list(statistic = t$statistic, df = t$parameter, p = t$p.value)
	if (all(dim(m) == 2)) {
		y <- chisq.test(m)
		e$yates_statistic <- y$statistic
		e$yates_p <- y$p.value
	}
	e
}, floor = 1e-12)

family("cmh", "cochran_mantel_haenszel_2x2xK", 1e-11, function(i) list(strata = t(replicate(2 + below(8), table2(300)))), function(x) {
	a <- array(apply(x$strata, 1, function(t) t(as_matrix(t))), c(2, 2, nrow(x$strata)))
	keep <- apply(a, 3, sum) > 1
	if (sum(keep) < 2)
		return(NULL)
	a <- a[, , keep, drop = FALSE]
	t <- mantelhaen.test(a, correct = FALSE)
	u <- mantelhaen.test(a)
	if (!is.finite(t$statistic) || !is.finite(t$estimate) || t$estimate == 0)
		return(NULL)
	e <- list(cmh = t$statistic, p = t$p.value, mh_or = t$estimate, rbg_ci_lo = t$conf.int[1], rbg_ci_hi = t$conf.int[2])
	if (abs(sum(a[1, 1, ] - apply(a, 3, function(m) sum(m[1, ]) * sum(m[, 1]) / sum(m)))) < .5)
		return(e)
	c(e, list(cmh_corrected = u$statistic, p_corrected = u$p.value))
}, floor = 1e-12)

family("binomial", "binomial_ci", 1e-9, function(i) {
	b <- t(replicate(4, bin(if (i %% 10) 500 else 1e6)))
	list(x = b[, 1], n = b[, 2])
}, function(x) {
	cp <- mapply(function(a, b) binom.test(a, b)$conf.int, x$x, x$n)
	wilson <- mapply(function(a, b) prop.test(a, b, correct = FALSE)$conf.int, x$x, x$n)
	list(cp_lo = cp[1, ], cp_hi = cp[2, ], wilson_lo = wilson[1, ], wilson_hi = wilson[2, ])
})

family("two_proportions", "two_proportions", 1e-10, function(i) {
	a <- bin(if (i %% 10) 500 else 1e6)
	b <- bin(if (i %% 10) 500 else 1e6)
	list(x_protected = one(a[1]), n_protected = one(a[2]), x_reference = one(b[1]), n_reference = one(b[2]), conf = one(.95))
}, function(x) {
	x <- lapply(x, unclass)
	p <- x$x_protected / x$n_protected
	r <- x$x_reference / x$n_reference
	if (x$x_protected == 0 || x$x_reference == 0 || p * r == 1)
		return(NULL)
	t <- prop.test(c(x$x_protected, x$x_reference), c(x$n_protected, x$n_reference), correct = FALSE)
	w <- function(k, n) prop.test(k, n, correct = FALSE)$conf.int
	a <- w(x$x_protected, x$n_protected)
	b <- w(x$x_reference, x$n_reference)
	se <- sqrt((1 - p) / x$x_protected + (1 - r) / x$x_reference)
	z <- qnorm(.975)
	list(air = p / r, rd = p - r, z_pooled = sign(p - r) * sqrt(t$statistic), p_two_sided = t$p.value,
		katz_lo = p / r * exp(-z * se), katz_hi = p / r * exp(z * se),
		newcombe_lo = p - r - sqrt((p - a[1])^2 + (b[2] - r)^2), newcombe_hi = p - r + sqrt((a[2] - p)^2 + (r - b[1])^2))
}, floor = 1e-12)

family("trend", "cochran_armitage_trend", 1e-11, function(i) {
	b <- t(replicate(2 + below(6), bin(400)))
	list(x = b[, 1], n = b[, 2], score = seq_len(nrow(b)))
}, function(x) {
	if (sum(x$x) == 0 || sum(x$x) == sum(x$n))
		return(NULL)
	t <- prop.trend.test(x$x, x$n, x$score)
	list(statistic = t$statistic, p = t$p.value)
}, floor = 1e-11)

# ---- numbers ----

family("welch", "welch_t_smd", 1e-10, function(i) list(x = sample_of(.01), y = sample_of(.01)), function(x) {
	if (sd(x$x) == 0 && sd(x$y) == 0)
		return(NULL)
	t <- t.test(x$x, x$y)
	list(t = t$statistic, df = t$parameter, p = t$p.value, diff = t$estimate[1] - t$estimate[2], ci_lo = t$conf.int[1], ci_hi = t$conf.int[2])
}, floor = 1e-12)

family("mann_whitney", "mann_whitney", 1e-11, function(i) list(x = sample_of(.25, 1), y = sample_of(.25, 1)), function(x) {
	if (length(unique(c(x$x, x$y))) < 2)
		return(NULL)
	t <- wilcox.test(x$x, x$y, exact = FALSE, correct = FALSE)
	u <- wilcox.test(x$x, x$y, exact = FALSE)
	list(U = t$statistic, p_normal = t$p.value, p_normal_cc = u$p.value, auc = t$statistic / length(x$x) / length(x$y))
})

family("mann_whitney_exact", "mann_whitney", 1e-10, function(i) {
	v <- sample(1e6, 4 + below(40))
	k <- 1 + below(length(v) - 2)
	list(x = v[1:k], y = v[-(1:k)])
}, function(x) list(p_exact = wilcox.test(x$x, x$y, exact = TRUE)$p.value))

family("kruskal", "kruskal_wallis", 1e-11, function(i) list(samples = replicate(2 + below(4), sample_of(.3, 2), simplify = FALSE)), function(x) {
	if (length(unique(unlist(x$samples))) < 2)
		return(NULL)
	t <- kruskal.test(x$samples)
	list(stat = t$statistic, df = t$parameter, p = t$p.value)
}, floor = 1e-11)

family("ks", "ks_two_sample", 1e-10, function(i) list(x = sample_of(if (i %% 2) .3 else .001, 1), y = sample_of(.3, 1)), function(x)
	list(D = ks.test(x$x, x$y, exact = TRUE)$statistic, p_exact = ks.test(x$x, x$y, exact = TRUE)$p.value), floor = 1e-12, p_floor = 1e-13)

family("correlation", "correlation", 1e-10, function(i) {
	n <- 4 + below(40)
	x <- grid(n, .3)
	list(x = x, y = round((x * runif(1, -1, 1) + rnorm(n)) / .3) * .3)
}, function(x) {
	if (sd(x$x) == 0 || sd(x$y) == 0 || abs(cor(x$x, x$y)) > 1 - 1e-12)
		return(NULL)
	p <- cor.test(x$x, x$y)
	s <- cor.test(x$x, x$y, method = "spearman", exact = FALSE)
	k <- cor.test(x$x, x$y, method = "kendall", exact = FALSE)
	if (abs(s$estimate) > 1 - 1e-12)
		return(NULL)
	list(pearson = p$estimate, t = p$statistic, p = p$p.value, fisher_ci_lo = p$conf.int[1], fisher_ci_hi = p$conf.int[2],
		spearman = s$estimate, spearman_p_t = s$p.value, kendall_tau_b = k$estimate, kendall_z = k$statistic, kendall_p = k$p.value)
}, floor = 1e-12)

family("partial_correlation", "partial_correlation", 1e-9, function(i) {
	n <- 8 + below(40)
	z <- replicate(1 + below(2), grid(n, .001))
	list(x = grid(n, .001) + z[, 1], y = grid(n, .001) + z[, ncol(z)], controls = t(z))
}, function(x) {
	z <- t(x$controls)
	t <- cor.test(resid(lm(x$x ~ z)), resid(lm(x$y ~ z)))
	n <- length(x$x) - 2 - ncol(z)
	r <- unname(t$estimate)
	s <- r * sqrt(n / (1 - r^2))
	list(r = r, t = s, p = 2 * pt(-abs(s), n))
}, floor = 1e-12)

family("logistic", "logistic_conditional_effect", 1e-9, function(i) {
	n <- 30 + below(100)
	g <- rbinom(n, 1, .4)
	z <- grid(n, .001)
	list(group = g, control = z, y = rbinom(n, 1, plogis(runif(1, -1, 1) + runif(1, -1, 1) * g + runif(1, -1, 1) * z)), weights = 1 + rpois(n, .3))
}, function(x) {
	to_end <- glm.control(epsilon = 1e-15, maxit = 100)
	m <- glm(x$y ~ x$group + x$control, binomial, weights = x$weights, control = to_end)
	if (max(abs(coef(m))) > 8)
		return(NULL)
	u <- glm(x$y ~ x$control, binomial, weights = x$weights, control = to_end)
	at_end <- model.matrix(m) * sqrt(x$weights * fitted(m) * (1 - fitted(m)))
	list(beta = coef(m), se = sqrt(diag(solve(crossprod(at_end)))), deviance = deviance(m), lr_stat = deviance(u) - deviance(m), odds_ratio = exp(coef(m)[2]))
}, floor = 1e-11)

family("multiplicity", "multiplicity_adjust", 1e-13, function(i) list(p = runif(1 + below(30))^(1 + below(4))), function(x)
	list(bh = p.adjust(x$p, "BH"), by = p.adjust(x$p, "BY"), holm = p.adjust(x$p, "holm"), hochberg = p.adjust(x$p, "hochberg")))

# ---- tails ----

family("normal_tail", "cdf_normal_upper", 1e-12, function(i) list(z = runif(5, -8, 37)), function(x)
	list(Q = pnorm(x$z, lower.tail = FALSE), logQ = pnorm(x$z, lower.tail = FALSE, log.p = TRUE)))
family("chisq_tail", "cdf_chisq_upper", 1e-11, function(i) list(x = exp(runif(5, -5, 6)), df = 1 + floor(exp(runif(5, 0, 5)))), function(x)
	list(Q = pchisq(x$x, x$df, lower.tail = FALSE)))
family("t_tail", "cdf_t_upper", 1e-10, function(i) list(t = runif(5, 0, 30), df = exp(runif(5, 0, 8))), function(x)
	list(Q = pt(x$t, x$df, lower.tail = FALSE)))
family("beta_quantile", "beta_quantile", 1e-9, function(i) list(p = runif(5), a = exp(runif(5, -.5, 6)), b = exp(runif(5, -.5, 6))), function(x)
	list(q = qbeta(x$p, x$a, x$b)))
family("hypergeometric", "hypergeometric_pmf", 1e-11, function(i) {
	m <- size(1e5)
	n <- size(1e5)
	k <- 1 + below(m + n - 1)
	list(x = rhyper(3, m, n, k), m = rep(m, 3), n = rep(n, 3), k = rep(k, 3))
}, function(x) list(pmf = dhyper(x$x, x$m, x$n, x$k), P = phyper(x$x, x$m, x$n, x$k), Q = phyper(x$x, x$m, x$n, x$k, lower.tail = FALSE)))

cat(sprintf("1..%d\n", cases))
quit(status = failed > 0)
