"""Hours of the week in which failures are more frequent, by a binomial GLM of statsmodels for each hour against all others,
with errors clustered by week and Holm's correction for all of them."""

import sys
import warnings

import numpy as np
import statsmodels.api as sm
from exchange import Teller
from scipy import stats
from windows import RATES, WEEK, stretches, weeks

# Fits of 168 models take a while.
HISTORIES = 50


def glm_chance(executions, failures, hour):
    """The one-sided chance of an hour's coefficient, errors clustered by week.

    All other hours of a week are one row: sums say all of a binomial likelihood, and of scores by week too. What the
    number of rows does to the correction for small samples is put back."""
    inside = executions[:, hour], failures[:, hour]
    outside = executions.sum(1) - inside[0], failures.sum(1) - inside[1]
    n, k = np.concatenate([inside[0], outside[0]]), np.concatenate([inside[1], outside[1]])
    is_inside = np.repeat([1.0, 0.0], len(executions))
    week, known = np.tile(np.arange(len(executions)), 2), n > 0
    if inside[1].sum() == 0:
        return 1.0
    model = sm.GLM(
        np.column_stack([k, n - k])[known], sm.add_constant(is_inside[known], has_constant="add"), sm.families.Binomial()
    )
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": week[known], "use_correction": False})
    groups, rows = len(executions), (executions > 0).sum()
    correction = np.sqrt(groups / (groups - 1) * (rows - 1) / (rows - 2))
    return float(stats.norm.sf(fit.params[1] / (fit.bse[1] * correction))) if fit.bse[1] > 0 else 1.0


def glm(given):
    executions, failures = given
    chances = np.array([glm_chance(executions, failures, hour) for hour in range(WEEK)])
    order = np.argsort(chances)
    holm = np.empty(WEEK)
    holm[order] = np.maximum.accumulate(chances[order] * (WEEK - np.arange(WEEK)))
    return [stretches(holm <= rate) for rate in RATES]


def main():
    warnings.simplefilter("ignore")
    words, inputs = [f"rate {rate:g}" for rate in RATES], [("executions and failures by hour", weeks)]
    name = "GLM by hour, clustered by week, Holm"
    Teller(*sys.argv[1:]).run("failures", name, ["statsmodels"], words, inputs, glm, HISTORIES)


if __name__ == "__main__":
    main()
