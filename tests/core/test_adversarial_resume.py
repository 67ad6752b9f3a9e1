"""A training that is interrupted and resumed ends bit for bit as an undisturbed one; a collapsed one goes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from augmint.core.adversarial import AdversarialCallback, AdversarialObjective
from augmint.core.adversarial.checkpoint import CheckpointStore, read_state
from augmint.core.adversarial.spread import spread_figures
from augmint.core.adversarial.watch import CollapseWatch
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Loss, RowRandom

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_run import everything, trainer
from adversarial_toys import At, RingData, RingDiscriminator, init, ring_trainer, same, weights

HERE = Path(__file__).parent


def untimed(path: Path) -> list[dict[str, Any]]:
    """The log apart from times."""
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in path.read_text().splitlines()]


def equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    out = tmp_path_factory.mktemp("undisturbed")
    run = trainer(out)
    run.train()
    return everything(run), untimed(out / "train_log.jsonl")


@pytest.mark.parametrize("stops", [[1], [5], [7, 8, 13]])
def test_a_resumed_training_ends_with_the_same_weights(tmp_path: Path, stops: list[int], undisturbed: Any) -> None:
    for stop in stops:
        run = trainer(tmp_path)
        run.callbacks.append(At(stop))
        with pytest.raises(KeyboardInterrupt):
            run.train(resume_from_checkpoint=True)
    run = trainer(tmp_path)
    output = run.train(resume_from_checkpoint=True)
    assert equal(everything(run), undisturbed[0])
    assert untimed(tmp_path / "train_log.jsonl") == undisturbed[1]
    assert [e["step"] for e in output.log_history] == [e["step"] for e in undisturbed[1]]


class Threads(AdversarialCallback):
    """What torch computes on, step by step."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def on_step_end(self, trainer: Any, step: int) -> None:
        self.seen.append(torch.get_num_threads())


@pytest.mark.parametrize(("asked", "used"), [(None, 1), (3, 3)])
def test_a_resumed_training_computes_on_as_many_threads_as_it_began_with(tmp_path: Path, asked: int | None, used: int) -> None:
    before, threads = torch.get_num_threads(), Threads()
    try:
        torch.set_num_threads(1)
        run = trainer(tmp_path)
        run.callbacks.append(At(5))
        with pytest.raises(KeyboardInterrupt):
            run.train()
        torch.set_num_threads(2)  # a machine with more cores
        run = trainer(tmp_path, threads=asked)
        run.callbacks.append(threads)
        run.train(resume_from_checkpoint=True)
        assert set(threads.seen) == {used}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_kill_9_at_any_moment_changes_nothing(tmp_path: Path, undisturbed: Any) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / "adversarial_run.py"), str(tmp_path)]
    killed = subprocess.run([*command, "kill_at=8"], env=environment, capture_output=True, timeout=120)
    assert killed.returncode == -9
    assert not (tmp_path / "final-0.safetensors").exists()
    half = tmp_path / ".writing-9"
    half.mkdir()
    (half / "generator.safetensors").write_bytes(b"half")
    with (tmp_path / "train_log.jsonl").open("a") as log:
        log.write('{"step": 8, "torn": tr')
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, text=True)
    assert done.returncode == 0, done.stderr
    assert equal(load_file(tmp_path / "final-0.safetensors"), undisturbed[0])
    assert untimed(tmp_path / "train_log.jsonl") == undisturbed[1]
    assert not half.exists()


def test_a_finished_training_is_not_trained_on(tmp_path: Path) -> None:
    first = ring_trainer(tmp_path)
    first.train()
    again = ring_trainer(tmp_path)
    again.callbacks.append(At(again.args.max_steps + 1))
    output = again.train(resume_from_checkpoint=True)
    assert output.global_step == 12
    assert same(weights(first.generator, first.ema), weights(again.generator, again.ema))


