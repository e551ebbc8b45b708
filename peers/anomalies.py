"""Changes of daily series and bursts of hourly counts by adtk, each detector swept by its one threshold."""

import sys
import warnings

import numpy as np
import pandas
from adtk.detector import InterQuartileRangeAD, LevelShiftAD, PersistAD, SeasonalAD
from exchange import Teller, daily

MONDAY, WEEK = "2026-01-05", 168
# How many distances between the quartiles count as normal, and the days that a level is taken from, which have no default.
# The first is each detector's own default.
OF_LEVELS = [(bar, days) for days in (7, 14) for bar in (6, 2, 3, 4, 5, 8)]
OF_QUARTILES = (3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)


# Thirteen fits of a detector take a while.
HOURLY_HISTORIES = 60


def days(given):
    """A regular series, as the detector wants it: days that are not known are as the day before."""
    places, values = given
    series = pandas.Series(values, index=pandas.date_range(MONDAY, periods=places[-1] + 1, freq="D")[places])
    return series.asfreq("D").ffill()


def level_shifts(given):
    series = days(given)
    told = []
    for bar, window in OF_LEVELS:
        found = LevelShiftAD(window=window, c=float(bar)).fit_detect(series)
        told.append([[place] for place in np.flatnonzero(found.fillna(False).to_numpy(bool))])
    return told


def hours(history):
    counts = history["counts"]
    return pandas.Series(counts, index=pandas.date_range(MONDAY, periods=len(counts), freq="h"), dtype=float)


def without_week(history):
    """Roots of the counts, which swing alike at every level, without the median of their hour of the week."""
    series = np.sqrt(hours(history) + 0.375)
    return series - series.groupby(np.arange(len(series)) % WEEK).transform("median")


def above(detector, series):
    """Places at which a detector made with a threshold finds too much."""
    told = []
    for bar in OF_QUARTILES:
        try:
            found = detector(float(bar)).fit_detect(series)
        except Exception as problem:
            # It found no season, so it says nothing; there is no narrower class for that.
            if "seasonality" not in str(problem):
                raise
            told.append([])
            continue
        told.append([[place] for place in np.flatnonzero(found.fillna(False).to_numpy(bool))])
    return told


def main():
    warnings.simplefilter("ignore")
    teller, versions = Teller(*sys.argv[1:]), ["adtk", "pandas"]
    words = [f"c {bar}, windows of {window} days" for bar, window in OF_LEVELS]
    teller.run("changes", "adtk, level shift", versions, words, daily(), level_shifts, looks=len(OF_LEVELS))
    words = [f"c {bar}" for bar in OF_QUARTILES]
    inputs = [("counts by hour", hours), ("roots without the week's profile", without_week)]
    detectors = [
        ("adtk, season of a week", lambda bar: SeasonalAD(freq=WEEK, c=bar, side="positive"), inputs[:1]),
        ("adtk, season found by itself", lambda bar: SeasonalAD(c=bar, side="positive"), inputs[:1]),
        ("adtk, beside the hour before", lambda bar: PersistAD(c=bar, side="positive"), inputs),
        ("adtk, quartiles", lambda bar: InterQuartileRangeAD(c=(None, bar)), inputs),
    ]
    for name, detector, inputs in detectors:
        look = lambda series, detector=detector: above(detector, series)
        teller.run("bursts", name, versions, words, inputs, look, HOURLY_HISTORIES, looks=len(OF_QUARTILES))


if __name__ == "__main__":
    main()
