# R's own functions on the inputs of tests/bench/stats_bench.c: a line each, name and nanoseconds.
cost <- function(name, call) {
	call <- substitute(call)
	where <- parent.frame()
	ns <- function(times) {
		gc(FALSE)
		1e9 * system.time(for (i in seq_len(times)) suppressWarnings(eval(call, where)))[["elapsed"]] / times
	}
	once <- ns(1)
	times <- max(1, min(5000, floor(2e8 / (once + 1e4))))
	cat(sprintf("%s\t%.0f\n", name, median(c(ns(times), ns(times), ns(times)))))
}
square <- function(t) matrix(t, 2, byrow = TRUE)
small <- square(c(48, 32, 12, 48))
middle <- square(c(700, 1300, 3300, 4700))
large <- square(c(50000, 50000, 49000, 51000))
i <- 0:15
strata <- array(rbind(20 + 3 * i, 25 + 2 * i, 30 + i, 20 + (i * 7) %% 11), c(2, 2, 16))
b <- 0:1023
x <- rep(b, 1 + (b * 37) %% 101)
y <- rep(b, 1 + (b * 53) %% 97)
cell <- 0:255
n <- 20 + cell %% 13
k <- (n * (3 + (cell * 7) %% 10)) %/% 16
controls <- cbind(cell %% 2, sapply(0:7, function(j) (cell * (2 * j + 3)) %% (17 + 2 * j) / 16))
j <- 0:999
px <- (j * 7919) %% 1009
py <- (j * 104729) %% 997 + j
p <- ((0:99 * 37) %% 101 + 1) / 1000
g <- 0:5

cost("Fisher, n 200,000", fisher.test(large))
cost("Fisher, n 140", fisher.test(small))
cost("CMH, 16 strata", mantelhaen.test(strata, correct = FALSE))
cost("Mann-Whitney and AUC, 1024 bins", wilcox.test(x, y, exact = FALSE))
cost("logistic, 8 controls, 256 cells", glm(cbind(k, n - k) ~ controls, family = binomial))
cost("Wilson", prop.test(700, 2000, correct = FALSE))
cost("Clopper-Pearson", binom.test(700, 2000))
cost("Newcombe difference", prop.test(c(700, 3300), c(2000, 8000)))
cost("pooled z", prop.test(c(700, 3300), c(2000, 8000), correct = FALSE))
cost("odds ratio, conditional, exact", fisher.test(small))
cost("chi-square and G, 4 x 5", chisq.test(matrix(1 + (0:19 * 37) %% 101, 4, byrow = TRUE)))
cost("Cochran-Armitage, 6 groups", prop.trend.test(20 + 6 * g, 100 + 10 * g))
set.seed(1)
wx <- rnorm(800)
wy <- rnorm(1200)
cost("Welch and Hedges g, from sums", t.test(wx, wy))
cost("Kolmogorov-Smirnov, 1024 bins", ks.test(x, y, exact = FALSE))
cost("Kruskal-Wallis, 1024 bins", kruskal.test(list(x, y)))
cost("Spearman, 1000 pairs", cor.test(px, py, method = "spearman", exact = FALSE))
cost("Kendall, 1000 pairs", cor.test(px, py, method = "kendall", exact = FALSE))
cost("Benjamini-Hochberg, 100", p.adjust(p, "BH"))
cost("minimum detectable gap", power.prop.test(n = 2000, p1 = .4, power = .8))
cost("Student's tail", 2 * pt(-2.1, 57.3))
cost("normal tail", 2 * pnorm(-2.1))
cost("chi-square tail", pchisq(5.1, 4, lower.tail = FALSE))
cost("beta quantile", qbeta(.025, 48, 33))
