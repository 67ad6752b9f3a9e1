"""Who owns which parameter: every trainable one belongs to exactly one optimiser.

Networks may share parts (a label embedding, a text encoder). In a phase, everything that the other side owns is frozen, so a
shared part learns from its owner's loss alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import nn

from augmint.core.errors import UserError


@dataclass(frozen=True)
class Ownership:
    """Trainable parameters by owner, each in the order of its module; frozen ones belong to nobody."""

    generator: list[nn.Parameter]
    discriminator: list[nn.Parameter]

    @contextmanager
    def discriminator_phase(self) -> Iterator[None]:
        """The generator's parameters require no gradient meanwhile."""
        with frozen(self.generator):
            yield

    @contextmanager
    def generator_phase(self) -> Iterator[None]:
        """The discriminator's parameters require no gradient meanwhile."""
        with frozen(self.discriminator):
            yield


@contextmanager
def frozen(parameters: list[nn.Parameter]) -> Iterator[None]:
    """Trainable `parameters` require no gradient inside and do again after, whatever happens."""
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)


def own_parameters(generator: nn.Module, discriminator: nn.Module, shared: str | None) -> Ownership:
    """Divide the trainable parameters.

    Args:
        generator: the generator, not wrapped.
        discriminator: the discriminator, not wrapped.
        shared: "generator" or "discriminator": the owner of what both hold; None where nothing may be shared.

    Raises:
        UserError: parameters are shared and `shared` is None (the message names them), `shared` is given and there are none, or a
            network has nothing to train.
    """
    mine = {id(p): p for p in generator.parameters() if p.requires_grad}
    theirs = {id(p): p for p in discriminator.parameters() if p.requires_grad}
    both = mine.keys() & theirs.keys()
    if shared is not None and {id(p) for p in generator.parameters()}.isdisjoint(id(p) for p in discriminator.parameters()):
        raise UserError("Generator and discriminator share no parameters.", where="adversarial.shared_parameters",
                        fix="Leave it out, or build networks that share some.")
    if both and shared is None:
        names = [f"{name} (the discriminator's {_name_in(discriminator, p)})"
                 for name, p in generator.named_parameters() if id(p) in both]
        raise UserError(f"Generator and discriminator share parameters: {', '.join(names)}.", where="adversarial.shared_parameters",
                        fix='Set shared_parameters to "generator" or "discriminator", whose optimiser shall own them.')
    ownership = Ownership([p for key, p in mine.items() if key not in both or shared == "generator"],
                          [p for key, p in theirs.items() if key not in both or shared == "discriminator"])
    for role, owned in (("generator", ownership.generator), ("discriminator", ownership.discriminator)):
        if not owned:
            raise UserError(f"The {role} has no trainable parameters of its own.", where="adversarial",
                            fix="Unfreeze some, or let it own the shared ones (shared_parameters).")
    return ownership


def _name_in(module: nn.Module, parameter: nn.Parameter) -> str:
    return next(name for name, other in module.named_parameters() if other is parameter)
