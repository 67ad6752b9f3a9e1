"""Adversarial losses, one a file, found by name."""

from augmint.core.adversarial.losses.base import GanLoss, get_loss, loss_names, register_loss
from augmint.core.adversarial.losses.hinge import Hinge
from augmint.core.adversarial.losses.least_squares import LeastSquares
from augmint.core.adversarial.losses.non_saturating import NonSaturating
from augmint.core.adversarial.losses.relativistic import Relativistic
from augmint.core.adversarial.losses.wasserstein import Wasserstein

__all__ = ["GanLoss", "Hinge", "LeastSquares", "NonSaturating", "Relativistic", "Wasserstein", "get_loss", "loss_names",
           "register_loss"]
