"""The user's encoder-decoder: any `AutoModelForSeq2SeqLM`, pretrained or from a scratch config, with its tokenizer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import AddedToken
from torch import Tensor

from augmint.core.errors import UserError
from augmint.text.models.encoding import encode
from augmint.text.models.tokenizer import DEFAULT_VOCAB_SIZE, TAG, train_tokenizer
from augmint.text.seq2seq.config import Seq2SeqSource, seq2seq_config
from augmint.text.seq2seq.languages import language_ids, told_tokenizer
from augmint.text.seq2seq.limit import LengthLimit

__all__ = ["Seq2SeqModel", "Seq2SeqSource"]

INFO = "augmint_seq2seq.json"
IGNORED = -100


@dataclass
class Seq2SeqModel:
    """A network, its tokenizer, and how texts are given to it.

    Attributes:
        network: a `PreTrainedModel` with a language-modelling head over its decoder.
        tokenizer: of both sides.
        source: prefix, language codes and lengths.
        limit: how many tokens are written; training fits it to the pairs.
    """

    network: Any
    tokenizer: Any
    source: Seq2SeqSource
    limit: LengthLimit = field(default_factory=LengthLimit)

    @classmethod
    def build(cls, source: Seq2SeqSource, texts: Sequence[str], seed: int) -> Seq2SeqModel:
        """The pretrained model, or a fresh one initialised from `seed` with a tokenizer trained on `texts`.

        Raises:
            UserError: the model cannot be loaded, is no encoder-decoder, or does not know the languages.
        """
        from transformers import AutoModelForSeq2SeqLM

        with torch.random.fork_rng():
            torch.manual_seed(seed)
            if source.name_or_path:
                config = seq2seq_config(source, {})
                network = AutoModelForSeq2SeqLM.from_pretrained(source.name_or_path, config=config)
                tokenizer = told_tokenizer(source)
            else:
                tokenizer = train_tokenizer(texts, int((source.scratch or {}).get("vocab_size", DEFAULT_VOCAB_SIZE)))
                special = {
                    "pad_token_id": tokenizer.pad_token_id,
                    "eos_token_id": tokenizer.eos_token_id,
                    "decoder_start_token_id": tokenizer.pad_token_id,
                    "vocab_size": len(tokenizer),
                }
                network = AutoModelForSeq2SeqLM.from_config(seq2seq_config(source, special))
        _plain_generation(network, tokenizer, source)
        return cls(network, tokenizer, source)

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device  # type: ignore[no-any-return]

    def add_tag(self, seed: int) -> None:
        """Let the tokenizer know the mark of generated sources as one token."""
        if TAG in self.tokenizer.get_vocab():
            return
        self.tokenizer.add_tokens([AddedToken(TAG, special=True, normalized=False)], special_tokens=True)
        size = int(self.network.get_input_embeddings().num_embeddings)
        needed = int(self.tokenizer.convert_tokens_to_ids(TAG)) + 1
        if needed > size:  # many checkpoints have more embeddings than their tokenizer has tokens
            with torch.random.fork_rng():
                torch.manual_seed(seed)
                self.network.resize_token_embeddings(needed, mean_resizing=False)

    def token_counts(self, texts: Sequence[str]) -> np.ndarray:
        """Tokens of every text as the encoder reads it, less the prefix, int64 (n,)."""
        if not texts:
            return np.zeros(0, dtype=np.int64)
        ids = self.tokenizer(
            list(texts), truncation=True, max_length=self.source.max_length, split_special_tokens=True
        )["input_ids"]
        return np.array([len(row) for row in ids], dtype=np.int64)

    def inputs(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """What the encoder reads: "input_ids" and "attention_mask", int64 (n, L), at most `max_length` tokens a text."""
        return {name: tensor.to(self.device) for name, tensor in self.encoded(texts).items()}

    def encoded(self, texts: Sequence[str], tagged: Sequence[bool] = ()) -> dict[str, Tensor]:
        """The same on the CPU, as worker processes make it.

        Args:
            texts: what is read.
            tagged: which of them get the mark of generated sources (see `add_tag`); () for none.
        """
        prefix = self.source.source_prefix
        # A prefix may be a token of the model's, as MADLAD's <2de>; it goes with the text, as the model knows it.
        plain = not any(token in prefix for token in self.tokenizer.all_special_tokens)
        mark = self.tokenizer.convert_tokens_to_ids(TAG) if any(tagged) else None
        marks = [mark if tag else None for tag in tagged]
        return encode(self.tokenizer, [prefix + text for text in texts], self.source.max_length, marks, plain=plain)

    def labels(self, texts: Sequence[str]) -> Tensor:
        """What the decoder shall write, int64 (n, L), filled up with -100."""
        return self.encoded_labels(texts).to(self.device)

    def encoded_labels(self, texts: Sequence[str]) -> Tensor:
        """The same on the CPU."""
        encoded = self.tokenizer(
            text_target=list(texts),
            truncation=True,
            max_length=self.source.max_length,
            padding=True,
            return_tensors="pt",
            split_special_tokens=True,
        )
        ids: Tensor = encoded["input_ids"]
        return ids.masked_fill(encoded["attention_mask"] == 0, IGNORED)

    def texts(self, ids: Tensor) -> list[str]:
        """The texts of written tokens, int64 (n, L)."""
        decoded = self.tokenizer.batch_decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return [text.strip() for text in decoded]

    def decoder_inputs(self, labels: Tensor) -> dict[str, Tensor]:
        """What the decoder reads to write `labels`; a model given labels themselves would take a cross-entropy of its own too."""
        shift = getattr(self.network, "prepare_decoder_input_ids_from_labels", None)
        if shift is not None:
            return {"decoder_input_ids": shift(labels)}
        if self.network.config.model_type != "m2m_100":
            return {"labels": labels}
        first = torch.full_like(labels[:, :1], self.network.config.decoder_start_token_id)
        shifted = torch.cat([first, labels[:, :-1]], 1)
        return {"decoder_input_ids": shifted.masked_fill(shifted == IGNORED, self.network.config.pad_token_id)}

    def forward(self, inputs: Mapping[str, Tensor], labels: Tensor, **more: Any) -> Any:
        """The network's output for writing `labels`, with logits float (n, L, V)."""
        return self.network(**inputs, **self.decoder_inputs(labels), **more)

    def log_probs(self, inputs: Mapping[str, Tensor], labels: Tensor, **more: Any) -> tuple[Tensor, Any]:
        """Log-probability of every label token, float32 (n, L), 0 where there is none; and the network's output."""
        output = self.forward(inputs, labels, **more)
        logits = output.logits.float()
        picked = logits.gather(2, labels.clamp(min=0)[..., None]).squeeze(2) - logits.logsumexp(2)
        return picked.masked_fill(labels == IGNORED, 0.0), output

    def save_pretrained(self, directory: Path | str) -> None:
        """Network, tokenizer and how texts are given to it; plain Transformers loads the first two."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.network.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        kept = {**asdict(self.source), "name_or_path": None, "scratch": None, "limit": asdict(self.limit)}
        (folder / INFO).write_text(json.dumps(kept, indent=1))

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Seq2SeqModel:
        """What `save_pretrained` wrote. Raises UserError where it is not there."""
        folder = Path(directory)
        if not (folder / INFO).is_file():
            raise UserError(f"There is no model of augmint's in {str(folder)!r}.", fix=f"The folder must hold {INFO}.")
        kept = json.loads((folder / INFO).read_text())
        limit = LengthLimit(**kept.pop("limit", {}))  # older folders have none
        made = cls.build(Seq2SeqSource(**{**kept, "name_or_path": str(folder)}), (), 0)
        made.limit = limit
        return made


def _plain_generation(network: Any, tokenizer: Any, source: Seq2SeqSource) -> None:
    """Checkpoints bring generation settings of their own (beams, bans): decoding says itself what it wants."""
    from transformers import GenerationConfig

    config = network.config
    forced = language_ids(tokenizer).get(source.tgt_lang or "")
    old: Any = network.generation_config
    network.generation_config = GenerationConfig(
        pad_token_id=config.pad_token_id,
        eos_token_id=config.eos_token_id,
        forced_bos_token_id=forced,
        decoder_start_token_id=getattr(config, "decoder_start_token_id", None) or getattr(old, "decoder_start_token_id", None),
        bad_words_ids=getattr(old, "bad_words_ids", None),
        num_beams=1,
        do_sample=False,
    )
    if network.generation_config.decoder_start_token_id is None:
        network.generation_config.decoder_start_token_id = config.pad_token_id
