"""What a training tells while it runs, and what it keeps: figures, samples, logs, callbacks, the best and the averaged weights."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from augmint.core.adversarial import AdversarialCallback
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Generator, Loss, Objective, RowRandom

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_toys import At, ring_trainer, same, weights


def test_evaluator_and_sampler_see_the_average_and_their_figures_are_logged(tmp_path: Path) -> None:
    sampled: list[int] = []

    def evaluate(generator: Generator, step: int) -> dict[str, float]:
        assert not generator.training
        assert generator is trainer.ema
        return {"distance": step / 2}

    trainer = ring_trainer(tmp_path, evaluator=evaluate, sampler=lambda generator, step: sampled.append(step), eval_steps=6,
                           sample_steps=5)
    output = trainer.train()
    assert [(e["step"], e["distance"]) for e in output.log_history if "distance" in e] == [(6, 3.0), (12, 6.0)]
    assert sampled == [5, 10, 12]


@pytest.mark.parametrize(("greater", "kept"), [(False, 6), (True, 9)])
def test_the_best_average_is_kept_over_resumes(tmp_path: Path, greater: bool, kept: int) -> None:
    seen: dict[int, list[Tensor]] = {}

    def evaluate(generator: Generator, step: int) -> dict[str, float]:
        seen[step] = weights(generator)
        return {"distance": {3: 2.0, 6: 1.0, 9: 4.0, 12: float("nan")}[step]}

    args: dict[str, Any] = {"evaluator": evaluate, "eval_steps": 3, "load_best_model_at_end": True,
                            "metric_for_best_model": "distance", "greater_is_better": greater}
    with pytest.raises(KeyboardInterrupt):
        ring_trainer(tmp_path, callbacks=[At(11)], **args).train()
    second = ring_trainer(tmp_path, **args)
    output = second.train(resume_from_checkpoint=True)
    assert output.best == {"step": kept, "value": {6: 1.0, 9: 4.0}[kept]}
    assert same(weights(second.ema), seen[kept])


def test_a_metric_that_the_evaluator_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gives no 'fd'.*kid"):
        ring_trainer(tmp_path, evaluator=lambda g, s: {"kid": 1.0}, metric_for_best_model="fd").train()


def test_a_stop_for_time_still_evaluates_and_never_saves_broken_weights(tmp_path: Path) -> None:
    def spoil(trainer: Any) -> None:
        with torch.no_grad():
            trainer.generator.net[0].weight.fill_(float("nan"))
        trainer.request_stop("enough")

    trainer = ring_trainer(tmp_path, callbacks=[At(7, spoil)])
    output = trainer.train()
    assert output.global_step == 5
    assert all(value.isfinite().all() for value in weights(trainer.generator, trainer.ema))
    evaluated: list[int] = []
    stop = At(7, lambda trainer: trainer.request_stop("enough"))
    ring_trainer(tmp_path / "b", callbacks=[stop], evaluator=lambda g, s: evaluated.append(s) or {}).train()
    assert evaluated == [7]


def test_a_transformers_trainer_inside_the_evaluator_changes_nothing(tmp_path: Path) -> None:
    from transformers import TrainingArguments

    def evaluate(generator: Generator, step: int) -> dict[str, float]:
        arguments = TrainingArguments(output_dir=str(tmp_path / "hf"), use_cpu=True, report_to=[])
        assert arguments.device.type == "cpu"  # asking for it resets Accelerate's shared state
        return {}

    runs = []
    for name, evaluator in (("without", None), ("with", evaluate)):
        trainer = ring_trainer(tmp_path / name, bf16=True, evaluator=evaluator, eval_steps=3)
        trainer.train()
        runs.append(weights(trainer.generator))
    assert same(*runs)


def test_callbacks_hear_of_everything_and_may_end_the_training(tmp_path: Path) -> None:
    heard: list[str] = []

    class Listener(AdversarialCallback):
        def on_train_begin(self, trainer: Any) -> None:
            heard.append("begin")

        def on_step_end(self, trainer: Any, step: int) -> None:
            if step == 9:
                trainer.request_stop("enough")

        def on_log(self, trainer: Any, logs: Any) -> None:
            heard.append(f"log {logs['step']}")

        def on_save(self, trainer: Any, checkpoint: Path) -> None:
            heard.append(checkpoint.name)

        def on_train_end(self, trainer: Any, output: Any) -> None:
            heard.append(f"end {output.stopped}")

    output = ring_trainer(tmp_path, callbacks=[Listener()]).train()
    assert heard == ["checkpoint-0", "begin", "log 4", "checkpoint-5", "log 8", "log 9", "checkpoint-9", "end enough"]
    assert output.global_step == 9
    assert output.stopped == "enough"


def test_the_log_holds_means_since_the_line_before(tmp_path: Path) -> None:
    def run(every: int) -> list[dict[str, Any]]:
        return ring_trainer(tmp_path / str(every), logging_steps=every).train().log_history

    single, four = run(1), run(4)
    for line, entry in enumerate(four):
        part = single[4 * line: 4 * line + 4]
        assert entry["generator_loss"] == pytest.approx(sum(e["generator_loss"] for e in part) / 4, rel=1e-5)
    assert [json.loads(text) for text in (tmp_path / "4" / "train_log.jsonl").read_text().splitlines()] == four


def test_an_objective_of_another_kind_gets_its_step_logs(tmp_path: Path) -> None:
    heard: list[dict[str, float]] = []

    class Plain(Objective):
        def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
            gap: Tensor = discriminator(fake).mean() - discriminator(real).mean()
            return Loss(gap.square(), {"gap": gap.detach()})

        def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
            return Loss(-discriminator(self.fakes(generator, real, rng)).mean())

        def step_end(self, step: int, logs: dict[str, float]) -> None:
            heard.append({"step": step, **logs})

    ring_trainer(tmp_path, objective=Plain(), max_steps=3).train()
    assert [entry["step"] for entry in heard] == [1, 2, 3]
    assert all({"gap", "rows", "generator_loss"} <= set(e) for e in heard)


def test_max_seconds_ends_early_and_keeps_what_was_learned(tmp_path: Path) -> None:
    output = ring_trainer(tmp_path, max_steps=100_000, max_seconds=0.2).train()
    assert 0 < output.global_step < 100_000
    assert "max_seconds" in str(output.stopped)
    goal = output.global_step + 3
    assert ring_trainer(tmp_path, max_steps=goal).train(resume_from_checkpoint=True).global_step == goal


def test_save_model_writes_the_averaged_generator(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    trainer = ring_trainer(tmp_path)
    trainer.train()
    for _ in range(2):  # again over itself
        trainer.save_model(tmp_path / "out")
    saved = load_file(tmp_path / "out" / "generator" / "model.safetensors")
    assert all(torch.equal(saved[name], value) for name, value in trainer.ema.state_dict().items())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["discriminator", "generator"]


def test_tensorboard_gets_the_figures(tmp_path: Path) -> None:
    ring_trainer(tmp_path, report_to=["tensorboard", "jsonl"], run_name="ring").train()
    assert list((tmp_path / "trackers").rglob("events.out.tfevents*"))
