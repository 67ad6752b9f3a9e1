"""The model of the objective that proposals are made from.

Source: Snoek et al. 2012, "Practical Bayesian optimization of machine learning algorithms" (Matern 5/2, one length scale a
dimension); Hvarfner et al. 2024, "Vanilla Bayesian optimization performs great in high dimensions" (length scales that grow
with the root of the number of dimensions).
"""

from __future__ import annotations

import math
from typing import Any


def make_surrogate(name: str, columns: int, seed: int) -> Any:
    """An unfitted regressor as `skopt.Optimizer` takes it.

    scikit-optimize's own Gaussian process lets every length scale range over four decades. A dozen noisy scores do not
    determine them: some run to the upper end, the noise to zero, and proposals to the corners. Here they are held to what is
    plausible in the unit cube, and the noise is never taken for less than a hundredth of the scores' spread.

    Args:
        name: "GP", "RF" or "ET".
        columns: width of a transformed point (a category of three or more takes one for each).
        seed: of the fit.
    """
    if name != "GP":
        return name
    from skopt.learning import GaussianProcessRegressor
    from skopt.learning.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    unit = max(1.0, math.sqrt(columns) / 2)
    matern = Matern(length_scale=[0.7 * unit] * columns, length_scale_bounds=[(0.3 * unit, 3.0 * unit)] * columns, nu=2.5)
    kernel = ConstantKernel(1.0, (0.2, 5.0)) * matern + WhiteKernel(0.01, (1e-4, 0.5))
    return GaussianProcessRegressor(kernel=kernel, normalize_y=True, noise="gaussian", n_restarts_optimizer=0, random_state=seed)
