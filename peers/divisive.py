"""Changes of daily series by Apache Otava."""

import sys

from exchange import Teller, daily
from otava.analysis import compute_change_points

# The greatest chance of a change; the first is the default.
CHANCES = (1e-3, 1e-2, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12, 1e-15, 1e-20)


def changes(given):
    places, values = given
    told = []
    for chance in CHANCES:
        points, _ = compute_change_points(list(values), max_pvalue=chance)
        told.append([[places[point.index]] for point in points])
    return told


def main():
    words = [f"chance {chance:g}" for chance in CHANCES]
    teller = Teller(*sys.argv[1:])
    teller.run("changes", "Apache Otava", ["apache-otava"], words, daily(), changes, looks=len(CHANCES))


if __name__ == "__main__":
    main()