def test_half_written_checkpoints_are_passed_over(tmp_path: Path) -> None:
    ring_trainer(tmp_path, save_total_limit=9).train()
    store = CheckpointStore(tmp_path, 9)
    assert [path.name for path in store.complete()] == ["checkpoint-0", "checkpoint-5", "checkpoint-10", "checkpoint-12"]
    torn = store.path(12) / "ema.safetensors"
    torn.write_bytes(torn.read_bytes()[:-7])
    (store.path(10) / "state.json").write_text('{"format": 1, "fil')
    assert store.newest() == store.path(5)
    with pytest.raises(UserError, match="not a complete checkpoint"):
        read_state(store.path(12))


def test_a_kill_between_the_two_renames_loses_nothing(tmp_path: Path) -> None:
    ring_trainer(tmp_path, save_total_limit=1).train()
    store = CheckpointStore(tmp_path, 1)
    os.replace(store.path(12), store.directory / ".replaced-12")
    store.tidy()
    assert store.newest() == store.path(12)


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path) -> None:
    ring_trainer(tmp_path, save_steps=2, save_total_limit=2).train()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-12", "train_log.jsonl"]
    assert {path.suffix for path in tmp_path.glob("*/*")} == {".json", ".safetensors"}  # no pickle


def test_a_given_checkpoint_is_resumed_from(tmp_path: Path) -> None:
    whole = ring_trainer(tmp_path / "a", save_total_limit=9)
    whole.train()
    again = ring_trainer(tmp_path / "b")
    again.train(resume_from_checkpoint=tmp_path / "a" / "checkpoint-5")
    assert same(weights(whole.generator, whole.discriminator), weights(again.generator, again.discriminator))
    with pytest.raises(UserError, match="not a complete checkpoint"):
        ring_trainer(tmp_path / "c").train(resume_from_checkpoint=str(tmp_path / "nowhere"))


def test_a_fresh_start_does_not_mix_with_an_earlier_run(tmp_path: Path) -> None:
    ring_trainer(tmp_path).train()
    with pytest.raises(UserError, match="overwrite_output_dir"):
        ring_trainer(tmp_path, seed=1).train()
    output = ring_trainer(tmp_path, seed=1, overwrite_output_dir=True).train()
    assert [e["step"] for e in output.log_history] == [4, 8, 12]


@pytest.mark.parametrize(("change", "named"), [
    ({"seed": 5}, "seed was 0 and is 5"), ({"per_device_train_batch_size": 8}, "rows of a batch was 16 and is 8"),
])
def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    ring_trainer(tmp_path).train()
    with pytest.raises(UserError, match=named):
        ring_trainer(tmp_path, **change).train(resume_from_checkpoint=True)


def test_a_checkpoint_of_other_networks_or_data_is_refused(tmp_path: Path) -> None:
    ring_trainer(tmp_path).train()
    with pytest.raises(UserError, match=r"does not fit RingDiscriminator.*net\.0\.bias"):
        ring_trainer(tmp_path, discriminator=init(RingDiscriminator(width=8))).train(resume_from_checkpoint=True)
    with pytest.raises(UserError, match="rows of train_dataset was 256 and is 100"):
        ring_trainer(tmp_path, data=RingData(100)).train(resume_from_checkpoint=True)


def test_the_division_of_a_batch_may_change_between_sittings(tmp_path: Path) -> None:
    run = ring_trainer(tmp_path, adam_epsilon=1e-3)
    run.callbacks.append(At(7))
    with pytest.raises(KeyboardInterrupt):
        run.train()
    split = ring_trainer(tmp_path, adam_epsilon=1e-3, per_device_train_batch_size=4, gradient_accumulation_steps=4)
    split.train(resume_from_checkpoint=True)
    whole = ring_trainer(tmp_path / "whole", adam_epsilon=1e-3)
    whole.train()
    assert all(torch.allclose(a, b, atol=2e-5) for a, b in zip(weights(split.generator), weights(whole.generator), strict=True))


