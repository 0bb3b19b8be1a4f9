"""scipy's functions on the inputs of tests/bench/stats_bench.c: a line each, name and nanoseconds."""
import time
import numpy as np
from scipy import stats


def cost(name, call):
    def ns(times):
        began = time.perf_counter_ns()
        for _ in range(times):
            call()
        return (time.perf_counter_ns() - began) / times
    times = int(max(1, min(5000, 2e8 / (ns(1) + 1))))
    print(f"{name}\t{sorted(ns(times) for _ in range(3))[1]:.0f}", flush=True)


b = np.arange(1024)
x = np.repeat(b, 1 + b * 37 % 101)
y = np.repeat(b, 1 + b * 53 % 97)
j = np.arange(1000)
px, py = j * 7919 % 1009, j * 104729 % 997 + j
g = np.random.default_rng(1)
wx, wy = g.normal(size=800), g.normal(size=1200)
table = (1 + np.arange(20) * 37 % 101).reshape(4, 5)

cost("Fisher, n 200,000", lambda: stats.fisher_exact([[50000, 50000], [49000, 51000]]))
cost("Fisher, n 140", lambda: stats.fisher_exact([[48, 32], [12, 48]]))
cost("Mann-Whitney and AUC, 1024 bins", lambda: stats.mannwhitneyu(x, y, method="asymptotic"))
cost("Wilson", lambda: stats.binomtest(700, 2000).proportion_ci(method="wilson"))
cost("Clopper-Pearson", lambda: stats.binomtest(700, 2000).proportion_ci(method="exact"))
cost("odds ratio, conditional, exact",
     lambda: stats.contingency.odds_ratio([[48, 32], [12, 48]]).confidence_interval())
cost("Barnard, 25 and 40", lambda: stats.barnard_exact([[2, 14], [23, 26]]))
cost("Boschloo, 25 and 40", lambda: stats.boschloo_exact([[2, 14], [23, 26]], alternative="less"))
cost("chi-square and G, 4 x 5", lambda: stats.chi2_contingency(table))
cost("Welch and Hedges g, from sums", lambda: stats.ttest_ind(wx, wy, equal_var=False))
cost("Kolmogorov-Smirnov, 1024 bins", lambda: stats.ks_2samp(x, y, method="asymp"))
cost("Anderson-Darling, 1024 bins", lambda: stats.anderson_ksamp([x, y]))
cost("Kruskal-Wallis, 1024 bins", lambda: stats.kruskal(x, y))
cost("Wasserstein-1, 1024 bins", lambda: stats.wasserstein_distance(x, y))
cost("Spearman, 1000 pairs", lambda: stats.spearmanr(px, py))
cost("Kendall, 1000 pairs", lambda: stats.kendalltau(px, py))
cost("Student's tail", lambda: 2 * stats.t.sf(2.1, 57.3))
cost("normal tail", lambda: 2 * stats.norm.sf(2.1))
cost("chi-square tail", lambda: stats.chi2.sf(5.1, 4))
cost("beta quantile", lambda: stats.beta.ppf(.025, 48, 33))
