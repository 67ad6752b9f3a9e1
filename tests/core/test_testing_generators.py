"""check_generator passes what keeps the contract and names what does not."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.core.interfaces import RowRandom
from augmint.core.testing import ConformanceError, check_generator

sys.path.insert(0, str(Path(__file__).parent))
from conforming_parts import ToyConfig, ToyGenerator, toy_generator

LABELS = {"label": torch.tensor([0, 1, 2, 0])}


@pytest.mark.parametrize("condition", [None, LABELS])
def test_a_conforming_generator_passes_and_is_left_as_it_was(condition):
    generator = toy_generator().train()
    generator.body.eval()
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    check_generator(generator, condition)
    assert generator.training
    assert not generator.body.training
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())
    assert all(parameter.grad is None for parameter in generator.parameters())


class Broken(ToyGenerator):
    """Breaks the sampled batch by `damage(batch, rng)`."""

    def sample(self, n, condition=None, *, rng, **controls):
        return self.damage(super().sample(n, condition, rng=rng), rng)


def draw_globally(batch, rng):
    return {**batch, "values": batch["values"] + 0 * torch.rand(())}


def draw_by_numpy(batch, rng):
    np.random.rand()  # noqa: NPY002
    return batch


def draw_by_python(batch, rng):
    random.random()
    return batch


def count_calls(batch, rng, calls=[0]):  # noqa: B006
    calls[0] += 1
    return {**batch, "values": batch["values"] + calls[0]}


BREAKS = {
    "uses the global generator of torch": draw_globally,
    "uses the global generator of numpy.random": draw_by_numpy,
    "uses the global generator of random": draw_by_python,
    "twice with the same rng": count_calls,
    "not 'values'": lambda batch, rng: {"label": batch["label"]},
    "for 4 rows": lambda batch, rng: {**batch, "values": batch["values"][:-1]},
    "lacks ['label'] of the condition": lambda batch, rng: {"values": batch["values"]},
    "changes the condition (": lambda batch, rng: {**batch, "label": batch["label"].flip(0)},
    "in place": lambda batch, rng: {**batch, "label": batch["label"].zero_()},
    "not finite": lambda batch, rng: {**batch, "values": batch["values"] / 0},
    "other streams gives the same rows": lambda batch, rng: {**batch, "values": torch.ones(4, 6) * batch["label"][:, None]},
    "changes with the rows beside it": lambda batch, rng: {**batch, "values": batch["values"] - batch["values"].mean(0)},
    "is a list": lambda batch, rng: {**batch, "values": batch["values"].tolist()},
    "carries no gradient": lambda batch, rng: {**batch, "values": batch["values"].detach()},
    "No gradient reaches": lambda batch, rng: {**batch, "values": 0 * batch["values"] + rng.normal(6)},
}


@pytest.mark.parametrize("message", list(BREAKS))
def test_a_broken_generator_is_told_what_it_breaks(message):
    generator = Broken(ToyConfig())
    generator.damage = BREAKS[message]
    state = torch.get_rng_state(), random.getstate()
    with pytest.raises(ConformanceError) as caught:
        check_generator(generator, {"label": LABELS["label"].clone()})
    assert message in str(caught.value)
    assert "The contract: " in str(caught.value)
    assert torch.equal(state[0], torch.get_rng_state())
    assert state[1] == random.getstate()


def test_a_row_that_changes_with_the_number_of_rows_alone_is_found():
    generator = Broken(ToyConfig())
    generator.damage = lambda batch, rng: {**batch, "values": batch["values"] * len(rng)}
    with pytest.raises(ConformanceError, match="drawn alone is another row"):
        check_generator(generator)


class Forgetful(ToyGenerator):
    """Loses a parameter in saving."""

    def __init__(self, config: ToyConfig) -> None:
        super().__init__(config)
        self.scale = 1.0

    def sample(self, n, condition=None, *, rng, **controls):
        batch = super().sample(n, condition, rng=rng)
        return {**batch, "values": batch["values"] * self.scale}


def test_a_generator_that_does_not_survive_saving_is_found():
    generator = Forgetful(ToyConfig())
    generator.scale = 2.0
    with pytest.raises(ConformanceError, match="saved and loaded generator samples other rows"):
        check_generator(generator)


class Pickler(ToyGenerator):
    def save_pretrained(self, folder, **kwargs):
        torch.save(self.state_dict(), Path(folder) / "model.bin")


def test_a_generator_that_pickles_is_found():
    with pytest.raises(ConformanceError, match=r"model\.bin"):
        check_generator(Pickler(ToyConfig()))


class Twofold(ToyGenerator):
    def forward(self, n, condition=None, *, rng: RowRandom, **controls):
        return self.sample(n, condition, rng=rng.child("other"))


def test_a_forward_that_is_not_sample_is_found():
    with pytest.raises(ConformanceError, match="Calling the generator differs"):
        check_generator(Twofold(ToyConfig()))


class Nameless(ToyGenerator):
    output_key = ""


def test_what_is_no_generator_or_has_no_names_is_found():
    with pytest.raises(ConformanceError, match="output_key"):
        check_generator(Nameless(ToyConfig()))
    with pytest.raises(ConformanceError, match="subclasses Generator"):
        check_generator(torch.nn.Linear(2, 2))


class Discrete(ToyGenerator):
    def sample(self, n, condition=None, *, rng, **controls):
        batch = super().sample(n, condition, rng=rng)
        return {**batch, "values": (10 * batch["values"]).round().long()}


def test_discrete_rows_need_no_gradient_where_that_is_said():
    generator = Discrete(ToyConfig())
    check_generator(generator, differentiable=False)
    with pytest.raises(ConformanceError, match="carries no gradient"):
        check_generator(generator)
