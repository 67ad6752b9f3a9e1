"""Fine-tuning of a recogniser by `transformers.Trainer`, the same way for every arm, and its score."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset, SequentialSampler
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainingArguments

from augmint.audio.recognition.metric import error_rate
from augmint.audio.recognition.model import Recognizer
from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import arguments_of, isolated_randomness, on_one_device, temporary_output
from augmint.core.interfaces import Batch, Evaluation
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.core.minting.torch_state import evaluating

DEFAULT_BATCH_SIZE = 16
# What fine-tunes well where the recipe is silent: a pretrained model is moved gently, a fresh one has to learn everything.
_PRETRAINED = {"learning_rate": 5e-5}
_SCRATCH = {"learning_rate": 2e-3}
_COMMON = {
    "lr_scheduler_type": "cosine",
    "adam_beta2": 0.98,
    "warmup_steps": 0.1,
    "per_device_train_batch_size": DEFAULT_BATCH_SIZE,
    "max_grad_norm": 1.0,
    "weight_decay": 0.01,
}
_FULL_SCALE = 32768.0
_SCORED_AT_ONCE = 32


class Drawn(Protocol):
    """The rows of one training batch after the policy, and what each counts in the loss."""

    @property
    def batch(self) -> Batch: ...

    @property
    def weights(self) -> Sequence[float]: ...


def training_arguments(values: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int, output_dir: str) -> Any:
    """The recipe's `finetune` section over augmint's defaults. Raises UserError on smoothing of labels, which CTC has none of."""
    if values.get("label_smoothing_factor"):
        raise UserError("Recognisers learn without label smoothing.", where="finetune.label_smoothing_factor", fix="Leave it out.")
    chosen = {**_COMMON, **(_PRETRAINED if pretrained else _SCRATCH), **values}
    return on_one_device(TrainingArguments(**arguments_of(chosen, steps=steps, seed=seed, output_dir=output_dir)))


def encoded(recognizer: Recognizer, batch: Batch) -> dict[str, Tensor]:
    """The recogniser's inputs for rows `{"audio": int16 or float32 (n, L), "audio_length", "text", "text_length"}`, on the CPU."""
    return recognizer.inputs(waves(batch), batch["audio_length"], transcripts(batch))


def waves(batch: Batch) -> Tensor:
    """The clips, float32 (n, L) in [-1, 1]."""
    audio = batch["audio"]
    return audio if audio.is_floating_point() else audio.float() / _FULL_SCALE


def transcripts(batch: Batch) -> list[str]:
    """The texts of the rows."""
    return to_strings(batch["text"], batch[length_key("text")])


class RecognizerTrainer(Trainer):  # type: ignore[misc]
    """Batches come whole and in the plan's order, and rows have weights."""

    def __init__(self, recognizer: Recognizer, arguments: Any, plan: Dataset[Any]) -> None:
        self.recognizer = recognizer
        super().__init__(model=recognizer.network, args=arguments, train_dataset=plan, data_collator=self.collate)
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)

    def collate(self, drawn: Drawn) -> dict[str, Tensor]:
        """What the network is fed with, made by the data loader's workers."""
        return {**encoded(self.recognizer, drawn.batch), "weights": torch.tensor(drawn.weights)}

    def _get_train_sampler(self, *args: Any, **kwargs: Any) -> SequentialSampler:
        return SequentialSampler(self.train_dataset)

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        """Rows' losses times their weights, divided by the number of rows, so that light rows count less."""
        losses = self.recognizer.row_losses(inputs)
        loss = (losses * inputs["weights"].to(losses)).mean()
        return (loss, {"losses": losses.detach()}) if return_outputs else loss


def train(
    recognizer: Recognizer, plan: Dataset[Any], finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the recogniser in place on the plan; returns seconds. The caller's random state stays as it was.

    Args:
        recognizer: what learns.
        plan: `__getitems__(indices)` gives one batch as `Drawn`; `len(plan)` is steps times rows a batch.
        finetune: values of `TrainingArguments` that differ from augmint's defaults.
        pretrained: whether it is moved gently, or has to learn everything.
        steps: optimiser steps.
        seed: of dropout.
    """
    started = time.perf_counter()
    with isolated_randomness(), temporary_output() as folder:
        arguments = training_arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder)
        RecognizerTrainer(recognizer, arguments, plan).train()
    return time.perf_counter() - started


def score(recognizer: Recognizer, rows: Batch | Sequence[Batch]) -> Evaluation:
    """Word error rate in percent, each row's part in it, the mean loss, and the character error rate among the details.

    Args:
        recognizer: what is scored; it is left in the mode it was in.
        rows: encoded rows, one batch or several.
    """
    batches: Sequence[Batch] = [rows] if isinstance(rows, dict) else rows
    heard: list[str] = []
    references: list[str] = []
    losses: list[float] = []
    for batch in batches:
        heard += recognizer.transcribe(waves(batch), batch["audio_length"])
        references += transcripts(batch)
        losses += _losses(recognizer, batch)
    value, by_row = error_rate(heard, references)
    return Evaluation(value, sum(losses) / len(losses), by_row, {"cer": error_rate(heard, references, characters=True)[0]})


@torch.no_grad()
def _losses(recognizer: Recognizer, batch: Batch) -> list[float]:
    found = torch.zeros(len(batch["audio_length"]))
    with evaluating(recognizer.network):
        for rows in torch.argsort(batch["audio_length"], stable=True).split(_SCORED_AT_ONCE):
            some = {name: tensor[rows] for name, tensor in batch.items()}
            found[rows] = recognizer.row_losses(recognizer.on_device(encoded(recognizer, some))).float().cpu()
    return found.tolist()
