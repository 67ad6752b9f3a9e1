"""check_op passes what keeps the contract and names what does not."""

import sys
from pathlib import Path

import pytest
import torch

from augmint.core.testing import ConformanceError, check_op

sys.path.insert(0, str(Path(__file__).parent))
from conforming_parts import Jitter, toy_batch


def test_a_conforming_op_passes_and_the_batch_is_left_as_it_was():
    batch = toy_batch()
    check_op(Jitter(), batch)
    assert all(torch.equal(tensor, toy_batch()[name]) for name, tensor in batch.items())


class Identity(Jitter):
    def apply(self, batch, parameters):
        return dict(batch)


def test_an_op_that_changes_nothing_passes():
    check_op(Identity(), toy_batch())


class DrawsInApply(Jitter):
    def apply(self, batch, parameters):
        return {**batch, "values": batch["values"] + torch.randn_like(batch["values"])}


class DrawsGlobally(Jitter):
    def draw(self, rng, magnitude, batch):
        return {"noise": torch.randn(batch["values"].shape) * magnitude[:, None]}


class OneDrawForAll(Jitter):
    """One draw a batch: what many libraries do."""

    def draw(self, rng, magnitude, batch):
        noise = rng.take([0]).normal(6)
        return {"noise": noise.expand(len(rng), -1) * magnitude[:, None]}


class OneMagnitudeForAll(Jitter):
    def draw(self, rng, magnitude, batch):
        return super().draw(rng, magnitude.mean().expand(len(rng)), batch)


class ScalarParameters(Jitter):
    def draw(self, rng, magnitude, batch):
        return {"noise": super().draw(rng, magnitude, batch)["noise"][0, 0]}


class InPlace(Jitter):
    def apply(self, batch, parameters):
        batch["values"] += parameters["noise"]
        return batch


class SpoilsParameters(Jitter):
    def apply(self, batch, parameters):
        return super().apply(batch, {"noise": parameters["noise"].mul_(0.5)})


class DrawChangesBatch(Jitter):
    def draw(self, rng, magnitude, batch):
        batch["values"] *= 2
        return super().draw(rng, magnitude, batch)


class Halves(Jitter):
    def apply(self, batch, parameters):
        return {name: tensor[::2] for name, tensor in batch.items()}


class Doubles(Jitter):
    def apply(self, batch, parameters):
        return {**batch, "values": super().apply(batch, parameters)["values"].double()}


class DropsLabels(Jitter):
    def apply(self, batch, parameters):
        return {"values": super().apply(batch, parameters)["values"]}


class BatchMean(Jitter):
    def apply(self, batch, parameters):
        return {**batch, "values": batch["values"] + parameters["noise"] * batch["values"].mean()}


class Remembers(Jitter):
    def __init__(self):
        self.calls = 0

    def draw(self, rng, magnitude, batch):
        self.calls += 1
        return {"noise": super().draw(rng, magnitude, batch)["noise"] + self.calls}


class Backwards(Jitter):
    """Posterize in some libraries: weaker as magnitude rises."""

    def draw(self, rng, magnitude, batch):
        return super().draw(rng, 1 - magnitude, batch)


class Peaks(Jitter):
    def draw(self, rng, magnitude, batch):
        return super().draw(rng, (magnitude * (1 - magnitude)), batch)


class Nameless(Jitter):
    name = ""


@pytest.mark.parametrize(("op", "message"), [
    (DrawsInApply, "apply uses the global generator"), (DrawsGlobally, "draw uses the global generator"),
    (OneDrawForAll, "parameters of row 3 change with the rows beside it"), (OneMagnitudeForAll, "parameters of row 0 change"),
    (ScalarParameters, "for 4 rows"), (InPlace, "apply changes the batch in place"),
    (SpoilsParameters, "apply changes the parameters in place"), (DrawChangesBatch, "draw changes the batch"),
    (Halves, "from (4, 6) torch.float32 into (2, 6)"), (Doubles, "into (4, 6) torch.float64"),
    (DropsLabels, "apply turns ['label', 'values'] into ['values']"), (BatchMean, "Row 0 changes with the rows beside it"),
    (Remembers, "Drawing twice"), (Backwards, "Magnitude 0 does not change rows least"), (Peaks, "More magnitude is weaker"),
    (Nameless, "name is a class attribute"),
])
def test_a_broken_op_is_told_what_it_breaks(op, message):
    with pytest.raises(ConformanceError) as caught:
        check_op(op(), toy_batch())
    assert message in str(caught.value)
    assert "The contract: " in str(caught.value)


def test_strength_is_judged_by_the_change_that_is_given():
    with pytest.raises(ConformanceError, match="Magnitude 0 does not change rows least"):
        check_op(Jitter(), toy_batch(), change=lambda before, after: -float((after["values"] - before["values"]).abs().sum()))