def test_callbacks_keep_their_state(tmp_path: Path) -> None:
    class Counter(AdversarialCallback):
        steps = 0

        def on_step_end(self, trainer: Any, step: int) -> None:
            self.steps += 1

        def state_dict(self) -> dict[str, Any]:
            return {"steps": self.steps}

        def load_state_dict(self, state: dict[str, Any]) -> None:
            self.steps = state["steps"]

    with pytest.raises(KeyboardInterrupt):
        ring_trainer(tmp_path, callbacks=[Counter(), At(7)]).train()
    counter = Counter()
    ring_trainer(tmp_path, callbacks=[counter]).train(resume_from_checkpoint=True)
    assert counter.steps == 12


# Collapse ------------------------------------------------------------------------------------------------------------


class Poisoned(AdversarialObjective):
    """Gives a loss that is not a number at a step, so long as the random keys are those of an attempt below `until`."""

    def __init__(self, at: int, until: int) -> None:
        super().__init__("hinge", (), "point")
        self.at, self.until, self.run = at, until, None

    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        loss = super().generator_loss(generator, discriminator, real, rng)
        poisoned = self.step == self.at and self.run.position.attempt < self.until
        return Loss(loss.total * float("nan") if poisoned else loss.total, loss.logs)


def poisoned(out: Path, at: int = 9, until: int = 1, **args: Any) -> Any:
    objective = Poisoned(at, until)
    run = ring_trainer(out, objective=objective, save_steps=3, **{"logging_steps": 2, **args})
    objective.run = run
    return run


def test_a_loss_that_is_no_number_rolls_back_and_goes_on(tmp_path: Path) -> None:
    run = poisoned(tmp_path, rollback_lr_factor=0.25)
    output = run.train()
    assert output.global_step == 12
    assert output.stopped is None
    assert output.rollbacks == [{"step": 10, "to": 9, "reason": "generator_loss is not finite"}]
    assert all(value.isfinite().all() for value in weights(run.generator, run.discriminator, run.ema))
    assert run.phases.generator_optimizer.param_groups[0]["lr"] == pytest.approx(2e-3 * 0.25)
    events = [e for e in output.log_history if "event" in e]
    assert [(e["event"], e["step"], e["to"], e["attempt"]) for e in events] == [("rollback", 10, 9, 1)]
    assert None in [e.get("generator_loss", 0.0) for e in output.log_history]  # JSON knows no NaN


def test_weights_that_are_no_numbers_are_never_saved(tmp_path: Path) -> None:
    run = poisoned(tmp_path, at=7, logging_steps=100)
    assert run.train().rollbacks == [{"step": 9, "to": 6, "reason": "weights are not finite"}]


def test_a_new_attempt_draws_other_noise_and_rows(tmp_path: Path) -> None:
    rolled = poisoned(tmp_path / "a", at=3, rollback_lr_factor=1.0)
    rolled.train()
    smooth = poisoned(tmp_path / "b", at=3, until=0)
    smooth.train()
    assert not same(weights(rolled.generator), weights(smooth.generator))


def test_rolling_back_is_deterministic_and_resumable(tmp_path: Path) -> None:
    whole = poisoned(tmp_path / "whole", at=7)
    whole.train()
    for stop in (5, 8, 11):
        run = poisoned(tmp_path / "parts", at=7)
        run.callbacks.append(At(stop))
        with pytest.raises(KeyboardInterrupt):
            run.train(resume_from_checkpoint=True)
    run = poisoned(tmp_path / "parts", at=7)
    output = run.train(resume_from_checkpoint=True)
    assert equal(everything(run), everything(whole))
    assert untimed(tmp_path / "parts" / "train_log.jsonl") == untimed(tmp_path / "whole" / "train_log.jsonl")
    assert len(output.rollbacks) == 1


