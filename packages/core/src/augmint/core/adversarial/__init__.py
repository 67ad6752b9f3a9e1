"""Adversarial training: trainer, arguments, losses, regularisers, callbacks."""

from augmint.core.adversarial.ada import AdaController
from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.adversarial.callbacks import AdversarialCallback, ProgressBar
from augmint.core.adversarial.losses import GanLoss, get_loss, loss_names, register_loss
from augmint.core.adversarial.objective import AdversarialObjective
from augmint.core.adversarial.regularizers import (
    R1,
    R2,
    Critique,
    GradientPenalty,
    LeCam,
    Regularizer,
    get_regularizer,
    register_regularizer,
    regularizer_names,
)
from augmint.core.adversarial.schedules import Cosine
from augmint.core.adversarial.trainer import AdversarialOutput, AdversarialTrainer

__all__ = [
    "R1", "R2", "AdaController", "AdversarialArguments", "AdversarialCallback", "AdversarialObjective", "AdversarialOutput",
    "AdversarialTrainer", "Cosine", "Critique", "GanLoss", "GradientPenalty", "LeCam", "ProgressBar", "Regularizer", "get_loss",
    "get_regularizer", "loss_names", "register_loss", "register_regularizer", "regularizer_names",
]
