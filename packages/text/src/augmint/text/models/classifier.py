"""The user's classifier: any `AutoModelForSequenceClassification`, pretrained or from a scratch config, with its tokenizer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.text.models.encoding import encode
from augmint.text.models.source import CLASSIFIER, ModelSource, build_config
from augmint.text.models.tokens import build_tokenizer

INFO = "augmint_classifier.json"


@dataclass
class Classifier:
    """A network with a head for classes, and its tokenizer.

    Attributes:
        network: a `PreTrainedModel` for sequence classification.
        tokenizer: with a padding token.
        max_length: tokens of a text that are read.
    """

    network: Any
    tokenizer: Any
    max_length: int

    @classmethod
    def build(cls, source: ModelSource, names: Sequence[str], texts: Sequence[str], seed: int, labels: int = 0) -> Classifier:
        """The pretrained model, or a fresh one initialised from `seed` with a tokenizer trained on `texts`.

        A plain encoder, or one with another number of classes, gets a new head, initialised from `seed` as well.

        Args:
            source: where it comes from.
            names: of the outputs, in order.
            texts: training texts, in a fixed order.
            seed: of fresh weights.
            labels: class tokens that the tokenizer knows (see `build_tokenizer`).

        Raises:
            UserError: it cannot be loaded or does not classify texts.
        """
        from transformers import AutoModelForSequenceClassification

        with torch.random.fork_rng():
            torch.manual_seed(seed)
            tokenizer = build_tokenizer(source, texts, labels=labels, first=True)
            tokenizer.model_max_length = source.max_length  # so that plain Transformers cuts texts alike
            config = build_config(source, AutoModelForSequenceClassification, CLASSIFIER, special_ids(source, tokenizer))
            config.num_labels = len(names)
            config.id2label, config.label2id = dict(enumerate(names)), {name: place for place, name in enumerate(names)}
            config.pad_token_id = tokenizer.pad_token_id  # decoders look for the last token before the padding
            if source.name_or_path:
                network = AutoModelForSequenceClassification.from_pretrained(
                    source.name_or_path, config=config, ignore_mismatched_sizes=True
                )
                if len(tokenizer) > network.get_input_embeddings().num_embeddings:
                    network.resize_token_embeddings(len(tokenizer), mean_resizing=False)
            else:
                network = AutoModelForSequenceClassification.from_config(config)
        return cls(network, tokenizer, source.max_length)

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device  # type: ignore[no-any-return]

    def inputs(self, texts: Sequence[str], marks: Sequence[int] = ()) -> dict[str, Tensor]:
        """What the network reads, on the CPU: "input_ids" and "attention_mask", int64 (n, L), L at most `max_length`; before each
        text the token of the id in `marks`, if there are any."""
        return encode(self.tokenizer, texts, self.max_length, marks)

    def forward(self, texts: Sequence[str], marks: Sequence[int] = (), **more: Any) -> tuple[Any, Tensor]:
        """The network's output, with logits float (n, outputs), and the mask of tokens, int64 (n, L); `marks` as of `inputs`."""
        inputs = {name: tensor.to(self.device) for name, tensor in self.inputs(texts, marks).items()}
        return self.network(**inputs, **more), inputs["attention_mask"]

    def save_pretrained(self, directory: Path | str) -> None:
        """Network and tokenizer as plain Transformers loads them, and the length of texts; the latter last."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.network.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        (folder / INFO).write_text(json.dumps({"max_length": self.max_length}, indent=1))

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Classifier:
        """What `save_pretrained` wrote. Raises UserError where it is not there."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        folder = Path(directory)
        if not (folder / INFO).is_file():
            raise UserError(f"There is no classifier of augmint's in {str(folder)!r}.", fix=f"The folder must hold {INFO}.")
        network = AutoModelForSequenceClassification.from_pretrained(folder)
        return cls(network, AutoTokenizer.from_pretrained(folder), json.loads((folder / INFO).read_text())["max_length"])


def special_ids(source: ModelSource, tokenizer: Any) -> dict[str, int]:
    """The ids that a scratch config must know; a pretrained one knows its own."""
    if source.name_or_path:
        return {}
    end = tokenizer.eos_token_id
    encoder = {} if tokenizer.cls_token_id is None else {"cls_token_id": tokenizer.cls_token_id, "sep_token_id": end}
    return {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": end,
        "eos_token_id": end,
        "vocab_size": len(tokenizer),
        **encoder,
    }


@torch.no_grad()
def predict(model: Classifier, texts: Sequence[str], batch_size: int = 128) -> Tensor:
    """Logits, float32 (n, outputs), on the CPU. Texts of alike length go together, so that little is computed for padding."""
    model.network.eval()
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    logits = torch.zeros(len(texts), model.network.config.num_labels)
    for at in range(0, len(order), batch_size):
        rows = order[at : at + batch_size]
        logits[rows] = model.forward([texts[row] for row in rows])[0].logits.float().cpu()
    return logits
