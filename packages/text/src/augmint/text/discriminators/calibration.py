"""Log-odds that mean what they say: Platt's two numbers, fitted on held-out pairs."""

from __future__ import annotations

import numpy as np


def platt(logits: np.ndarray, real: np.ndarray) -> tuple[float, float]:
    """Scale and bias that make `scale * logit + bias` the log-odds of being real.

    Args:
        logits: float (n,).
        real: bool (n,), with rows of both kinds; the two kinds are weighted alike, so that 0 means "as likely as not".

    Returns:
        scale (never below 0.01: a score that says nothing stays in its order) and bias.

    Source: Platt 1999, "Probabilistic outputs for support vector machines", by scikit-learn's logistic regression.

    Example:
        >>> scale, bias = platt(np.array([-1.0, -0.5, 0.2, 0.4, 1.5]), np.array([False, False, False, True, True]))
        >>> scale > 0
        True
    """
    from sklearn.linear_model import LogisticRegression

    spread = float(logits.std()) or 1.0
    fitted = LogisticRegression(C=100.0, class_weight="balanced").fit((logits / spread)[:, None], real)
    scale = float(fitted.coef_[0, 0]) / spread
    if scale >= 0.01:
        return scale, float(fitted.intercept_[0])
    # The intercept belongs to a slope that is not taken: with the least one, the middle of both kinds is as likely as not.
    middle = (float(logits[real].mean()) + float(logits[~real].mean())) / 2
    return 0.01, -0.01 * middle


def calibration_error(probabilities: np.ndarray, real: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error, [0, 1]: mean distance of what is said from what is, over bins of equal size.

    Source: Guo et al. 2017, "On calibration of modern neural networks".

    Example:
        >>> round(calibration_error(np.array([0.0, 0.0, 1.0, 1.0]), np.array([False, True, True, True]), bins=2), 2)
        0.25
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(part) * abs(probabilities[part].mean() - real[part].mean()) for part in parts]
    return float(sum(gaps) / len(order))
