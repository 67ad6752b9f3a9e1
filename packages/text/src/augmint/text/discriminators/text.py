"""Is this text what a person would have written under this label? A classifier with one output."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from augmint.core.interfaces import Batch, Discriminator
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.text.models.classifier import Classifier
from augmint.text.models.tokens import label_token

INFO = "augmint_text_discriminator.json"


class TextDiscriminator(Discriminator):
    """Log-odds that a text is a real one, of its label where there are labels: the label's token then stands in front of the text.

    Args:
        model: a classifier with one output, whose tokenizer knows the labels' tokens if there are any.

    Batches hold "text" int32 (n, L), "text_length" int64 (n,) and, with labels, "label" int64 (n,) (see `interfaces.strings`).

    Source: Reed et al. 2016, "Generative adversarial text to image synthesis" (real samples under another condition as
    negatives); Guo et al. 2017, "On calibration of modern neural networks".
    """

    modality: ClassVar[str] = "text"

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        self.model, self.network = model, model.network
        self.labelled = label_token(0) in model.tokenizer.get_vocab()
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("bias", torch.zeros(()))
        self.scale: Tensor
        self.bias: Tensor

    def forward(self, batch: Batch) -> Tensor:
        texts = to_strings(batch["text"], batch[length_key("text")])
        return self.log_odds(texts, batch["label"].tolist() if self.labelled else [0] * len(texts))

    def log_odds(self, texts: Sequence[str], labels: Sequence[int]) -> Tensor:
        """Calibrated log-odds that each text is a real one of its label, float32 (n,)."""
        marks = [self.model.tokenizer.convert_tokens_to_ids(label_token(label)) for label in labels] if self.labelled else []
        logits: Tensor = self.model.forward(texts, marks)[0].logits.float().squeeze(1)
        return logits * self.scale + self.bias

    @torch.no_grad()
    def batched_log_odds(self, texts: Sequence[str], labels: Sequence[int], batch_size: int = 64) -> Tensor:
        """The same of any number of texts, without gradients, on the CPU."""
        starts = range(0, len(texts), batch_size)
        parts = [self.log_odds(texts[at : at + batch_size], labels[at : at + batch_size]).cpu() for at in starts]
        return torch.cat(parts) if parts else torch.zeros(0)

    def probabilities(self, texts: Sequence[str], labels: Sequence[int], batch_size: int = 64) -> Tensor:
        """Probability that each text is a real one of its label, float32 (n,), on the CPU."""
        return self.batched_log_odds(texts, labels, batch_size).sigmoid()

    def save_pretrained(self, directory: Path | str, **_: Any) -> None:
        """Network and tokenizer as plain Transformers loads them, and the calibration; the latter last."""
        folder = Path(directory)
        self.model.save_pretrained(folder)
        (folder / INFO).write_text(json.dumps({"scale": float(self.scale), "bias": float(self.bias)}, indent=1))

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        """What `save_pretrained` wrote."""
        made = cls(Classifier.from_pretrained(directory))
        info = json.loads((Path(directory) / INFO).read_text())
        made.scale.fill_(info["scale"])
        made.bias.fill_(info["bias"])
        return made.eval()
