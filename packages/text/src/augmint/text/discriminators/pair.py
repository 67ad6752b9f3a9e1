"""Is this source what a person would have written for this target? A cross-encoder made of a translation model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from augmint.core.adversarial.tensors import module_tensors, write_tensors
from augmint.core.interfaces import Batch, Discriminator
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.text.seq2seq import Seq2SeqModel, Seq2SeqSource
from augmint.text.seq2seq.languages import told_tokenizer

INFO = "augmint_discriminator.json"
_HIDDEN = 64
BATCH = 64
"""Pairs that are scored together."""


class PairScorer(nn.Module):
    """One member: the translation model reads the target, follows the source, and a small head says how real the pair is.

    The head sees the decoder's last states, averaged over the source's tokens, and the mean and least log-probability of those
    tokens: what the model of the pair already knows of adequacy, which no fresh network learns from a few thousand pairs.

    Args:
        model: reads targets, writes sources; trained on other pairs than the scorer will be.
    """

    def __init__(self, model: Seq2SeqModel) -> None:
        super().__init__()
        self.model, self.network = model, model.network
        width = int(getattr(model.network.config, "d_model", 0) or model.network.config.hidden_size)
        self.head = nn.Sequential(nn.LayerNorm(width + 2), nn.Linear(width + 2, _HIDDEN), nn.GELU(), nn.Linear(_HIDDEN, 1))
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("bias", torch.zeros(()))
        self.scale: Tensor
        self.bias: Tensor

    def forward(self, sources: Sequence[str], targets: Sequence[str]) -> Tensor:
        """Calibrated log-odds that the pair is real, float32 (n,)."""
        labels = self.model.labels(sources)
        inputs = self.model.inputs(targets)
        picked, output = self.model.log_probs(inputs, labels, output_hidden_states=True)
        tokens = labels >= 0
        count = tokens.sum(1, keepdim=True).clamp(min=1)
        states = (output.decoder_hidden_states[-1].float() * tokens[..., None]).sum(1) / count
        mean = picked.sum(1, keepdim=True) / count
        least = picked.amin(1, keepdim=True)
        raw = self.head(torch.cat([states, mean, least / 4], 1)).squeeze(1)
        return raw * self.scale + self.bias


class PairDiscriminator(Discriminator):
    """The mean log-odds of its members, each trained on another part of the training pairs (cross-fitting).

    Args:
        members: at least one.

    Batches hold "source" and "target" with their lengths (see `augmint.core.interfaces.strings`).

    Source: Junczys-Dowmunt 2018, "Dual conditional cross-entropy filtering of noisy parallel corpora" (likelihoods as evidence);
    Chernozhukov et al. 2018, "Double/debiased machine learning" (cross-fitting); Guo et al. 2017, "On calibration of modern neural
    networks".
    """

    modality: ClassVar[str] = "text"

    def __init__(self, members: Sequence[PairScorer]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, batch: Batch) -> Tensor:
        texts = [to_strings(batch[role], batch[length_key(role)]) for role in ("source", "target")]
        return self.log_odds(texts[0], texts[1])

    def log_odds(self, sources: Sequence[str], targets: Sequence[str]) -> Tensor:
        """Calibrated log-odds that each pair is real, float32 (n,); without gradients in batches of alike lengths, so that little
        is computed for padding."""
        if torch.is_grad_enabled():
            return self._mean(sources, targets)
        order = sorted(range(len(sources)), key=lambda row: len(sources[row]) + len(targets[row]))
        parts = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        odds = [self._mean([sources[row] for row in rows], [targets[row] for row in rows]) for rows in parts]
        return torch.cat(odds)[torch.tensor(order, device=odds[0].device).argsort()] if odds else torch.zeros(0)

    def _mean(self, sources: Sequence[str], targets: Sequence[str]) -> Tensor:
        return torch.stack([member(sources, targets) for member in self.members]).mean(0)

    @torch.no_grad()
    def probabilities(self, sources: Sequence[str], targets: Sequence[str]) -> Tensor:
        """Probability that each pair is real, float32 (n,), on the CPU."""
        return self.log_odds(sources, targets).sigmoid().cpu()

    def save_pretrained(self, directory: Path | str, **_: Any) -> None:
        """Weights as safetensors, the members' configs and the tokenizer."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        for number, member in enumerate(self.members):
            scorer: Any = member
            scorer.model.tokenizer.save_pretrained(folder / f"member-{number}")
            scorer.network.config.save_pretrained(folder / f"member-{number}")
            write_tensors(folder / f"member-{number}" / "scorer.safetensors", module_tensors(scorer))
        first: Any = self.members[0]
        source = first.model.source
        kept = {
            "members": len(self.members),
            "max_length": source.max_length,
            "source_prefix": source.source_prefix,
            "src_lang": source.src_lang,
            "tgt_lang": source.tgt_lang,
        }
        (folder / INFO).write_text(json.dumps(kept, indent=1))

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        """What `save_pretrained` wrote."""
        folder = Path(directory)
        info = json.loads((folder / INFO).read_text())
        return cls([load_scorer(folder / f"member-{number}", info) for number in range(info.pop("members"))])


def load_scorer(folder: Path, info: dict[str, Any]) -> PairScorer:
    """One member from its folder."""
    from transformers import AutoConfig, AutoModelForSeq2SeqLM

    source = Seq2SeqSource(**info, name_or_path=str(folder))
    with torch.random.fork_rng():
        network = AutoModelForSeq2SeqLM.from_config(AutoConfig.from_pretrained(folder))
        scorer = PairScorer(Seq2SeqModel(network, told_tokenizer(source), source))
    scorer.load_state_dict(load_file(folder / "scorer.safetensors"))
    return scorer.eval()
