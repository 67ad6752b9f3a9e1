"""What the adversarial objectives of texts share: label smoothing, a sure judge's rest, the policy gradient and its anchor."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.interfaces import Loss, RowRandom
from augmint.core.interfaces.objective import detach

REAL_LABEL = 0.9
SURE = 0.85
"""Accuracy above which the discriminator is not trained further: a gradient from a sure judge says little."""
CLIP = 5.0
"""Bound of the log-odds within the reward."""


def adversarial_defaults(threads: int, discriminator_learning_rate: float = 1e-4) -> dict[str, Any]:
    """Values of AdversarialArguments that suit language models which likelihood has trained before."""
    return {
        "max_steps": 100,
        "per_device_train_batch_size": 16,
        "learning_rate": 2e-5,
        "discriminator_learning_rate": discriminator_learning_rate,
        "lr_scheduler_type": "constant_with_warmup",
        "warmup_steps": 10,
        "adam_beta1": 0.9,
        "adam_beta2": 0.98,
        "max_grad_norm": 5.0,
        "ema_half_life": 500.0,
        "logging_steps": 10,
        "save_steps": 50,
        "eval_steps": 100,
        "sample_steps": 100,
        "threads": threads,
    }


def contrast(logits: Tensor, real: int) -> tuple[Tensor, Tensor]:
    """Cross-entropy of real rows against bad ones, both kinds weighted alike.

    Args:
        logits: float (n,), real rows first.
        real: how many are real.

    Returns:
        the loss, with the real label at 0.9, and the weighted part that is told rightly.

    Source: Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision" (label smoothing).

    Example:
        >>> loss, accuracy = contrast(torch.tensor([3.0, -3.0, 3.0]), 1)
        >>> accuracy.item()
        0.75
    """
    is_real = torch.arange(len(logits), device=logits.device) < real
    weight = torch.where(is_real, 1.0, real / max(1, len(logits) - real))
    loss = F.binary_cross_entropy_with_logits(logits, REAL_LABEL * is_real.to(logits), weight=weight)
    return loss, (((logits > 0) == is_real) * weight).sum() / weight.sum()


def discriminator_step(logits: Tensor, kinds: tuple[str, ...]) -> Loss:
    """The loss of as many rows of every kind, real ones first, or 0, to be skipped, where the discriminator is sure; logs logits by
    kind."""
    count = len(logits) // len(kinds)
    loss, accuracy = contrast(logits, count)
    logs = {f"{kind}_logit": detach(part) for kind, part in zip(kinds, logits.split(count), strict=True)}
    sure = accuracy.detach() > SURE
    return Loss(loss * (~sure).to(loss), {"discriminator_accuracy": detach(accuracy), **logs}, sure)


def policy_gradient(drawn: tuple[Tensor, Tensor, Tensor], before: Tensor, reward: Tensor, samples: int) -> tuple[Tensor, Tensor]:
    """The gradient towards the reward, and the distance from where training began.

    Args:
        drawn: what the generator gives the texts drawn from it: log-probabilities float (n, L), which are tokens bool (n, L), and
            logits float (n, L, V).
        before: the logits of the generator that training began with.
        reward: float (n,), `samples` neighbours of one condition each.
        samples: texts drawn for a condition, at least 2.

    Returns:
        `-mean(advantage * log_prob / length)` with each reward measured against its neighbours' mean, and the mean KL divergence.

    Source: Yu et al. 2017, "SeqGAN: sequence generative adversarial nets with policy gradient"; Kool et al. 2019, "Buy 4 REINFORCE
    samples, get a baseline for free!".
    """
    picked, tokens, logits = drawn
    count = tokens.sum(1).clamp(min=1)
    advantage = leave_one_out(reward.view(-1, samples)).flatten().to(picked)
    divergence = F.kl_div(before.log_softmax(2), logits.log_softmax(2), reduction="none", log_target=True).sum(2)
    return -(advantage * picked.sum(1) / count).mean(), ((divergence * tokens).sum(1) / count).mean()


def sample_streams(rng: RowRandom, samples: int) -> RowRandom:
    """A stream for each of some samples of every row, (n * samples) of them, a row's own next to each other. They depend on the row
    and the sample alone: a batch in parts gets the numbers of the whole.

    Example:
        >>> whole, part = (sample_streams(RowRandom(0, rows=rows), 2).uniform() for rows in ([0, 1], [1]))
        >>> bool((whole[2:] == part).all())
        True
    """
    keys = rng.integers(2**62).cpu().numpy()
    return RowRandom(0, "samples", rows=(keys[:, None] + np.arange(samples)).ravel())


def leave_one_out(reward: Tensor) -> Tensor:
    """Each reward less the mean of the others of its row, float (n, k), k >= 2.

    Example:
        >>> leave_one_out(torch.tensor([[1.0, 2.0, 3.0]])).tolist()
        [[-1.5, 0.0, 1.5]]
    """
    samples = reward.shape[1]
    return (reward - reward.mean(1, keepdim=True)) * samples / (samples - 1)


def unwrapped(network: nn.Module) -> Any:
    """The network inside a distributed wrapper."""
    return getattr(network, "module", network)
