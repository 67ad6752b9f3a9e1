"""check_policy passes what keeps the contract and names what does not."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from augmint.core.interfaces import MintSettings
from augmint.core.testing import ConformanceError, check_policy

sys.path.insert(0, str(Path(__file__).parent))
from conforming_parts import ToyPolicy, toy_batch


def test_a_conforming_policy_passes_and_the_batch_is_left_as_it_was():
    batch = toy_batch()
    check_policy(ToyPolicy(0.7, MintSettings(share=0.3)), batch)
    assert all(torch.equal(tensor, toy_batch()[name]) for name, tensor in batch.items())


class NotJson(ToyPolicy):
    def to_dict(self):
        return {**super().to_dict(), "strength": torch.tensor(0.5)}


class NaN(ToyPolicy):
    def to_dict(self):
        return {**super().to_dict(), "strength": float("nan")}


class NoMint(ToyPolicy):
    def to_dict(self):
        return {name: value for name, value in super().to_dict().items() if name != "mint"}


class OtherModality(ToyPolicy):
    def to_dict(self):
        return {**super().to_dict(), "modality": "other"}


class LosesStrength(ToyPolicy):
    @classmethod
    def from_dict(cls, values):
        return cls(0.1, ToyPolicy.from_dict(values).mint)


@dataclass(frozen=True)
class Hidden(ToyPolicy):
    """Holds a setting that its JSON does not."""

    twice: bool = False

    def augment(self, batch, rng):
        augmented = super().augment(batch, rng)
        return {**augmented, "values": augmented["values"] * (2 if self.twice else 1)}

    @classmethod
    def from_dict(cls, values):
        read = ToyPolicy.from_dict(values)
        return cls(read.strength, read.mint)


class TakesAnything(ToyPolicy):
    @classmethod
    def from_dict(cls, values):
        return cls(values["strength"], MintSettings.from_dict(values["mint"]))


class Crashes(ToyPolicy):
    @classmethod
    def from_dict(cls, values):
        if set(values) != {"modality", "version", "strength", "mint"}:
            raise KeyError("what?")
        return super().from_dict(values)


class AnyVersion(ToyPolicy):
    @classmethod
    def from_dict(cls, values):
        return super().from_dict({**values, "version": 1})


class InPlace(ToyPolicy):
    def augment(self, batch, rng):
        batch["values"] += rng.normal(6)
        return batch


class MixesInPlace(ToyPolicy):
    def mix(self, batch, rng):
        batch["values"] *= 0.5
        return batch


class Global(ToyPolicy):
    def augment(self, batch, rng):
        return {**batch, "values": batch["values"] + torch.randn(6)}


class MixesGlobally(ToyPolicy):
    def mix(self, batch, rng):
        return {**batch, "values": batch["values"][torch.randperm(len(rng))]}


class MixesInAugment(ToyPolicy):
    def augment(self, batch, rng):
        return self.mix(batch, rng)


class DropsLabels(ToyPolicy):
    def augment(self, batch, rng):
        return {"values": super().augment(batch, rng)["values"]}


class ByPosition(ToyPolicy):
    def augment(self, batch, rng):
        return {**batch, "values": batch["values"] + len(rng)}


CALLS = []


class Remembers(ToyPolicy):
    def augment(self, batch, rng):
        CALLS.append(1)
        return {**batch, "values": batch["values"] + len(CALLS)}


@pytest.mark.parametrize(("policy", "message"), [
    (NotJson(), "JSON cannot hold"), (NaN(), "JSON cannot hold"), (NoMint(), "lacks 'mint'"), (OtherModality(), "says 'other'"),
    (LosesStrength(0.9), "do not give the same JSON back"), (Hidden(twice=True), "read back from its JSON augments differently"),
    (TakesAnything(), "takes an unknown key silently"), (Crashes(), "answers an unknown key with KeyError"),
    (AnyVersion(), "takes an unknown version silently"), (InPlace(), "augment changes the batch in place"),
    (MixesInPlace(), "mix changes the batch in place"), (Global(), "augment uses the global generator"),
    (MixesGlobally(), "mix uses the global generator"), (MixesInAugment(), "Row 0 changes with the rows beside it"),
    (DropsLabels(), "augment drops ['label']"), (ByPosition(), "augmented alone is another row"),
    (Remembers(), "Augmenting twice"), ("standard", "subclasses Policy"),
])
def test_a_broken_policy_is_told_what_it_breaks(policy, message):
    with pytest.raises(ConformanceError) as caught:
        check_policy(policy, toy_batch())
    assert message in str(caught.value)
    assert "The contract: " in str(caught.value)
