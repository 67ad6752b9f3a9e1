"""Recognisers that say a character or a blank at every frame: Wav2Vec2, HuBERT, WavLM, Wav2Vec2-BERT, Parakeet and the like."""

from __future__ import annotations

import unicodedata
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from augmint.audio.models.extractor import load_extractor, scratch_extractor
from augmint.audio.models.features import spans
from augmint.audio.recognition.model import IGNORED, Recognizer
from augmint.audio.recognition.texts import normalise
from augmint.audio.recognition.vocabulary import character_tokenizer, load_tokenizer, spelling
from augmint.core.errors import UserError

_SLOW = 10
"""Characters a second at which every model keeps up."""
_FRAME_COUNTS = ("_get_feat_extract_output_lengths", "_get_subsampling_output_length")


class CTCRecognizer(Recognizer):
    """Any `AutoModelForCTC`. Its blank is the config's padding token.

    Transcripts are normalised as they are scored, and put into upper case for a model whose tokens are upper case; a model that
    knows both cases learns transcripts as they stand.

    Source: Graves et al. 2006, "Connectionist temporal classification: labelling unsegmented sequence data with recurrent neural
    networks".
    """

    kind: ClassVar[str] = "ctc"

    def __init__(self, network: Any, extractor: Any, tokenizer: Any) -> None:
        super().__init__(network, extractor, tokenizer)
        self.blank = int(network.config.pad_token_id)
        self._spelling = spelling(tokenizer)

    @classmethod
    def build(
        cls, config: Any, name: str | None, transcripts: Sequence[str], sampling_rate: int, language: str | None
    ) -> CTCRecognizer:
        from transformers import AutoModelForCTC

        tokenizer = load_tokenizer(name) if name else None
        if tokenizer is None:
            if name and any(kind.endswith("ForCTC") for kind in config.architectures or ()):
                raise UserError(
                    f"{name!r} was taught to write, but has no tokenizer.",
                    where="model.name_or_path",
                    fix="Save its tokenizer in the same folder, or name the encoder that it was made of.",
                )
            tokenizer = character_tokenizer([normalise(text) for text in transcripts])
            config.vocab_size, config.pad_token_id = len(tokenizer), tokenizer.pad_token_id
        if name:
            network = AutoModelForCTC.from_pretrained(name, config=config, ignore_mismatched_sizes=True)
            model = cls(network, load_extractor(name), tokenizer)
            model.check_letters(transcripts)
            return model
        return cls(AutoModelForCTC.from_config(config), scratch_extractor(config, sampling_rate), tokenizer)

    def spelt(self, text: str) -> str:
        """The transcript as the model is taught to write it."""
        if self._spelling == "both":
            return " ".join(unicodedata.normalize("NFKC", text).split())
        return normalise(text).upper() if self._spelling == "upper" else normalise(text)

    def check_letters(self, transcripts: Sequence[str]) -> None:
        """Warn of letters in the transcripts that the tokenizer has no token for. Raises UserError where they are most of them."""
        counts = Counter(letter for text in transcripts for letter in self.spelt(text) if letter != " ")
        unknown = [letter for letter in sorted(counts) if self.tokenizer.unk_token_id in self.labels([letter])]
        if not unknown:
            return
        shown, part = " ".join(unknown[:40]), sum(counts[letter] for letter in unknown) / counts.total()
        what = f"The model cannot write {shown}{' ...' if len(unknown) > 40 else ''}, {part:.0%} of the letters of the transcripts."
        if part > 0.5:
            fix = "Name a model of that script, or an encoder without a tokenizer, which is given the transcripts' letters."
            raise UserError(what, where="model.name_or_path", fix=fix)
        warnings.warn(what, stacklevel=2)

    def labels(self, texts: Sequence[str]) -> Tensor:
        ids = [torch.tensor(self.tokenizer(self.spelt(text), add_special_tokens=False).input_ids).long() for text in texts]
        return torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=IGNORED)

    def inputs(self, audio: Tensor, lengths: Tensor, texts: Sequence[str] | None = None) -> dict[str, Tensor]:
        """As for every recogniser, and "frames" int64 (n,): answers that belong to each clip."""
        given = super().inputs(audio, lengths, texts)
        return {**given, "frames": self.frames(spans(self.extractor, given, lengths))}

    def frames(self, steps: Tensor) -> Tensor:
        """How many answers the network gives for so many steps of its input, int64 (n,)."""
        for module in (self.network, *self.network.modules()):
            for name in _FRAME_COUNTS:
                if hasattr(module, name):
                    return getattr(module, name)(steps).long()
        return steps

    def log_probs(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Log-probabilities of the tokens at every frame, float32 (n, T, V)."""
        return self.network(**self.for_network(inputs)).logits.float().log_softmax(-1)

    def row_losses(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """The negative log-likelihood a token. A transcript too long for its clip counts 0 and teaches nothing."""
        spoken, labels = self.log_probs(inputs), inputs["labels"]
        known = labels != IGNORED
        frames, tokens = inputs["frames"].clamp(max=spoken.shape[1]), known.sum(1)
        losses = F.ctc_loss(
            spoken.transpose(0, 1), labels[known], frames, tokens, blank=self.blank, reduction="none", zero_infinity=True
        )
        return losses / tokens.clamp(min=1)

    def written(self, inputs: Mapping[str, Tensor]) -> list[str]:
        best = self.network(**self.for_network(inputs)).logits.argmax(-1).cpu()
        texts = []
        for row, count in zip(best, inputs["frames"].tolist(), strict=True):
            ids = torch.unique_consecutive(row[:count])
            ids = ids[ids != self.blank].tolist()
            texts.append(self.tokenizer.decode(ids, skip_special_tokens=True, group_tokens=False).strip() if ids else "")
        return texts

    def too_short(self, length: int, text: str) -> bool:
        """A CTC path needs a frame a token, and a blank between two that are equal."""
        if len(text) * self.sampling_rate <= _SLOW * length:
            return False
        clip = torch.zeros(1, length)
        frames = int(self.inputs(clip, torch.tensor([length]))["frames"])
        ids = self.labels([text])[0]
        return frames < len(ids) + int((ids[1:] == ids[:-1]).sum())
