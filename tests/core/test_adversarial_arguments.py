"""Arguments, engines and data that cannot work are refused by name before anything is trained."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from augmint.core.adversarial import AdversarialArguments
from augmint.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_toys import RingData, ring_trainer


@pytest.mark.parametrize("engine", ["DEEPSPEED", "FSDP", "MEGATRON_LM"])
def test_engines_that_hold_one_model_are_refused(tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"ACCELERATE_USE_{engine}", "true")
    with pytest.raises(UserError, match="torchrun"):
        ring_trainer(tmp_path)


@pytest.mark.parametrize(("key", "value"), [
    ("learning_rate", float("nan")), ("learning_rate", 0), ("learning_rate", "fast"), ("discriminator_learning_rate", -1e-4),
    ("max_steps", 0), ("max_steps", 2.5), ("max_steps", True), ("per_device_train_batch_size", -1),
    ("gradient_accumulation_steps", 0),
    ("discriminator_steps", 0), ("adam_beta1", 1.0), ("adam_beta2", -0.1), ("adam_epsilon", 0), ("weight_decay", float("inf")),
    ("max_grad_norm", -1), ("bf16", "yes"), ("shared_parameters", "both"), ("ema_half_life", -5), ("ema_rampup", 0), ("seed", -1),
    ("threads", 0), ("logging_steps", 0), ("save_steps", 0), ("save_total_limit", 0), ("eval_steps", -1), ("warmup_steps", -1),
    ("lr_scheduler_type", "cosin"), ("warmup_steps", 5), ("metric_for_best_model", 3),
    ("lr_scheduler_kwargs", {"min_lr_rate": 0.1}), ("report_to", 3), ("output_dir", " "),
    ("max_seconds", 0), ("max_rollbacks", -1), ("rollback_lr_factor", 0), ("collapse_spread", 2), ("max_loss", 0),
])
def test_impossible_arguments_are_refused_by_name(key: str, value: Any) -> None:
    with pytest.raises(UserError) as caught:
        AdversarialArguments(**{key: value})
    assert caught.value.where == f"adversarial.{key}"
    assert caught.value.fix


def test_unknown_keys_name_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'learning_rate'"):
        AdversarialArguments.from_dict({"learning_rat": 1e-3})
    with pytest.raises(UserError, match="Did you mean 'tensorboard'"):
        ring_trainer("unused", report_to="tensorbord")
    with pytest.raises(UserError, match=r"not installed.*pip install clearml"):
        ring_trainer("unused", report_to=["jsonl", "clearml"])
    assert AdversarialArguments.from_dict(AdversarialArguments(max_steps=5).to_dict()).max_steps == 5


def test_an_empty_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no rows"):
        ring_trainer(tmp_path, data=RingData(0))
