"""check_discriminator passes what keeps the contract and names what does not."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from augmint.core.testing import ConformanceError, check_discriminator

sys.path.insert(0, str(Path(__file__).parent))
from conforming_parts import ToyDiscriminator, toy_batch, toy_discriminator


def test_a_conforming_discriminator_passes_and_is_left_as_it_was():
    discriminator = toy_discriminator().train()
    before = {name: value.clone() for name, value in discriminator.state_dict().items()}
    check_discriminator(discriminator, toy_batch())
    assert discriminator.training
    assert all(torch.equal(value, before[name]) for name, value in discriminator.state_dict().items())
    assert all(parameter.grad is None for parameter in discriminator.parameters())


def test_spectral_norm_and_dropout_pass_and_keep_their_state():
    discriminator = toy_discriminator()
    discriminator.body = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(6, 8)), nn.Dropout(), nn.Linear(8, 1))
    before = {name: value.clone() for name, value in discriminator.state_dict().items()}
    check_discriminator(discriminator, toy_batch())
    assert all(torch.equal(value, before[name]) for name, value in discriminator.state_dict().items())


class Patches(ToyDiscriminator):
    def forward(self, batch):
        return super().forward(batch)[:, None, None].expand(-1, 2, 2)


def test_logits_of_patches_pass():
    check_discriminator(Patches(), toy_batch())


class Broken(ToyDiscriminator):
    """Breaks the logits by `damage(logits, batch)`."""

    def forward(self, batch):
        return self.damage(super().forward(batch), batch)


def write_back(logits, batch):
    with torch.no_grad():
        batch["values"] += 1
    return logits


def quantised(logits, batch):
    return logits + batch["values"].detach().sum(1) - logits


BREAKS = {
    "has shape (3,) for 4 rows": lambda logits, batch: logits[:-1] if len(logits) == 4 else logits,
    "has shape () for 4 rows": lambda logits, batch: logits.mean(),
    "not finite floating point": lambda logits, batch: logits / 0,
    "changed in place": write_back,
    "uses the global generator of torch": lambda logits, batch: logits + torch.randn_like(logits),
    "changes with the rows beside it": lambda logits, batch: logits - logits.mean(),
    "alone scores differently": lambda logits, batch: logits * len(logits),
    "No gradient reaches": quantised,
    "carry no gradient": lambda logits, batch: logits.detach(),
}


@pytest.mark.parametrize("message", list(BREAKS))
def test_a_broken_discriminator_is_told_what_it_breaks(message):
    discriminator = Broken()
    discriminator.damage = BREAKS[message]
    with pytest.raises(ConformanceError) as caught:
        check_discriminator(discriminator, toy_batch())
    assert message in str(caught.value)


def test_batch_normalisation_which_leaks_in_training_only_is_found():
    discriminator = toy_discriminator()
    discriminator.body = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
    before = discriminator.body[1].running_mean.clone()
    with pytest.raises(ConformanceError, match="In training, the score of row 0 depends on the rows beside it"):
        check_discriminator(discriminator, toy_batch())
    assert torch.equal(before, discriminator.body[1].running_mean)


class Tokens(ToyDiscriminator):
    """Reads integers, where no gradient can reach."""

    def forward(self, batch):
        return self.body(nn.functional.one_hot(batch["ids"], 6).float())[:, 0]


def test_rows_of_integers_are_checked_without_gradients():
    check_discriminator(Tokens(), {"ids": torch.tensor([0, 3, 5])})
