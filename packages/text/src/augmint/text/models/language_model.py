"""A language model that writes texts, of a label where there are labels: any `AutoModelForCausalLM`, pretrained or from scratch."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.text.models.classifier import special_ids
from augmint.text.models.source import LANGUAGE_MODEL, ModelSource, build_config
from augmint.text.models.tokens import build_tokenizer, label_token

INFO = "augmint_label_lm.json"
IGNORED = -100


@dataclass
class LabelLanguageModel:
    """A network, its tokenizer with a token for each class, and how long texts are.

    What it is trained on is `<label_k>` (the tokenizer's own first token where there are no labels), the text's tokens, and the
    end; longer texts are cut and have no end.

    Attributes:
        network: a `PreTrainedModel` for causal language modelling.
        tokenizer: knows `<label_0>` to `<label_{classes - 1}>`.
        max_length: tokens of a text, without label and end.
        classes: how many labels there are; 0 for plain texts, whose label is 0 wherever one is asked for.

    Source: Keskar et al. 2019, "CTRL: a conditional transformer language model for controllable generation" (control codes);
    Kumar et al. 2020, "Data augmentation using pre-trained transformer models" (labels put before texts).
    """

    network: Any
    tokenizer: Any
    max_length: int
    classes: int

    @classmethod
    def build(
        cls, source: ModelSource, classes: int, texts: Sequence[str], seed: int, where: str = "generator"
    ) -> LabelLanguageModel:
        """The pretrained model, or a fresh one with a tokenizer trained on `texts`; new weights come from `seed`.

        Raises:
            UserError: it cannot be loaded or does not write texts.
        """
        from transformers import AutoModelForCausalLM

        with torch.random.fork_rng():
            torch.manual_seed(seed)
            tokenizer = build_tokenizer(source, texts, labels=classes, where=where)
            config = build_config(source, AutoModelForCausalLM, LANGUAGE_MODEL, special_ids(source, tokenizer), where)
            if tokenizer.eos_token_id is None:
                raise UserError(
                    "The tokenizer has no token for the end of a text.",
                    where=f"{where}.name_or_path",
                    fix="Take a model that writes texts; GPT-2, say.",
                )
            if source.name_or_path:
                network = AutoModelForCausalLM.from_pretrained(source.name_or_path, config=config)
                if len(tokenizer) > network.get_input_embeddings().num_embeddings:
                    network.resize_token_embeddings(len(tokenizer), mean_resizing=False)
            else:
                network = AutoModelForCausalLM.from_config(config)
        return cls(network, tokenizer, source.max_length, classes).plain()

    def plain(self) -> LabelLanguageModel:
        """Itself, without the generation settings that checkpoints bring: decoding says itself what it wants."""
        from transformers import GenerationConfig

        self.network.generation_config = GenerationConfig(
            pad_token_id=self.tokenizer.pad_token_id, eos_token_id=self.tokenizer.eos_token_id, num_beams=1, do_sample=False
        )
        return self

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device  # type: ignore[no-any-return]

    @property
    def label_ids(self) -> list[int]:
        """The first token of texts of every class."""
        if not self.classes:
            first = self.tokenizer.bos_token_id
            return [int(self.tokenizer.eos_token_id if first is None else first)]
        return [int(self.tokenizer.convert_tokens_to_ids(label_token(label))) for label in range(self.classes)]

    def inputs(self, texts: Sequence[str], labels: Sequence[int]) -> dict[str, Tensor]:
        """What the network is taught, on the CPU: "input_ids", "attention_mask" and "labels" (those ids that it shall write, else
        -100), all int64 (n, L)."""
        ids: list[list[int]] = []
        if texts:
            longest = self.max_length + 1
            ids = self.tokenizer(
                list(texts), add_special_tokens=False, truncation=True, max_length=longest, split_special_tokens=True
            )["input_ids"]
        marks, end = self.label_ids, self.tokenizer.eos_token_id
        rows = [
            [marks[label], *own[: self.max_length], *([end] if len(own) <= self.max_length else [])]
            for label, own in zip(labels, ids, strict=True)
        ]
        longest = max((len(row) for row in rows), default=1)
        lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
        padded = torch.tensor([row + [self.tokenizer.pad_token_id] * (longest - len(row)) for row in rows]).view(-1, longest).long()
        mask = (torch.arange(longest)[None] < lengths[:, None]).long()
        aims = padded.masked_fill(mask == 0, IGNORED)
        aims[:, 0] = IGNORED
        return {"input_ids": padded, "attention_mask": mask, "labels": aims}

    def log_probs(self, texts: Sequence[str], labels: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
        """What the model gives each token of texts of known labels, with gradients.

        Returns:
            log-probabilities float32 (n, L), 0 in the padding; which are tokens, bool (n, L); and the logits float32 (n, L, V).
        """
        inputs = {name: tensor.to(self.device) for name, tensor in self.inputs(texts, labels).items()}
        logits = self.network(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits[:, :-1].float()
        aims = inputs["labels"][:, 1:]
        picked = logits.gather(2, aims.clamp(min=0)[..., None]).squeeze(2) - logits.logsumexp(2)
        return picked.masked_fill(aims < 0, 0.0), aims >= 0, logits

    def save_pretrained(self, directory: Path | str) -> None:
        """Network and tokenizer as plain Transformers loads them, and the lengths; the latter last."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.network.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        (folder / INFO).write_text(json.dumps({"max_length": self.max_length, "classes": self.classes}, indent=1))

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> LabelLanguageModel:
        """What `save_pretrained` wrote. Raises UserError where it is not there."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder = Path(directory)
        if not (folder / INFO).is_file():
            raise UserError(f"There is no generator of labelled texts in {str(folder)!r}.", fix=f"The folder must hold {INFO}.")
        tokenizer = AutoTokenizer.from_pretrained(folder)
        info = json.loads((folder / INFO).read_text())
        return cls(AutoModelForCausalLM.from_pretrained(folder), tokenizer, info["max_length"], info["classes"]).plain()


@torch.no_grad()
def losses(model: LabelLanguageModel, texts: Sequence[str], labels: Sequence[int], batch_size: int = 64) -> tuple[Tensor, Tensor]:
    """What each text costs: the sum of its tokens' negative log-likelihoods, float64 (n,), and how many tokens, int64 (n,)."""
    model.network.eval()
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    cost, tokens = torch.zeros(len(texts), dtype=torch.float64), torch.zeros(len(texts), dtype=torch.int64)
    for at in range(0, len(order), batch_size):
        rows = order[at : at + batch_size]
        picked, counted, _ = model.log_probs([texts[row] for row in rows], [labels[row] for row in rows])
        cost[rows], tokens[rows] = -picked.double().sum(1).cpu(), counted.sum(1).cpu()
    return cost, tokens


def scored_characters(model: LabelLanguageModel, texts: Sequence[str]) -> int:
    """Characters of texts as far as the model reads them."""
    ids = model.tokenizer(list(texts), add_special_tokens=False)["input_ids"] if texts else []
    read = [
        len(text) if len(own) <= model.max_length else len(model.tokenizer.decode(own[: model.max_length]))
        for text, own in zip(texts, ids, strict=True)
    ]
    return sum(read)


def perplexity(model: LabelLanguageModel, texts: Sequence[str], labels: Sequence[int]) -> float:
    """exp of the mean loss a token of texts under their labels."""
    cost, tokens = losses(model, texts, labels)
    return math.exp(min(float(cost.sum()) / max(int(tokens.sum()), 1), 700.0))  # beyond it a double overflows
