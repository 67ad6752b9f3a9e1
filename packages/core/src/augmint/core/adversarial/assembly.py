"""Networks, optimisers and their owners put together for the phases."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.adversarial.data_order import Layout
from augmint.core.adversarial.meter import Meter
from augmint.core.adversarial.phases import Phases
from augmint.core.adversarial.runtime import Runtime
from augmint.core.adversarial.sharing import frozen, own_parameters
from augmint.core.interfaces import Discriminator, Generator, Objective


def assemble(args: AdversarialArguments, runtime: Runtime, objective: Objective, generator: Generator, discriminator: Discriminator,
             layout: Layout, meters: Sequence[Meter]) -> Phases:
    """Move both networks to their device, divide the parameters, wrap for distributed training and make the optimisers.

    Raises:
        UserError: the networks share parameters nobody owns, or one has nothing to train.
    """
    ownership = own_parameters(generator, discriminator, args.shared_parameters)
    generator.to(runtime.device)
    discriminator.to(runtime.device)
    with frozen(ownership.discriminator):  # what the other side owns must not be waited for in the exchange of gradients
        wrapped_generator = runtime.wrap(generator)
    with frozen(ownership.generator):
        wrapped_discriminator = runtime.wrap(discriminator)
    return Phases(args, runtime, objective, generator, discriminator, wrapped_generator, wrapped_discriminator, ownership,
                  make_optimizer(args, ownership.generator, runtime.device),
                  make_optimizer(args, ownership.discriminator, runtime.device), layout, meters)


def make_optimizer(args: AdversarialArguments, parameters: list[nn.Parameter], device: torch.device) -> torch.optim.Optimizer:
    """AdamW; the trainer sets its learning rate at every step.

    Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization".
    """
    return torch.optim.AdamW(parameters, lr=args.learning_rate, betas=(args.adam_beta1, args.adam_beta2), eps=args.adam_epsilon,
                             weight_decay=args.weight_decay, fused=device.type in ("cpu", "cuda"))


def wants_step_logs(objective: Objective) -> bool:
    """Whether the objective's `step_end` reads the step's mean logs; handing them over makes every step wait for the device."""
    return bool(getattr(objective, "needs_step_logs", type(objective).step_end is not Objective.step_end))
