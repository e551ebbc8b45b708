"""Windows of the week in which failures are more frequent, by what others would do: Kulldorff's binomial scan and its
quasi-binomial form, and a binomial test of every hour of the week with Benjamini and Hochberg's correction. There is no
library of these that is kept up, so they stand here as they are published."""

import sys
import warnings

import numpy as np
from exchange import Teller
from scipy import special, stats

WEEK, DAY = 168, 24
LENGTHS = (1, 2, 3, 4, 6, 8, 10, 12)
SHUFFLES = 199
LEVEL = 0.05
# How many times the critical value a scan's statistic has to be, the default first.
TIMES = (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64)
# Error rates, the default first.
RATES = (LEVEL, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-13, 1e-17, 1e-22, 1e-30, 1e-40,
         1e-60, 1e-90, 1e-130)
# Shuffles take a while.
SCANNED_HISTORIES = 60


def windows():
    """The 1,929 windows that the engine looks at: single days, weekdays, weekends and all days; hours and whole days."""
    sets = [[day] for day in range(7)] + [list(range(5)), [5, 6], list(range(7))]
    rows = []
    for days in sets:
        for length in LENGTHS:
            for start in range(DAY):
                rows.append([(day * DAY + start + hour) % WEEK for day in days for hour in range(length)])
        if len(days) < 7:
            rows.append([day * DAY + hour for day in days for hour in range(DAY)])
    masks = np.zeros((len(rows), WEEK), np.float32)
    for mask, hours in zip(masks, rows):
        mask[hours] = 1
    return masks


WINDOWS = windows()


def weeks(history):
    """Executions and failures as tables of weeks by hours."""
    table = lambda name: np.array(history[name], float).reshape(-1, WEEK)
    return table("executions"), table("failures")


def likelihood(n, k, all_n, all_k):
    """Kulldorff's log-likelihood ratio of more failures inside, for windows (rows) of histories (columns)."""
    out_n, out_k = all_n - n, all_k - k
    part = lambda k, n: special.xlogy(k, k / n) + special.xlogy(n - k, 1 - k / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = part(k, n) + part(out_k, out_n) - part(all_k, all_n)
        return np.where((n > 0) & (out_n > 0) & (k * out_n > out_k * n), ratio, 0.0)


def scan(executions, failures, random):
    """The window that stands out most, its statistic, and those of histories whose failures fall anywhere."""
    n, k = executions.sum(0), failures.sum(0)
    inside = (WINDOWS @ n)[:, None]
    found = likelihood(inside[:, 0], WINDOWS @ k, n.sum(), k.sum())
    shuffled = np.minimum(random.multinomial(int(k.sum()), n / n.sum(), SHUFFLES), n)
    chance = likelihood(inside, WINDOWS @ shuffled.T.astype(np.float32), n.sum(), shuffled.sum(1)[None]).max(0)
    best = int(found.argmax())
    return best, found[best], chance


def dispersion(executions, failures):
    """Pearson's statistic of the cells by their number: 1 of independent failures."""
    rate, known = failures.sum() / executions.sum(), executions > 0
    squares = (failures - executions * rate) ** 2
    return max(1.0, (squares[known] / (executions[known] * rate * (1 - rate))).sum() / (known.sum() - 1))


def kulldorff(given, of):
    """What the scan says at each bar, its statistic divided by what `of` makes of the cells."""
    executions, failures = given
    best, statistic, chance = scan(executions, failures, np.random.default_rng(int(failures.sum())))
    statistic /= of(executions, failures)
    # The largest but of one in twenty histories, the one that is tested among them.
    critical = np.sort(chance)[SHUFFLES - int((SHUFFLES + 1) * LEVEL)]
    hours = np.flatnonzero(WINDOWS[best])
    return [[hours] if statistic > critical * times else [] for times in TIMES]


def stretches(told):
    """Hours that are told, all together and each unbroken stretch of them, whichever is the window that is meant."""
    hours = np.flatnonzero(told)
    if len(hours) == 0:
        return []
    parts = np.split(hours, np.flatnonzero(np.diff(hours) > 1) + 1)
    if len(parts) > 1 and hours[0] == 0 and hours[-1] == WEEK - 1:
        parts = [np.concatenate([parts[-1], parts[0]]), *parts[1:-1]]
    return [hours] if len(parts) == 1 else [hours, *parts]


def cells(given):
    """Each hour of the week against all others, one-sided."""
    n, k = given[0].sum(0), given[1].sum(0)
    others = (k.sum() - k) / np.maximum(n.sum() - n, 1)
    chances = stats.binom.sf(k - 1, n, others)
    order = np.argsort(chances)
    adjusted = np.empty(WEEK)
    adjusted[order] = np.minimum.accumulate((chances[order] * WEEK / np.arange(1, WEEK + 1))[::-1])[::-1]
    return [stretches(adjusted <= rate) for rate in RATES]


def main():
    warnings.simplefilter("ignore")
    teller = Teller(*sys.argv[1:])
    inputs = [("executions and failures by hour", weeks)]
    scans = [f"{times:g} × the critical value of 5 %" for times in TIMES]
    rates = [f"rate {rate:g}" for rate in RATES]
    classic, quasi = (lambda given: kulldorff(given, lambda *_: 1)), (lambda given: kulldorff(given, dispersion))
    teller.run("failures", "Kulldorff's scan", [], scans, inputs, classic, SCANNED_HISTORIES)
    teller.run("failures", "Kulldorff's scan, quasi-binomial", [], scans, inputs, quasi, SCANNED_HISTORIES)
    teller.run("failures", "each hour, Benjamini–Hochberg", ["scipy"], rates, inputs, cells)


if __name__ == "__main__":
    main()
