"""Fine-tuning by `transformers.Seq2SeqTrainer`, the same way for every arm and for the generator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import Seq2SeqTrainingArguments

from augmint.core.evaluation.plan_trainer import Seq2SeqPlanTrainer, fit
from augmint.core.evaluation.token_losses import token_losses
from augmint.core.evaluation.training_defaults import TrainingDefaults
from augmint.core.interfaces import Evaluation
from augmint.core.minting.torch_state import evaluating
from augmint.text.seq2seq import Decoding, Seq2SeqModel, write_texts
from augmint.text.seq2seq.limit import LengthLimit
from augmint.text.training.rows import TextRows
from augmint.text.translation.metric import bleu_metric, chrf_metric, corpus_rows
from augmint.text.translation.plan import Pairs, TranslationPlan

DEFAULT_BATCH_SIZE = 64
DEFAULTS = TrainingDefaults(
    {"adam_beta2": 0.98, "per_device_train_batch_size": DEFAULT_BATCH_SIZE, "label_smoothing_factor": 0.1},
    scratch={"learning_rate": 3e-3},
)


class PairTrainer(Seq2SeqPlanTrainer):
    """Pairs have weights."""

    def __init__(self, model: Seq2SeqModel, arguments: Any, plan: TranslationPlan) -> None:
        self.seq2seq = model
        super().__init__(model.network, arguments, plan)

    def collate(self, examples: Pairs) -> dict[str, Tensor]:
        inputs = self.seq2seq.encoded(examples.sources, examples.tagged)
        labels = self.seq2seq.encoded_labels(examples.targets)
        return {**inputs, "labels": labels, "weights": torch.tensor(examples.weights)}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        weights, labels = inputs["weights"], inputs["labels"]
        written = self.seq2seq.decoder_inputs(labels)
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], **written)
        loss = weighted_loss(output.logits, labels, weights, self.args.label_smoothing_factor)
        return (loss, output) if return_outputs else loss


def weighted_loss(logits: Tensor, labels: Tensor, weights: Tensor, label_smoothing: float) -> Tensor:
    """Cross-entropy a token, times its pair's weight; divided by the number of tokens, so that light pairs count less."""
    losses = token_losses(logits, labels, label_smoothing)
    return (losses * weights[:, None]).sum() / (labels >= 0).sum().clamp(min=1)


def train(model: Seq2SeqModel, plan: TranslationPlan, finetune: Mapping[str, Any], **values: Any) -> float:
    """Train a model in place on a plan (see `fit`), after its limit of lengths was fitted to the plan's real pairs; returns
    seconds."""
    model.limit = LengthLimit.of_pairs(model, *plan.real_texts)
    return fit(PairTrainer, model, plan, finetune, defaults=DEFAULTS, kind=Seq2SeqTrainingArguments, **values)


def score(
    model: Seq2SeqModel,
    rows: TextRows,
    *,
    sides: tuple[str, str] = ("source", "target"),
    num_beams: int = 1,
    kept: Path | None = None,
) -> Evaluation:
    """chrF++ and BLEU of what the model writes, and its loss a token; what it wrote goes to the file `kept`, one text a line."""
    read, references = rows.texts[sides[0]], rows.texts[sides[1]]
    with evaluating(model.network):
        written = write_texts(model, read, Decoding(num_beams=num_beams))
        loss = _loss(model, read, references)
    value, by_row = corpus_rows(chrf_metric(), written, references)
    bleu = float(bleu_metric(references).corpus_score(written, [references]).score)
    if kept is not None:
        kept.write_text("".join(f"{' '.join(text.splitlines())}\n" for text in written), encoding="utf-8")
    return Evaluation(value, loss, by_row, {"bleu": bleu})


@torch.no_grad()
def _loss(model: Seq2SeqModel, read: list[str], written: list[str]) -> float:
    total = tokens = 0.0
    for at in range(0, len(read), 128):
        labels = model.labels(written[at : at + 128])
        picked, _ = model.log_probs(model.inputs(read[at : at + 128]), labels)
        total, tokens = total - float(picked.sum()), tokens + float((labels >= 0).sum())
    return total / max(tokens, 1.0)
