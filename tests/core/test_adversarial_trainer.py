"""The training loop: whatever the division of a batch, the same update; nothing leaks between the networks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from augmint.core.adversarial import R1, R2, AdversarialCallback, AdversarialObjective, LeCam
from augmint.core.adversarial.data_order import DataOrder, Layout
from augmint.core.adversarial.ema import Ema, ema_decay
from augmint.core.interfaces import Batch, Loss, RowRandom

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_toys import RingData, RingDiscriminator, RingGenerator, init, ring_trainer, same, weights

LOSSES: dict[str, Any] = {
    "relativistic": lambda: AdversarialObjective("relativistic", (R1(0.1), R2(0.1)), "point"),
    "hinge": lambda: AdversarialObjective("hinge", (R1(0.5, every=2),), "point"),
    "lecam": lambda: AdversarialObjective("non_saturating", (LeCam(0.3),), "point"),
}


def test_the_generator_learns_the_ring(tmp_path: Path) -> None:
    trainer = ring_trainer(tmp_path, max_steps=200, per_device_train_batch_size=64, learning_rate=4e-3, logging_steps=100,
                           save_steps=300, objective=AdversarialObjective("hinge", (R1(0.1),), "point"), ema_half_life=1000)
    trainer.train()
    label = torch.arange(4).repeat(64)
    with torch.no_grad():
        points = trainer.ema.sample(256, {"label": label}, rng=RowRandom(0, "test", rows=range(256)))["point"]
    targets = 2 * torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    assert (points - targets[label]).norm(dim=1).median() < 0.6


@pytest.mark.parametrize("loss", LOSSES)
def test_micro_batches_add_up_to_the_one_big_batch(tmp_path: Path, loss: str) -> None:
    runs = []
    for micro, parts in ((32, 1), (8, 4)):
        trainer = ring_trainer(tmp_path / str(parts), objective=LOSSES[loss](), per_device_train_batch_size=micro,
                               gradient_accumulation_steps=parts, max_steps=10, adam_epsilon=1e-3, discriminator_steps=2)
        trainer.train()
        runs.append(weights(trainer.generator, trainer.discriminator, trainer.ema))
    assert all(torch.allclose(a, b, atol=2e-5) for a, b in zip(*runs, strict=True))


def test_clipping_is_by_the_norm_of_the_whole_batch(tmp_path: Path) -> None:
    runs = []
    for micro, parts in ((32, 1), (8, 4)):
        trainer = ring_trainer(tmp_path / str(parts), per_device_train_batch_size=micro, gradient_accumulation_steps=parts,
                               max_grad_norm=0.01, adam_epsilon=1e-3)
        trainer.train()
        runs.append(weights(trainer.generator, trainer.discriminator))
    assert all(torch.allclose(a, b, atol=2e-5) for a, b in zip(*runs, strict=True))
    free = ring_trainer(tmp_path / "free", per_device_train_batch_size=32, adam_epsilon=1e-3)
    free.train()
    unclipped = weights(free.generator, free.discriminator)
    assert not all(torch.allclose(a, b, atol=1e-4) for a, b in zip(runs[0], unclipped, strict=True))


def test_one_step_is_what_plain_torch_makes_of_it(tmp_path: Path) -> None:
    trainer = ring_trainer(tmp_path, objective=AdversarialObjective("hinge", (), "point"), max_steps=1, adam_beta1=0.5,
                           adam_epsilon=1e-3)
    trainer.train()
    generator, net, data = init(RingGenerator(), 1), init(RingDiscriminator(), 2), RingData()
    index = DataOrder(len(data), seed=0).rows(Layout(16).positions(0))
    real = {"point": data.point[index], "label": data.label[index]}

    def rng(phase: str) -> RowRandom:
        return RowRandom(0, "adversarial", phase, 0, 0, 0, rows=range(16))

    optimizers = [torch.optim.AdamW(module.parameters(), lr=2e-3, betas=(0.5, 0.99), eps=1e-3, weight_decay=0.0)
                  for module in (generator, net)]
    with torch.no_grad():
        fake = generator.sample(16, {"label": real["label"]}, rng=rng("discriminator").child("fakes"))
    (torch.relu(1 - net(real)) + torch.relu(1 + net(fake))).mean().backward()
    optimizers[1].step()
    optimizers[1].zero_grad()
    (-net(generator.sample(16, {"label": real["label"]}, rng=rng("generator").child("noise")))).mean().backward()
    optimizers[0].step()
    for mine, theirs in zip(weights(generator, net), weights(trainer.generator, trainer.discriminator), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-6)


class Watching(AdversarialObjective):
    """Looks at what requires gradients, and what has some, while losses are computed."""

    seen: list[tuple[str, bool, bool, bool]] = []

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        assert not fake["point"].requires_grad
        assert all(p.requires_grad for p in discriminator.parameters())
        return super().discriminator_loss(discriminator, real, fake, rng)

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        assert not any(p.requires_grad for p in discriminator.parameters())
        assert all(p.grad is None for p in discriminator.parameters())
        assert all(p.requires_grad for p in generator.parameters())
        return super().generator_loss(generator, discriminator, real, rng)


def test_no_gradient_leaks_from_one_network_into_the_other(tmp_path: Path) -> None:
    class After(AdversarialCallback):
        def on_step_end(self, trainer: Any, step: int) -> None:
            parameters = [*trainer.generator.parameters(), *trainer.discriminator.parameters()]
            assert all(p.grad is None and p.requires_grad for p in parameters)

    ring_trainer(tmp_path, objective=Watching("relativistic", (R1(0.1),), "point"), gradient_accumulation_steps=3,
                 callbacks=[After()]).train()


def test_requires_grad_is_restored_when_a_loss_raises(tmp_path: Path) -> None:
    class Broken(AdversarialObjective):
        def generator_loss(self, *args: Any) -> Loss:
            raise RuntimeError("broken")

    trainer = ring_trainer(tmp_path, objective=Broken("hinge", (), "point"))
    with pytest.raises(RuntimeError, match="broken"):
        trainer.train()
    assert all(p.requires_grad for p in [*trainer.generator.parameters(), *trainer.discriminator.parameters()])


def test_frozen_parameters_stay_frozen(tmp_path: Path) -> None:
    net = init(RingDiscriminator(), 2)
    net.embed.weight.requires_grad_(False)
    before = net.embed.weight.clone()
    ring_trainer(tmp_path, discriminator=net).train()
    assert not net.embed.weight.requires_grad
    assert torch.equal(net.embed.weight, before)


def test_the_global_generator_is_neither_read_nor_moved(tmp_path: Path) -> None:
    runs = []
    for seed in (1, 2):
        generator = init(RingGenerator(dropout=0.2), 1)
        trainer = ring_trainer(tmp_path / str(seed), generator=generator, evaluator=lambda g, s: {"drawn": float(torch.rand(1))})
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        trainer.train()
        assert torch.equal(torch.get_rng_state(), before)
        runs.append(weights(trainer.generator, trainer.discriminator))
    assert same(*runs)


def test_another_seed_gives_another_training(tmp_path: Path) -> None:
    runs = [ring_trainer(tmp_path / str(seed), seed=seed) for seed in (0, 1)]
    for run in runs:
        run.train()
    assert not same(weights(runs[0].generator), weights(runs[1].generator))


def test_rows_read_one_by_one_by_workers_or_whole_are_the_same(tmp_path: Path) -> None:
    runs = []
    for name, whole, workers in (("whole", True, 0), ("rows", False, 0), ("workers", False, 2)):
        trainer = ring_trainer(tmp_path / name, data=RingData(whole=whole), dataloader_num_workers=workers, max_steps=5)
        trainer.train()
        runs.append(weights(trainer.generator))
    assert same(runs[0], runs[1])
    assert same(runs[0], runs[2])


def test_every_epoch_sees_every_row_once_in_another_order() -> None:
    order = DataOrder(10, seed=3)
    rows = [row for update in range(5) for row in order.rows(update * 4 + Layout(4).positions(0))]  # 2 epochs, batches across both
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10] != rows[10:]


def test_a_batch_is_the_same_however_it_is_divided() -> None:
    order = DataOrder(50, seed=0)
    whole = order.rows(24 * 3 + Layout(24).positions(0))
    parts = [order.rows(24 * 3 + Layout(4, 3, 2, rank).positions(part)) for rank in range(2) for part in range(3)]
    assert whole == [row for part in parts for row in part]


def test_ema_follows_its_formula_and_copies_buffers() -> None:
    class Moving(RingGenerator):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("count", torch.zeros(1))

    generator = init(Moving(), 1)
    ema = Ema(generator, half_life=100, rampup=None)
    start = generator.net[0].weight.detach().clone()
    with torch.no_grad():
        generator.net[0].weight.add_(1.0)
        generator.count.fill_(7)
    ema.update(rows=100, seen=10_000)  # one half-life
    assert torch.allclose(ema.module.net[0].weight, start + 0.5, atol=1e-6)
    assert float(ema.module.count) == 7
    assert not ema.module.training
    assert not any(p.requires_grad for p in ema.module.parameters())
    assert ema_decay(32, 320, 10_000, 0.1) == pytest.approx(0.5 ** (32 / 32))
    assert ema_decay(32, 10**9, 10_000, 0.1) == pytest.approx(0.5 ** (32 / 10_000))
    assert ema_decay(32, 320, 0, None) == 0.0


def test_the_learning_rate_follows_its_schedule(tmp_path: Path) -> None:
    rates: list[tuple[float, float]] = []

    class Rates(AdversarialCallback):
        def on_step_end(self, trainer: Any, step: int) -> None:
            phases = trainer.phases
            rates.append((phases.generator_optimizer.param_groups[0]["lr"], phases.discriminator_optimizer.param_groups[0]["lr"]))

    ring_trainer(tmp_path, callbacks=[Rates()], max_steps=10, learning_rate=1e-3, discriminator_learning_rate=4e-3, warmup_steps=2,
                 lr_scheduler_type="cosine_with_min_lr", lr_scheduler_kwargs={"min_lr_rate": 0.25}).train()
    assert [round(1e3 * g, 3) for g, _ in rates] == [0.5, 1.0, 1.0, 0.971, 0.89, 0.769, 0.625, 0.481, 0.36, 0.279]
    assert all(d == pytest.approx(4 * g) for g, d in rates)


def test_bf16_trains_near_float32_and_leaves_the_networks_as_they_were(tmp_path: Path) -> None:
    runs = []
    for bf16 in (False, True):
        objective = AdversarialObjective("hinge", (R1(0.1, every=4),), "point")
        trainer = ring_trainer(tmp_path / str(bf16), bf16=bf16, objective=objective)
        trainer.train()
        assert all(p.dtype == torch.float32 for p in trainer.generator.parameters())
        assert "forward" not in vars(trainer.generator)
        assert "forward" not in vars(trainer.discriminator)
        runs.append(weights(trainer.generator, trainer.discriminator))
    assert not same(*runs)
    assert all(torch.allclose(a, b, atol=0.05) for a, b in zip(*runs, strict=True))


def test_threads_are_set_for_the_training_alone(tmp_path: Path) -> None:
    before, inside = torch.get_num_threads(), []

    class Count(AdversarialCallback):
        def on_step_end(self, trainer: Any, step: int) -> None:
            inside.append(torch.get_num_threads())

    ring_trainer(tmp_path, threads=1, callbacks=[Count()]).train()
    assert set(inside) == {1}
    assert torch.get_num_threads() == before


class Resting(AdversarialObjective):
    """Has nothing to learn from the micro-batches whose number, from 0 for each update, is in `rests`, from the fourth step on."""

    def __init__(self, rests: set[int], parts: int) -> None:
        super().__init__("hinge", (), "point")
        self.rests, self.parts, self.calls = rests, parts, 0

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        loss = super().discriminator_loss(discriminator, real, fake, rng)
        skip = torch.tensor(self.calls >= 3 * self.parts and self.calls % self.parts in self.rests)
        self.calls += 1
        return Loss(loss.total * (~skip).float(), loss.logs, skip)


@pytest.mark.parametrize(("rests", "moves"), [({0, 1}, False), ({0}, True), (set(), True)])
def test_an_update_that_every_micro_batch_skips_moves_no_weight_by_momentum(
    tmp_path: Path, rests: set[int], moves: bool
) -> None:
    seen: list[list[torch.Tensor]] = []

    class Watch(AdversarialCallback):
        def on_step_end(self, trainer: Any, step: int) -> None:
            seen.append([weight.clone() for weight in weights(trainer.discriminator)])

    ring_trainer(tmp_path, objective=Resting(rests, 2), gradient_accumulation_steps=2, max_steps=6, adam_beta1=0.9,
                 callbacks=[Watch()]).train()
    assert not all(torch.equal(a, b) for a, b in zip(seen[1], seen[2], strict=True)), "it learns before"
    assert all(torch.equal(a, b) for a, b in zip(seen[3], seen[5], strict=True)) is not moves


@pytest.mark.parametrize("elsewhere", [0.0, 1.0])
def test_an_update_is_skipped_by_all_processes_or_by_none(tmp_path: Path, elsewhere: float) -> None:
    phases = ring_trainer(tmp_path).phases

    class Two:
        def mean(self, values: torch.Tensor) -> torch.Tensor:
            return (values + elsewhere) / 2

    phases.runtime = Two()  # type: ignore[assignment]
    assert phases._skipped([torch.tensor(True)]) is (elsewhere == 1.0)
    assert not phases._skipped([torch.tensor(False)])
    assert not phases._skipped([None])
