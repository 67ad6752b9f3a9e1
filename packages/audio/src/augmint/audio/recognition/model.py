"""A speech recogniser that can be fine-tuned: what every task, arm and filter asks of it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from augmint.audio.models.features import features, mixes_padding
from augmint.core.errors import UserError
from augmint.core.minting.torch_state import evaluating

INFO = "augmint_recognizer.json"
IGNORED = -100
_NOT_FOR_NETWORK = ("labels", "frames", "room", "weights")


class Recognizer(ABC):
    """A network of Transformers', its feature extractor and its tokenizer.

    Attributes:
        network: a `PreTrainedModel`.
        extractor: a feature extractor of Transformers'.
        tokenizer: of transcripts.
        alone: whether clips are read one by one, since an answer would depend on the padding behind a clip.
        lost: what is learnt of transcripts that are too long, in words.
    """

    kind: ClassVar[str]
    lost: ClassVar[str] = "nothing"

    def __init__(self, network: Any, extractor: Any, tokenizer: Any) -> None:
        self.network, self.extractor, self.tokenizer = network, extractor, tokenizer
        self.alone = mixes_padding(network)

    @classmethod
    @abstractmethod
    def build(
        cls, config: Any, name: str | None, transcripts: Sequence[str], sampling_rate: int, language: str | None
    ) -> Recognizer:
        """The pretrained model `name`, or a fresh one of that config; see `build_recognizer`."""

    @abstractmethod
    def labels(self, texts: Sequence[str]) -> Tensor:
        """What the network shall write, int64 (n, T), filled up with -100, on the CPU."""

    @abstractmethod
    def row_losses(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """The loss of every row a unit of its transcript, float32 (n,), of `inputs` with texts, on the network's device."""

    @abstractmethod
    def written(self, inputs: Mapping[str, Tensor]) -> list[str]:
        """What the network, in evaluation mode, hears in `inputs`, greedily."""

    @property
    def sampling_rate(self) -> int:
        """Samples a second of the clips it reads."""
        return int(self.extractor.sampling_rate)

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device  # type: ignore[no-any-return]

    def inputs(self, audio: Tensor, lengths: Tensor, texts: Sequence[str] | None = None) -> dict[str, Tensor]:
        """What the network is given, on the CPU.

        Args:
            audio: float32 (n, L) in [-1, 1] at `sampling_rate`.
            lengths: int64 (n,), true samples; what lies beyond them is not read.
            texts: transcripts, or None where nothing is to be learnt.

        Returns:
            the feature extractor's tensors, and "labels" int64 (n, T) where texts are given (see `labels`).
        """
        given = features(self.extractor, audio, lengths)
        return given if texts is None else {**given, "labels": self.labels(texts)}

    def on_device(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The same tensors where the network is."""
        return {name: tensor.to(self.device) for name, tensor in inputs.items()}

    def for_network(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Those of the tensors that are the network's arguments."""
        return {name: tensor for name, tensor in inputs.items() if name not in _NOT_FOR_NETWORK}

    @torch.no_grad()
    def transcribe(self, audio: Tensor, lengths: Tensor, batch_size: int = 32) -> list[str]:
        """What it hears, greedily, one text a clip; a clip's text does not depend on the other clips.

        Args:
            audio: float32 (n, L) in [-1, 1] at `sampling_rate`.
            lengths: int64 (n,), true samples.
            batch_size: clips at once. Clips of alike length go together; models whose answer depends on padding read them alone.
        """
        texts = [""] * len(lengths)
        size = 1 if self.alone else batch_size
        with evaluating(self.network):
            for rows in torch.argsort(lengths, stable=True).split(size):
                some = self.inputs(audio[rows, : int(lengths[rows].max())], lengths[rows])
                for row, text in zip(rows.tolist(), self.written(self.on_device(some)), strict=True):
                    texts[row] = text
        return texts

    def too_short(self, length: int, text: str) -> bool:
        """Whether the model cannot answer with the whole transcript after a clip of so many samples."""
        return False

    def save_pretrained(self, directory: Path | str) -> None:
        """Network, feature extractor and tokenizer as plain Transformers loads them; augmint's own file last."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        for part in (self.network, self.extractor, self.tokenizer):
            part.save_pretrained(folder)
        (folder / INFO).write_text(json.dumps({"kind": self.kind}))


def load_recognizer(directory: Path | str) -> Recognizer:
    """What `save_pretrained` wrote. Raises UserError where it is not there."""
    if not (Path(directory) / INFO).is_file():
        raise UserError(f"There is no recogniser of augmint's in {str(directory)!r}.", fix=f"The folder must hold {INFO}.")
    return build_recognizer({"name_or_path": str(directory)}, ())


def build_recognizer(
    model: Mapping[str, Any], transcripts: Sequence[str], sampling_rate: int = 16_000, seed: int = 0
) -> Recognizer:
    """A recogniser, pretrained or fresh, initialised from `seed`; the global random state stays as it was.

    Args:
        model: the recipe's section: `{"name_or_path": hub id or folder}`, `{"scratch": {"model_type": ..., **config}}`, or {} for
            a small CTC model from nothing. Any `AutoModelForCTC` or `AutoModelForSpeechSeq2Seq` will do. "language" is the code
            of what a model of many languages shall write, "window_seconds" what a Whisper shall hear instead of its 30 s.
        transcripts: training transcripts; the vocabulary of a model without one is made of their characters.
        sampling_rate: of a fresh model, in Hz, where it leaves a choice (see `Recognizer.sampling_rate`).
        seed: of fresh weights.

    Raises:
        UserError: a key is unknown, the model cannot be loaded, it transcribes no speech, or it cannot hear such a window.
    """
    from transformers import AutoModelForCTC

    from augmint.audio.recognition.ctc import CTCRecognizer
    from augmint.audio.recognition.seq2seq import Seq2SeqRecognizer
    from augmint.audio.recognition.source import check_language, recogniser_config
    from augmint.audio.recognition.window import KEY, narrow, window_of

    config, window = recogniser_config(model), window_of(model)
    ctc = type(config) in AutoModelForCTC._model_mapping
    kind = CTCRecognizer if ctc else Seq2SeqRecognizer
    if ctc or not model.get("name_or_path"):  # what it writes, only a pretrained writer can be told
        check_language(None, model.get("language"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        made = kind.build(config, model.get("name_or_path"), transcripts, sampling_rate, model.get("language"))
    if window is not None and model.get(KEY) is not None:
        made.extractor = narrow(made.network, made.extractor, int(window))
    return made
