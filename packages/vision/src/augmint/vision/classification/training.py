"""Fine-tuning by `transformers.Trainer`, the same way for every arm."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import SequentialSampler
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainingArguments

from augmint.core.evaluation.finetuning import isolated_randomness
from augmint.core.evaluation.training_defaults import TrainingDefaults
from augmint.core.interfaces import Batch, Evaluation, FinetuneResult
from augmint.core.progress import AdvanceCallback
from augmint.vision.classification.model import Preprocessing
from augmint.vision.classification.plan import TrainingPlan
from augmint.vision.classification.settings import DEFAULT_BATCH_SIZE
from augmint.vision.rows import ImageRows

DEFAULTS = TrainingDefaults(
    {"per_device_train_batch_size": DEFAULT_BATCH_SIZE}, scratch={"learning_rate": 3e-3, "weight_decay": 0.05}
)


class ArmTrainer(Trainer):
    """`Trainer` over a `TrainingPlan`: batches come whole and in the plan's order, targets are soft."""

    def __init__(self, *args: Any, preprocessing: Preprocessing, **kwargs: Any) -> None:
        super().__init__(*args, data_collator=self._collate, **kwargs)
        self.preprocessing = preprocessing
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)
        self.add_callback(AdvanceCallback())

    def _collate(self, batch: Batch) -> Batch:
        targets = batch["soft_label"] if "soft_label" in batch else batch["label"]
        return {"pixel_values": self.preprocessing(batch["image"]), "labels": targets}

    def _get_train_sampler(self, *args: Any, **kwargs: Any) -> SequentialSampler:
        assert self.train_dataset is not None
        return SequentialSampler(self.train_dataset)

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        outputs = model(pixel_values=inputs["pixel_values"])
        # cross_entropy takes class indices (evaluation) and class probabilities (training) alike
        loss = F.cross_entropy(outputs.logits.float(), inputs["labels"], label_smoothing=self.args.label_smoothing_factor)
        return (loss, outputs) if return_outputs else loss


def training_arguments(values: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int, output_dir: str) -> TrainingArguments:
    """The recipe's `finetune` section over augmint's defaults. `max_steps` is the arms' shared number of steps."""
    return DEFAULTS.arguments(values, pretrained=pretrained, steps=steps, seed=seed, output_dir=output_dir)  # type: ignore[no-any-return]


def train(
    network: nn.Module,
    preprocessing: Preprocessing,
    plan: TrainingPlan,
    arguments: TrainingArguments,
    evaluate: Mapping[str, ImageRows],
    output_dir: Path | None = None,
) -> FinetuneResult:
    """Train on the plan, score every split, and keep the model where `output_dir` says."""
    started = time.perf_counter()
    with isolated_randomness():
        trainer = ArmTrainer(model=network, args=arguments, train_dataset=plan, preprocessing=preprocessing)
        trainer.train()
    evaluations = {split: score(network, preprocessing, rows) for split, rows in evaluate.items()}
    if output_dir is not None:
        network.save_pretrained(output_dir)  # type: ignore[operator]
        preprocessing.save(output_dir)
    return FinetuneResult.of(evaluations, time.perf_counter() - started)


def score(network: nn.Module, preprocessing: Preprocessing, rows: ImageRows) -> Evaluation:
    """Accuracy in percent, mean cross-entropy, and 100 or 0 a row."""
    labels = rows.all()["label"]
    logits = predict(network, preprocessing, rows)
    correct = 100.0 * (logits.argmax(1) == labels).double()
    return Evaluation(float(correct.mean()), float(F.cross_entropy(logits, labels)), correct.tolist())


@torch.no_grad()
def predict(network: nn.Module, preprocessing: Preprocessing, data: ImageRows, batch_size: int = 256) -> Tensor:
    """Logits, float32 (n, classes), on the CPU."""
    device = next(network.parameters()).device
    network.eval()
    parts = [
        network(pixel_values=preprocessing(data.__getitems__(list(range(at, min(at + batch_size, len(data)))))["image"].to(device)))
        .logits.float()
        .cpu()
        for at in range(0, len(data), batch_size)
    ]
    return torch.cat(parts)
