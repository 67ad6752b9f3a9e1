"""The objective: gradients taken where they belong, one forward pass, float32 penalties, augmentation on both sides, ADA."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from augmint.core.adversarial import R1, R2, AdaController, AdversarialObjective, GradientPenalty, LeCam
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Discriminator, RowRandom

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_toys import RingData, RingDiscriminator, RingGenerator, init


class Quadratic(Discriminator):
    """D(x) = a |x|^2, whose gradient is 2 a x; remembers what it was shown."""

    modality = "ring"

    def __init__(self, a: float) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor(a))
        self.calls: list[Batch] = []

    def forward(self, batch: Batch) -> Tensor:
        self.calls.append(batch)
        return self.a * batch["point"].square().sum(1)


def rows(n: int = 8) -> tuple[Batch, Batch, RowRandom]:
    data = RingData(n)
    rng = RowRandom(0, "test", rows=range(n))
    return {"point": data.point, "label": data.label}, {"point": rng.child("fake").normal(2), "label": data.label}, rng


def test_r1_and_r2_equal_the_analytic_gradients() -> None:
    real, fake, rng = rows()
    plain = AdversarialObjective("hinge", (), "point").discriminator_loss(Quadratic(0.3), real, fake, rng).total
    both = AdversarialObjective("hinge", (R1(2.0), R2(0.5)), "point").discriminator_loss(Quadratic(0.3), real, fake, rng)
    r1 = 0.5 * (4 * 0.09 * real["point"].square().sum(1)).mean()
    r2 = 0.5 * (4 * 0.09 * fake["point"].square().sum(1)).mean()
    assert float(both.logs["r1"]) == pytest.approx(float(r1), rel=1e-5)
    assert float(both.logs["r2"]) == pytest.approx(float(r2), rel=1e-5)
    assert both.total.item() == pytest.approx(float(plain.detach() + 2.0 * r1 + 0.5 * r2), rel=1e-5)


def test_the_penalty_reaches_the_discriminators_weights() -> None:
    real, fake, rng = rows()
    net = Quadratic(0.3)
    loss = AdversarialObjective("wasserstein", (R1(1.0),), "point").discriminator_loss(net, real, fake, rng)
    loss.total.backward()
    squares = real["point"].square().sum(1).mean(), fake["point"].square().sum(1).mean()
    expected = squares[1] - squares[0] + 4 * 0.3 * squares[0]  # d/da of (fake - real) a + 2 a^2 |x|^2
    assert float(net.a.grad) == pytest.approx(float(expected), rel=1e-5)


def test_the_gradient_penalty_looks_between_real_and_generated_rows() -> None:
    real, fake, rng = rows()
    net = Quadratic(0.3)
    AdversarialObjective("wasserstein", (GradientPenalty(10.0),), "point").discriminator_loss(net, real, fake, rng)
    between = net.calls[0]["point"][16:]
    part = ((between - fake["point"]) / (real["point"] - fake["point"])).detach()
    assert torch.allclose(part[:, 0], part[:, 1], atol=1e-4)
    assert (part > 0).all()
    assert (part < 1).all()
    assert part[:, 0].std() > 0.05  # another place on the line for every row


@pytest.mark.parametrize("regularizers", [(), (R1(1.0), R2(1.0)), (GradientPenalty(10.0), LeCam(0.3))])
def test_the_discriminator_sees_everything_in_one_forward_pass(regularizers: Any) -> None:
    real, fake, rng = rows()
    net = Quadratic(0.3)
    AdversarialObjective("hinge", regularizers, "point").discriminator_loss(net, real, fake, rng)
    assert len(net.calls) == 1
    assert torch.equal(net.calls[0]["point"][:8], real["point"])
    assert torch.equal(net.calls[0]["point"][8:16], fake["point"])


def test_penalties_are_computed_in_float32_under_autocast() -> None:
    real, fake, rng = rows(64)
    net = init(RingDiscriminator(), 2)
    exact = AdversarialObjective("hinge", (R1(1.0),), "point").discriminator_loss(net, real, fake, rng)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = AdversarialObjective("hinge", (R1(1.0),), "point").discriminator_loss(net, real, fake, rng)
        rough = AdversarialObjective("hinge", (), "point").discriminator_loss(net, real, fake, rng)
    assert torch.equal(cast.total, exact.total)
    assert rough.total.dtype == torch.float32
    assert not torch.equal(rough.total, exact.logs["discriminator_adversarial"])  # without a penalty autocast is in force


def test_both_sides_are_augmented_in_both_steps_with_their_own_draws() -> None:
    real, fake, rng = rows()
    seen: list[tuple[Tensor, float]] = []

    def shift(batch: Batch, rng: RowRandom, strength: float) -> Batch:
        move = strength * rng.normal(2)
        seen.append((move, strength))
        return {**batch, "point": batch["point"] + move}

    net = Quadratic(0.3)
    objective = AdversarialObjective("relativistic", (R1(1.0),), "point", augment=shift)
    objective.discriminator_loss(net, real, fake, rng)
    assert torch.allclose(net.calls[0]["point"][:8], real["point"] + seen[0][0])
    assert torch.allclose(net.calls[0]["point"][8:], fake["point"] + seen[1][0])
    assert not torch.equal(seen[0][0], seen[1][0])
    objective.generator_loss(init(RingGenerator(), 1), net, real, rng)
    assert len(seen) == 4
    assert all(strength == 1.0 for _, strength in seen)
    # row i's draw depends on row i alone: half of the rows, drawn apart, move as they did
    half = [shift({"point": torch.zeros(4, 2)}, rng.take(range(4)).child("augment", "real"), 1.0)["point"]]
    assert torch.equal(half[0], seen[0][0][:4])


def test_the_generators_gradient_flows_through_the_augmentation_and_not_into_real_rows() -> None:
    real, _, rng = rows()
    generator, net = init(RingGenerator(), 1), init(RingDiscriminator(), 2)
    objective = AdversarialObjective("relativistic", (), "point", augment=lambda b, r, p: {**b, "point": b["point"] * 0.5})
    objective.generator_loss(generator, net, real, rng).total.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in generator.parameters())


@pytest.mark.parametrize(("sign", "direction"), [(1.0, 1), (0.61, 1), (0.6, 0), (0.2, -1), (-1.0, -1)])
def test_ada_augments_more_while_training_rows_are_recognised(sign: float, direction: int) -> None:
    ada = AdaController(target=0.6, interval=4, ramp_rows=1000, p=0.5)
    for _ in range(3):
        ada.step_end(sign, rows=10)
    assert ada.p == 0.5  # only every 4 batches
    ada.step_end(sign, rows=10)
    assert ada.p == pytest.approx(0.5 + direction * 40 / 1000)


def test_ada_stays_within_its_bounds() -> None:
    ada = AdaController(interval=1, ramp_rows=10, p_max=0.8)
    for _ in range(5):
        ada.step_end(1.0, rows=4)
    assert ada.p == 0.8
    for _ in range(5):
        ada.step_end(-1.0, rows=4)
    assert ada.p == 0.0


def test_adas_strength_reaches_the_augmentation_and_survives_a_resume() -> None:
    strengths = []
    objective = AdversarialObjective("hinge", (LeCam(0.1),), "point", ada=AdaController(interval=2, ramp_rows=100),
                                     augment=lambda b, r, p: strengths.append(p) or b)  # type: ignore[func-returns-value]
    for step in (1, 2, 3):
        objective.step_end(step, {"real_sign": 1.0, "rows": 10, "real_score": 1.0, "fake_score": 0.0})
    real, fake, rng = rows()
    objective.discriminator_loss(Quadratic(0.3), real, fake, rng)
    assert strengths == [pytest.approx(0.2)] * 2
    fresh = AdaController(interval=2, ramp_rows=100)
    again = AdversarialObjective("hinge", (LeCam(0.1),), "point", ada=fresh, augment=lambda b, r, p: b)
    again.load_state_dict(objective.state_dict())
    assert again.state_dict() == objective.state_dict()
    assert again.ada.p == objective.ada.p
    assert again.step == 3


def test_ada_reads_pairs_where_a_single_score_means_nothing() -> None:
    real, fake, rng = rows()
    ada = {"ada": AdaController(), "augment": lambda b, r, p: b}
    net = Quadratic(0.3)  # all scores positive
    single = AdversarialObjective("hinge", (), "point", **ada).discriminator_loss(net, real, fake, rng)
    assert float(single.logs["real_sign"]) == 1.0
    larger = {**fake, "point": 10 * fake["point"].sign()}
    paired = AdversarialObjective("relativistic", (), "point", **ada).discriminator_loss(net, real, larger, rng)
    assert float(paired.logs["real_sign"]) == -1.0


def test_misfitting_batches_are_refused_by_name() -> None:
    real, fake, rng = rows()
    objective = AdversarialObjective("hinge", (), "point")
    with pytest.raises(UserError, match=r"shape \(8, 1\)"):
        objective.discriminator_loss(Quadratic(1.0), real, {**fake, "point": fake["point"][:, :1]}, rng)
    with pytest.raises(UserError, match="uint8"):
        objective.discriminator_loss(Quadratic(1.0), {**real, "point": real["point"].byte()}, fake, rng)
    with pytest.raises(UserError, match="output_key"):
        AdversarialObjective("hinge").discriminator_loss(Quadratic(1.0), real, fake, rng)
    with pytest.raises(UserError, match="nothing to adapt"):
        AdversarialObjective("hinge", ada=AdaController())
    with pytest.raises(UserError, match="twice"):
        AdversarialObjective("hinge", (R1(1.0), R1(2.0)))
