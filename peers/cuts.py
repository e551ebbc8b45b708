"""Changes of daily series by ruptures: its kernels, cut by a penalty."""

import sys

import numpy as np
import ruptures
from exchange import Teller, daily

# Penalties of the kernel of radial basis functions; the first is that of the first example of its README.
OF_RADIAL = (10, 1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 20)
# Penalties of least squares, in logarithms of the number of days times the variance of the noise; the first is that of
# its documentation.
OF_SQUARES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)


def noise(values):
    """The variance of what one day differs from the next by, by medians: a step does not move it."""
    steps = np.diff(values)
    return max((1.4826 * np.median(np.abs(steps - np.median(steps)))) ** 2 / 2, 1e-9)


def cuts(kernel, penalties, given):
    places, values = given[0], np.array(given[1])
    fitted = ruptures.KernelCPD(kernel=kernel, min_size=2).fit(values.reshape(-1, 1))
    return [[[places[cut]] for cut in fitted.predict(pen=penalty)[:-1]] for penalty in penalties]


def radial(given):
    return cuts("rbf", OF_RADIAL, given)


def squares(given):
    values = np.array(given[1])
    unit = np.log(len(values)) * noise(values)
    return cuts("linear", [factor * unit for factor in OF_SQUARES], given)


def main():
    teller, versions = Teller(*sys.argv[1:]), ["ruptures"]
    words = [f"penalty {penalty}" for penalty in OF_RADIAL]
    teller.run("changes", "ruptures, radial kernel", versions, words, daily(), radial, looks=len(OF_RADIAL))
    words = [f"penalty {factor} × log n × variance" for factor in OF_SQUARES]
    teller.run("changes", "ruptures, least squares", versions, words, daily(), squares, looks=len(OF_SQUARES))


if __name__ == "__main__":
    main()
