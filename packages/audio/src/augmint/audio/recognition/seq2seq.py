"""Recognisers that listen to a whole clip and then write: Whisper, Speech2Text, Moonshine and the like."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor

from augmint.audio.models.extractor import load_extractor, scratch_extractor
from augmint.audio.recognition.model import IGNORED, Recognizer
from augmint.audio.recognition.source import check_language
from augmint.audio.recognition.vocabulary import byte_tokenizer, load_tokenizer
from augmint.core.errors import UserError
from augmint.core.evaluation.token_losses import token_losses

_LONGEST = 448  # tokens of a transcript, where the model names no limit of its own
# A model that never comes to an end is cut off: no one speaks faster, even with three bytes a letter and a token a byte.
_TOKENS_A_SECOND, _TOKENS_AT_LEAST = 50, 16
_AROUND = 8  # tokens, at most, that a tokenizer puts around a text; of the text itself it makes no more than it has bytes
_LIMITS = ("max_target_positions", "max_position_embeddings")


class Seq2SeqRecognizer(Recognizer):
    """Any `AutoModelForSpeechSeq2Seq` whose decoder reads token ids. It learns transcripts as they stand, case and punctuation
    included, with spaces squeezed; scoring normalises both sides."""

    kind: ClassVar[str] = "seq2seq"
    lost: ClassVar[str] = "the beginning alone"

    @classmethod
    def build(
        cls, config: Any, name: str | None, transcripts: Sequence[str], sampling_rate: int, language: str | None
    ) -> Seq2SeqRecognizer:
        from transformers import AutoModelForSpeechSeq2Seq, GenerationConfig

        if name:
            tokenizer = load_tokenizer(name)
            if tokenizer is None:
                raise UserError(
                    f"{name!r} has no tokenizer.", where="model.name_or_path", fix="Save its tokenizer in the same folder."
                )
            network = AutoModelForSpeechSeq2Seq.from_pretrained(name, config=config)
            made = cls(network, load_extractor(name), tokenizer)
            made.speak(language)
            return made
        tokenizer = byte_tokenizer()
        for key, value in (("vocab_size", len(tokenizer)), ("pad_token_id", tokenizer.pad_token_id)):
            setattr(config, key, value)
        config.bos_token_id = config.decoder_start_token_id = tokenizer.bos_token_id
        config.eos_token_id = tokenizer.eos_token_id
        network = AutoModelForSpeechSeq2Seq.from_config(config)
        network.generation_config = GenerationConfig(
            pad_token_id=config.pad_token_id,
            bos_token_id=config.bos_token_id,
            eos_token_id=config.eos_token_id,
            decoder_start_token_id=config.decoder_start_token_id,
        )
        return cls(network, scratch_extractor(config, sampling_rate), tokenizer)

    def speak(self, language: str | None) -> None:
        """Train and write in one language, where the model has a choice; None keeps the one that was chosen before.

        Raises:
            UserError: a model of many languages is told none, or one that it does not know.
        """
        generation = self.network.generation_config
        check_language(generation, language)
        if getattr(generation, "is_multilingual", False):
            chosen = language or generation.language
            generation.language, generation.task = chosen, "transcribe"  # `update` would pass over what was not set before
            self.tokenizer.set_prefix_tokens(language=chosen, task="transcribe")

    @property
    def start(self) -> int:
        """The token that the decoder reads first."""
        return int(self.network.config.decoder_start_token_id)

    @property
    def max_tokens(self) -> int:
        """Tokens that the decoder has places for."""
        config = getattr(self.network.config, "text_config", self.network.config)
        return next((int(getattr(config, name)) for name in _LIMITS if isinstance(getattr(config, name, None), int)), _LONGEST)

    def labels(self, texts: Sequence[str]) -> Tensor:
        """Tokens as the tokenizer wraps them, without the first where that is the decoder's start, and closed by the end token."""
        end, rows = self.tokenizer.eos_token_id, []
        for text in texts:
            ids = self._tokens(text)[: self.max_tokens - 1]
            rows.append(torch.tensor(ids if ids[-1:] == [end] else [*ids, end]))
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=IGNORED)

    def _tokens(self, text: str) -> list[int]:
        ids = list(self.tokenizer(" ".join(unicodedata.normalize("NFC", text).split())).input_ids)
        return ids[1:] if ids[:1] == [self.start] else ids

    def too_short(self, length: int, text: str) -> bool:
        """The decoder has so many places, whatever the clip's length."""
        return len(text.encode()) >= self.max_tokens - _AROUND and len(self._tokens(text)) > self.max_tokens

    def decoder_inputs(self, labels: Tensor) -> Tensor:
        """What the decoder reads to write `labels`: the same, one place later."""
        shifted = torch.cat([torch.full_like(labels[:, :1], self.start), labels[:, :-1]], 1)
        filling = self.network.config.pad_token_id
        return shifted.masked_fill(shifted == IGNORED, self.tokenizer.eos_token_id if filling is None else filling)

    def row_losses(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """The cross-entropy a token."""
        labels = inputs["labels"]
        output = self.network(**self.for_network(inputs), decoder_input_ids=self.decoder_inputs(labels), use_cache=False)
        losses = token_losses(output.logits, labels)
        return losses.sum(1) / (labels != IGNORED).sum(1).clamp(min=1)

    def inputs(self, audio: Tensor, lengths: Tensor, texts: Sequence[str] | None = None) -> dict[str, Tensor]:
        """As for every recogniser, and "room" int64 (n,): the tokens that a clip of its length can have."""
        room = _TOKENS_AT_LEAST + lengths * _TOKENS_A_SECOND // self.sampling_rate
        return {**super().inputs(audio, lengths, texts), "room": room.clamp(max=self.max_tokens - 8)}

    def written(self, inputs: Mapping[str, Tensor]) -> list[str]:
        settings = copy.deepcopy(self.network.generation_config)
        settings.update(max_length=None, max_new_tokens=int(inputs["room"].max()), num_beams=1, do_sample=False)
        with without_warnings():
            ids = self.network.generate(**self.for_network(inputs), generation_config=settings)
        rows = [row[:count] for row, count in zip(ids.tolist(), inputs["room"].tolist(), strict=True)]
        return [text.strip() for text in self.tokenizer.batch_decode(rows, skip_special_tokens=True)]


@contextmanager
def without_warnings() -> Iterator[None]:
    """Writing reports settings that it completes by itself; it goes on as it should."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)