def test_hopeless_trainings_stop_with_the_last_good_weights_and_say_so(tmp_path: Path) -> None:
    run = poisoned(tmp_path, until=99, max_rollbacks=2)
    output = run.train()
    assert output.global_step == 9
    assert len(output.rollbacks) == 3
    assert output.stopped == "generator_loss is not finite at step 10, after 2 roll-backs; these are the weights of step 9"
    assert output.log_history[-1]["stopped"] == output.stopped
    assert all(value.isfinite().all() for value in weights(run.generator, run.ema))
    again = poisoned(tmp_path, until=99, max_rollbacks=2)
    assert again.train(resume_from_checkpoint=True).stopped == output.stopped  # without training again
    assert same(weights(run.generator, run.ema), weights(again.generator, again.ema))


def test_vanishing_spread_counts_only_after_the_grace_and_with_patience(tmp_path: Path) -> None:
    args = ring_trainer(tmp_path, collapse_patience=3, collapse_grace_steps=100).args
    watch, narrow = CollapseWatch(args), {"fake_spread": 0.001, "real_spread": 1.0}
    assert [watch.check(step, narrow) for step in (50, 100)] == [None, None]
    assert watch.healthy
    assert [watch.check(step, narrow) for step in (150, 200)] == [None, None]
    assert not watch.healthy
    watch.check(250, {"fake_spread": 0.5, "real_spread": 1.0})
    assert watch.healthy
    reasons = [watch.check(step, narrow) for step in (300, 350, 400)]
    assert reasons[:2] == [None, None]
    assert "hardly differ" in str(reasons[2])


def test_explosion_and_saturation_are_seen(tmp_path: Path) -> None:
    watch = CollapseWatch(ring_trainer(tmp_path, collapse_patience=2, max_loss=100).args)
    assert "exploded" in str(watch.check(1, {"discriminator_loss": -101.0}))
    assert "not finite" in str(watch.check(1, {"generator_grad_norm": float("inf")}))
    reasons = [watch.check(step, {"discriminator_saturated": 1.0}) for step in range(8)]
    assert reasons[:7] == [None] * 7
    assert "teaches no more" in str(reasons[7])


def test_a_generator_that_repeats_one_row_a_class_has_no_spread() -> None:
    data = RingData(64)
    real = {"point": data.point, "label": data.label}
    centres = torch.stack([data.point[data.label == label].mean(0) for label in range(4)])
    figures = spread_figures(real, {"point": centres[data.label], "label": data.label}, "point")
    assert float(figures["fake_spread"]) < 1e-6
    assert float(figures["real_spread"]) == pytest.approx(0.1, rel=0.2)
    assert spread_figures({"ids": data.label}, {"ids": data.label}, "ids") == {}


def test_a_checkpoint_that_leads_to_the_same_end_is_left_for_an_older_one(tmp_path: Path) -> None:
    output = poisoned(tmp_path, at=10, until=2).train()
    assert [(entry["step"], entry["to"]) for entry in output.rollbacks] == [(12, 9), (12, 6)]
    assert output.global_step == 12


def test_a_collapsed_generator_is_rolled_back(tmp_path: Path) -> None:
    class Collapse(AdversarialCallback):
        def on_step_end(self, trainer: Any, step: int) -> None:
            if step >= 7 and trainer.position.attempt == 0:
                with torch.no_grad():
                    trainer.generator.net[-1].weight.zero_()

    run = ring_trainer(tmp_path, callbacks=[Collapse()], max_steps=20, logging_steps=1, save_steps=2, collapse_grace_steps=0,
                       collapse_patience=3)
    output = run.train()
    assert output.global_step == 20
    # seen at 8, 9, 10; the checkpoint of 8 was made while the sign showed, that of 6 before
    assert [(entry["step"], entry["to"]) for entry in output.rollbacks] == [(10, 6)]
    assert [path.name for path in run.store.complete()] == ["checkpoint-18", "checkpoint-20"]
