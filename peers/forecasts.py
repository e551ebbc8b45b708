"""Changes of daily series and bursts of hourly counts by prophet: changes of its trend, and counts beyond the interval
that it holds for likely. It tests nothing, so both are swept by how large they are."""

import logging
import sys
import warnings

import numpy as np
import pandas
from exchange import Teller, daily
from prophet import Prophet

MONDAY = "2026-01-05"
# The least change of the trend; the first is that from which its own plot shows a change.
OF_TREND = (0.01, 0.001, 0.003, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0)
# How many times the half of its interval a count has to be above what is expected; the first is its own interval.
OF_INTERVAL = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
# How freely its trend changes; the first is the default.
FREEDOMS = (0.05, 0.5)
# A fit takes a while.
DAILY_HISTORIES, HOURLY_HISTORIES = 25, 30


def changes(given):
    places, values = given
    days = pandas.date_range(MONDAY, periods=places[-1] + 1, freq="D")
    told = []
    for freedom in FREEDOMS:
        model = Prophet(changepoint_prior_scale=freedom).fit(pandas.DataFrame({"ds": days[places], "y": values}))
        sizes = np.abs(np.nanmean(model.params["delta"], axis=0))
        where = [(day - days[0]).days for day in model.changepoints]
        told += [[[place] for place, size in zip(where, sizes) if size >= least] for least in OF_TREND]
    return told


def bursts(counts):
    table = pandas.DataFrame({"ds": pandas.date_range(MONDAY, periods=len(counts), freq="h"), "y": counts})
    said = Prophet().fit(table).predict(table)
    half = np.maximum((said["yhat_upper"] - said["yhat_lower"]).to_numpy() / 2, 1e-9)
    beyond = (np.array(counts) - said["yhat"].to_numpy()) / half
    return [[[hour] for hour in np.flatnonzero(beyond > times)] for times in OF_INTERVAL]


def main():
    warnings.simplefilter("ignore")
    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True
    np.random.seed(1)
    teller, versions = Teller(*sys.argv[1:]), ["prophet"]
    words = [f"scale {freedom:g}, trend changes by {least:g}" for freedom in FREEDOMS for least in OF_TREND]
    looks = len(FREEDOMS)
    teller.run("changes", "prophet, trend", versions, words, daily(), changes, DAILY_HISTORIES, looks)
    words = [f"{times:g} × the interval of 80 %" for times in OF_INTERVAL]
    inputs = [("counts by hour", lambda history: history["counts"])]
    teller.run("bursts", "prophet, interval", versions, words, inputs, bursts, HOURLY_HISTORIES)


if __name__ == "__main__":
    main()
