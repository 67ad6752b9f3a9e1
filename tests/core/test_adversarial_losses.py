"""Losses and regularisers against values worked out by hand, and the registries that find them."""

from __future__ import annotations

import math

import pytest
import torch

from augmint.core.adversarial import (
    R1,
    R2,
    Cosine,
    Critique,
    GanLoss,
    GradientPenalty,
    LeCam,
    Regularizer,
    get_loss,
    get_regularizer,
    loss_names,
    register_loss,
    register_regularizer,
    regularizer_names,
)
from augmint.core.errors import UserError

REAL, FAKE = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.25])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


@pytest.mark.parametrize(("name", "discriminator", "generator"), [
    ("hinge", [0 + 0, 0.5 + 1.25], [3.0, -0.25]),
    ("relativistic", [softplus(-5.0), softplus(-0.25)], [softplus(5.0), softplus(0.25)]),
    ("non_saturating", [softplus(-2.0) + softplus(-3.0), softplus(-0.5) + softplus(0.25)], [softplus(3.0), softplus(-0.25)]),
    ("least_squares", [0.5 * (1 + 9), 0.5 * (0.25 + 0.0625)], [0.5 * 16, 0.5 * 0.5625]),
    ("wasserstein", [-5.0, -0.25], [3.0, -0.25]),
])
def test_losses_have_their_closed_form_values(name: str, discriminator: list[float], generator: list[float]) -> None:
    loss = get_loss(name)
    assert loss.discriminator(REAL, FAKE).tolist() == pytest.approx(discriminator, abs=1e-5)
    assert loss.generator(FAKE, REAL if loss.pairs else None).tolist() == pytest.approx(generator, abs=1e-5)


@pytest.mark.parametrize("name", loss_names())
def test_every_loss_pushes_scores_the_right_way(name: str) -> None:
    loss = get_loss(name)
    real, fake = torch.zeros(4, requires_grad=True), torch.zeros(4, requires_grad=True)
    loss.discriminator(real, fake).sum().backward()
    assert (real.grad < 0).all()
    assert (fake.grad >= 0).all()
    fake = torch.zeros(4, requires_grad=True)
    loss.generator(fake, torch.zeros(4) if loss.pairs else None).sum().backward()
    assert (fake.grad < 0).all()


def test_all_five_losses_and_four_regularisers_are_known() -> None:
    assert loss_names() == ["hinge", "least_squares", "non_saturating", "relativistic", "wasserstein"]
    assert regularizer_names() == ["gradient_penalty", "lecam", "r1", "r2"]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'relativistic'"):
        get_loss("relativstic")
    with pytest.raises(UserError, match="Did you mean 'lecam'"):
        get_regularizer("le_cam", 0.3)


def test_the_registries_refuse_what_they_cannot_use() -> None:
    with pytest.raises(TypeError, match="not a subclass"):
        register_loss(dict)  # type: ignore[arg-type]
    taken = type("Other", (GanLoss,), {"name": "hinge"})
    with pytest.raises(ValueError, match="already registered by Hinge"):
        register_loss(taken)
    with pytest.raises(TypeError, match="needs a class attribute"):
        register_loss(type("Nameless", (GanLoss,), {}))
    with pytest.raises(TypeError, match="reads"):
        register_regularizer(type("Odd", (Regularizer,), {"name": "odd", "reads": ("weights",)}))


@pytest.mark.parametrize(("weight", "every"), [(math.nan, 1), (-1.0, 1), (math.inf, 1), (True, 1), (1.0, 0), (1.0, 1.5)])
def test_regularisers_refuse_impossible_weights(weight: float, every: int) -> None:
    with pytest.raises(UserError, match="regularizer r1"):
        R1(weight, every)


def test_gradient_penalties_equal_the_analytic_values() -> None:
    gradient = torch.tensor([[3.0, 4.0], [0.0, 2.0]])  # norms 5 and 2
    critique = Critique(REAL, FAKE, {"real": gradient, "fake": 2 * gradient, "between": gradient})
    assert float(R1(1.0).penalty(critique)) == pytest.approx(0.5 * (25 + 4) / 2)
    assert float(R2(1.0).penalty(critique)) == pytest.approx(0.5 * (100 + 16) / 2)
    assert float(GradientPenalty(10.0).penalty(critique)) == pytest.approx((16 + 1) / 2)


def test_a_flat_discriminator_gives_a_finite_gradient_penalty() -> None:
    gradient = torch.zeros(2, 3, requires_grad=True)
    penalty = GradientPenalty(10.0).penalty(Critique(REAL, FAKE, {"between": gradient}))
    penalty.backward()
    assert penalty.item() == pytest.approx(1.0, abs=1e-4)
    assert gradient.grad.isfinite().all()


def test_lecam_pulls_scores_to_the_moving_averages_of_the_other_side() -> None:
    lecam = LeCam(0.3, decay=0.9)
    critique = Critique(REAL, FAKE, {})
    assert float(lecam.penalty(critique)) == 0.0  # nothing seen yet
    lecam.step_end({"real_score": 1.0, "fake_score": -1.0})
    lecam.step_end({"real_score": 2.0, "fake_score": -3.0})
    assert lecam.anchors == pytest.approx((1.1, -1.2))
    expected = ((2 + 1.2) ** 2 + (0.5 + 1.2) ** 2) / 2 + ((-3 - 1.1) ** 2 + (0.25 - 1.1) ** 2) / 2
    assert float(lecam.penalty(critique)) == pytest.approx(expected, rel=1e-6)
    again = LeCam(0.3, decay=0.9)
    again.load_state_dict(lecam.state_dict())
    assert again.anchors == lecam.anchors


def test_lazy_regularisation_is_as_strong_on_average() -> None:
    lazy = R1(0.5, every=4)
    assert [lazy.factor(step) for step in range(8)] == [2.0, 0, 0, 0, 2.0, 0, 0, 0]


def test_a_weight_follows_its_cosine() -> None:
    faded = R1(Cosine(0.05, 0.005, 100))
    assert faded.factor(0) == pytest.approx(0.05)
    assert faded.factor(50) == pytest.approx(0.0275)
    assert faded.factor(1000) == pytest.approx(0.005)
