"""Parameters that both networks hold belong to exactly one optimiser, and learn from its loss alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from augmint.core.adversarial import AdversarialObjective
from augmint.core.adversarial.sharing import own_parameters
from augmint.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_toys import RingDiscriminator, RingGenerator, init, ring_trainer, same, weights


def networks() -> tuple[RingGenerator, RingDiscriminator]:
    embed = nn.Embedding(4, 4)
    return init(RingGenerator(embed=embed), 1), init(RingDiscriminator(embed=embed), 2)


def owned(optimizer: torch.optim.Optimizer) -> set[int]:
    return {id(p) for group in optimizer.param_groups for p in group["params"]}


def test_sharing_without_the_option_is_an_error_that_names_the_parameters(tmp_path: Path) -> None:
    generator, discriminator = networks()
    with pytest.raises(UserError, match=r"embed\.weight \(the discriminator's embed\.weight\).*shared_parameters"):
        ring_trainer(tmp_path, generator=generator, discriminator=discriminator)


@pytest.mark.parametrize("owner", ["generator", "discriminator"])
def test_every_parameter_belongs_to_exactly_one_optimiser(tmp_path: Path, owner: str) -> None:
    generator, discriminator = networks()
    phases = ring_trainer(tmp_path, generator=generator, discriminator=discriminator, shared_parameters=owner).phases
    mine, theirs = owned(phases.generator_optimizer), owned(phases.discriminator_optimizer)
    assert not mine & theirs
    assert mine | theirs == {id(p) for p in [*generator.parameters(), *discriminator.parameters()]}
    assert (id(generator.embed.weight) in mine) == (owner == "generator")


class OneSided(AdversarialObjective):
    """With the loss of one side set to 0, only what the other side owns may move."""

    def __init__(self, mute: str) -> None:
        super().__init__("hinge", (), "point")
        self.mute = mute

    def discriminator_loss(self, *args: Any) -> Any:
        loss = super().discriminator_loss(*args)
        loss.total = loss.total * (self.mute != "discriminator")
        return loss

    def generator_loss(self, *args: Any) -> Any:
        loss = super().generator_loss(*args)
        loss.total = loss.total * (self.mute != "generator")
        return loss


@pytest.mark.parametrize("owner", ["generator", "discriminator"])
def test_a_shared_parameter_learns_from_its_owners_loss_alone(tmp_path: Path, owner: str) -> None:
    for mute in ("generator", "discriminator"):
        generator, discriminator = networks()
        before = generator.embed.weight.detach().clone()
        ring_trainer(tmp_path / mute, generator=generator, discriminator=discriminator, shared_parameters=owner, max_steps=3,
                     objective=OneSided(mute)).train()
        assert generator.embed.weight is discriminator.embed.weight
        assert torch.equal(generator.embed.weight, before) == (mute == owner)


@pytest.mark.parametrize("owner", ["generator", "discriminator"])
def test_a_training_with_shared_parameters_resumes_exactly(tmp_path: Path, owner: str) -> None:
    def run(out: Path, **args: Any) -> Any:
        generator, discriminator = networks()
        return ring_trainer(out, generator=generator, discriminator=discriminator, shared_parameters=owner, **args)

    whole = run(tmp_path / "whole")
    whole.train()
    run(tmp_path / "parts", max_steps=7).train()
    parts = run(tmp_path / "parts")
    parts.train(resume_from_checkpoint=True)
    assert same(weights(whole.generator, whole.discriminator, whole.ema), weights(parts.generator, parts.discriminator, parts.ema))


def test_the_average_does_not_share(tmp_path: Path) -> None:
    generator, discriminator = networks()
    trainer = ring_trainer(tmp_path, generator=generator, discriminator=discriminator, shared_parameters="discriminator")
    assert trainer.ema.embed.weight is not discriminator.embed.weight


def test_frozen_shared_parameters_need_no_owner() -> None:
    generator, discriminator = networks()
    generator.embed.weight.requires_grad_(False)
    ownership = own_parameters(generator, discriminator, None)
    assert all(p is not generator.embed.weight for p in [*ownership.generator, *ownership.discriminator])


def test_a_network_without_anything_to_train_is_refused() -> None:
    generator, discriminator = networks()
    generator.requires_grad_(False)
    with pytest.raises(UserError, match="generator has no trainable parameters"):
        own_parameters(generator, discriminator, None)


@pytest.mark.parametrize("owner", ["generator", "discriminator"])
def test_an_owner_of_what_is_not_shared_is_refused(owner: str) -> None:
    with pytest.raises(UserError, match="share no parameters"):
        own_parameters(init(RingGenerator(), 1), init(RingDiscriminator(), 2), owner)
