"""Changes of daily series and bursts of hourly counts by adtk, each detector swept by its one threshold."""

import sys
import warnings

import numpy as np
import pandas
from adtk.detector import InterQuartileRangeAD, LevelShiftAD, PersistAD, SeasonalAD
from exchange import Teller, daily

MONDAY, WEEK = "2026-01-05", 168
# How many distances between the quartiles count as normal; the first is the default of a shift of level,
OF_LEVELS = (6, 2, 3, 4, 5, 8, 10, 15)
# and of all others. The days that a level is taken from have no default.
OF_QUARTILES = (3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)
WINDOWS = (7, 14)
HOURLY_HISTORIES = 60


def days(given):
    """A regular series, as the detector wants it: days that are not known are as the day before."""
    places, values = given
    series = pandas.Series(values, index=pandas.date_range(MONDAY, periods=places[-1] + 1, freq="D")[places])
    return series.asfreq("D").ffill()


def swept(detector, series, bars):
    """What a detector finds at each bar. All but the last steps of its documented pipe do not depend on the bar, so they are
    run once; at the first bar, its default, the outcome has to be what the detector itself says."""
    parts = detector.pipe_.fit_detect(series, return_intermediate=True)
    score, sign = parts[detector.pipe_.steps["iqr_ad"]["input"]], parts["sign_check"].fillna(False).to_numpy(bool)
    low, high = score.quantile(0.25), score.quantile(0.75)
    told = [np.flatnonzero((score > high + bar * (high - low)).to_numpy(bool) & sign) for bar in bars]
    if not np.array_equal(told[0], np.flatnonzero(parts["and"].fillna(False).to_numpy(bool))):
        raise RuntimeError(f"{type(detector).__name__} finds something else than its parts")
    return [[[place] for place in places] for places in told]


def level_shifts(given):
    series = days(given)
    return [claims for window in WINDOWS for claims in swept(LevelShiftAD(window=window, c=6.0), series, OF_LEVELS)]


def hours(history):
    counts = history["counts"]
    return pandas.Series(counts, index=pandas.date_range(MONDAY, periods=len(counts), freq="h"), dtype=float)


def without_week(history):
    """Roots of the counts, which swing alike at every level, without the median of their hour of the week."""
    series = np.sqrt(hours(history) + 0.375)
    return series - series.groupby(np.arange(len(series)) % WEEK).transform("median")


def seasonal(detector, series):
    try:
        return swept(detector, series, OF_QUARTILES)
    except Exception as problem:
        # It found no season, so it says nothing; there is no narrower class for that.
        if "seasonality" not in str(problem):
            raise
        return [[] for _ in OF_QUARTILES]


def quartiles(series):
    found = [InterQuartileRangeAD(c=(None, float(bar))).fit_detect(series).to_numpy(bool) for bar in OF_QUARTILES]
    return [[[place] for place in np.flatnonzero(told)] for told in found]


def main():
    warnings.simplefilter("ignore")
    teller, versions = Teller(*sys.argv[1:]), ["adtk", "pandas"]
    words = [f"c {bar}, windows of {window} days" for window in WINDOWS for bar in OF_LEVELS]
    teller.run("changes", "adtk, level shift", versions, words, daily(), level_shifts, looks=len(WINDOWS))
    words = [f"c {bar}" for bar in OF_QUARTILES]
    inputs = [("counts by hour", hours), ("roots without the week's profile", without_week)]
    detectors = [
        ("season of a week", lambda series: seasonal(SeasonalAD(freq=WEEK, side="positive"), series), inputs[:1], 1),
        ("season found by itself", lambda series: seasonal(SeasonalAD(side="positive"), series), inputs[:1], 1),
        ("beside the hour before", lambda series: swept(PersistAD(side="positive"), series, OF_QUARTILES), inputs, 1),
        ("quartiles", quartiles, inputs, len(OF_QUARTILES)),
    ]
    for name, look, inputs, looks in detectors:
        teller.run("bursts", f"adtk, {name}", versions, words, inputs, look, HOURLY_HISTORIES, looks)


if __name__ == "__main__":
    main()
