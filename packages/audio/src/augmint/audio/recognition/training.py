"""Fine-tuning of a recogniser by `transformers.Trainer`, the same way for every arm, and its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from augmint.audio.clips import AUDIO, LENGTH, to_float
from augmint.audio.recognition.metric import error_rate
from augmint.audio.recognition.model import Recognizer
from augmint.core.errors import UserError
from augmint.core.evaluation.plan import Drawn, RowPlan
from augmint.core.evaluation.plan_trainer import PlanTrainer, fit
from augmint.core.evaluation.training_defaults import TrainingDefaults
from augmint.core.interfaces import Batch, Evaluation
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.core.minting.torch_state import evaluating

DEFAULT_BATCH_SIZE = 16
# Where recognisers differ from other models: clips are longer, and a fresh one is moved faster.
DEFAULTS = TrainingDefaults(
    {"adam_beta2": 0.98, "per_device_train_batch_size": DEFAULT_BATCH_SIZE}, scratch={"learning_rate": 2e-3}
)
_SCORED_AT_ONCE = 32


def encoded(recognizer: Recognizer, batch: Batch) -> dict[str, Tensor]:
    """The recogniser's inputs for rows `{"audio": int16 or float32 (n, L), "audio_length", "text", "text_length"}`, on the CPU."""
    return recognizer.inputs(to_float(batch[AUDIO]), batch[LENGTH], transcripts(batch))


def transcripts(batch: Batch) -> list[str]:
    """The texts of the rows."""
    return to_strings(batch["text"], batch[length_key("text")])


class RecognizerTrainer(PlanTrainer):
    """Rows have weights."""

    def __init__(self, recognizer: Recognizer, chosen: Any, plan: RowPlan[Drawn]) -> None:
        self.recognizer = recognizer
        super().__init__(recognizer.network, chosen, plan)

    def collate(self, drawn: Drawn) -> dict[str, Tensor]:
        """What the network is fed with, made by the data loader's workers."""
        return {**encoded(self.recognizer, drawn.batch), "weights": torch.tensor(drawn.weights)}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        """Rows' losses times their weights, divided by the number of rows, so that light rows count less."""
        losses = self.recognizer.row_losses(inputs)
        loss = (losses * inputs["weights"].to(losses)).mean()
        return (loss, {"losses": losses.detach()}) if return_outputs else loss


def train(
    recognizer: Recognizer, plan: RowPlan[Drawn], finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the recogniser in place on the plan; returns seconds. The caller's random state stays as it was.

    Args:
        recognizer: what learns.
        plan: what it learns from.
        finetune: values of `TrainingArguments` that differ from augmint's defaults.
        pretrained: whether it is moved gently, or has to learn everything.
        steps: optimiser steps.
        seed: of dropout.

    Raises:
        UserError: labels are to be smoothed, which CTC has none of.
    """
    if finetune.get("label_smoothing_factor"):
        raise UserError("Recognisers learn without label smoothing.", where="finetune.label_smoothing_factor", fix="Leave it out.")
    return fit(
        RecognizerTrainer, recognizer, plan, finetune, pretrained=pretrained, steps=steps, seed=seed, defaults=DEFAULTS
    )


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
        heard += recognizer.transcribe(to_float(batch[AUDIO]), batch[LENGTH])
        references += transcripts(batch)
        losses += _losses(recognizer, batch)
    value, by_row = error_rate(heard, references)
    return Evaluation(value, sum(losses) / len(losses), by_row, {"cer": error_rate(heard, references, characters=True)[0]})


@torch.no_grad()
def _losses(recognizer: Recognizer, batch: Batch) -> list[float]:
    found = torch.zeros(len(batch[LENGTH]))
    with evaluating(recognizer.network):
        for rows in torch.argsort(batch[LENGTH], stable=True).split(1 if recognizer.alone else _SCORED_AT_ONCE):
            some = {name: tensor[rows] for name, tensor in batch.items()}
            some[AUDIO] = some[AUDIO][:, : int(some[LENGTH].max())]
            found[rows] = recognizer.row_losses(recognizer.on_device(encoded(recognizer, some))).float().cpu()
    return found.tolist()
