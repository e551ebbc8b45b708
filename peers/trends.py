"""Trends of daily series: the slope of statsmodels' least squares with errors for days that resemble each other (Newey
and West's), and Mann and Kendall's test of days and of means by week, which is scipy's rank correlation."""

import sys

import numpy as np
import statsmodels.api as sm
from exchange import Teller, daily
from scipy import stats

# Error rates, the default first.
RATES = (0.05, 0.03, 0.02, 0.01, 5e-3, 2e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6, 1e-8)
LAGS = 7


def told(chance):
    return [[[0]] if chance <= rate else [] for rate in RATES]


def slope(given):
    places, values = np.array(given[0], float), np.array(given[1])
    fit = sm.OLS(values, sm.add_constant(places)).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": True})
    return told(fit.pvalues[1])


def ranks(given):
    return told(stats.kendalltau(given[0], given[1]).pvalue)


def ranks_of_weeks(given):
    weeks, values = np.array(given[0]) // 7, np.array(given[1])
    known = np.unique(weeks)
    return told(stats.kendalltau(known, [values[weeks == week].mean() for week in known]).pvalue)


def main():
    teller, words = Teller(*sys.argv[1:]), [f"rate {rate:g}" for rate in RATES]
    teller.run("trends", f"least squares, errors over {LAGS} days", ["statsmodels"], words, daily(), slope)
    teller.run("trends", "Mann–Kendall, days", ["scipy"], words, daily(), ranks)
    teller.run("trends", "Mann–Kendall, weeks", ["scipy"], words, daily(), ranks_of_weeks)


if __name__ == "__main__":
    main()
