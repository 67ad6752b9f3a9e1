"""The user's classifier of clips, pretrained or from nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from augmint.audio.clips import AUDIO, LENGTH
from augmint.audio.models.config import model_config
from augmint.audio.models.extractor import heard, load_extractor, sampling_rate_of, scratch_extractor, window_values
from augmint.audio.models.features import features, mixes_padding
from augmint.core.interfaces import Batch, select

DEFAULT_SCRATCH: dict[str, Any] = {
    "model_type": "wav2vec2-bert",
    "hidden_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 192,
    "output_hidden_size": 96,
    "feature_projection_input_dim": 160,
    "classifier_proj_size": 96,
    "use_weighted_layer_sum": False,
    "initializer_range": 0.1,
    "position_embeddings_type": "relative_key",
    "left_max_position_embeddings": 32,
    "right_max_position_embeddings": 8,
    "layerdrop": 0.0,
}


def classifier_config(model: Mapping[str, Any], label_names: Sequence[str], seconds: float) -> Any:
    """The config for these classes, and for clips of up to `seconds`. Raises UserError where the section names no classifier."""
    from transformers import AutoModelForAudioClassification

    labels = {"id2label": dict(enumerate(label_names)), "label2id": {name: i for i, name in enumerate(label_names)}}
    given = model.get("scratch") or DEFAULT_SCRATCH
    kind = given.get("model_type") if isinstance(given, Mapping) else None
    window = {} if model.get("name_or_path") else {
        key: value for key, value in window_values(str(kind), seconds).items() if key not in given
    }  # fmt: skip
    kinds, example = [AutoModelForAudioClassification], "Wav2Vec2, AST, Whisper"
    return model_config(model, kinds, DEFAULT_SCRATCH, "classify clips", example, values={**labels, **window})


def window_of(model: Mapping[str, Any], label_names: Sequence[str], seconds: float) -> int | None:
    """Samples that the recipe's model hears of a clip, or None where it hears all; a scratch model that is sized for clips of up to
    `seconds`. Loads no weights. Raises UserError as `classifier_config` does."""
    config, name = classifier_config(model, label_names, seconds), model.get("name_or_path")
    return heard(config, load_extractor(str(name)) if name else scratch_extractor(config, sampling_rate_of(model)))


class ClipClassifier:
    """A network and the feature extractor that belongs to it.

    Args:
        network: an `AutoModelForAudioClassification`.
        extractor: its feature extractor.
    """

    def __init__(self, network: nn.Module, extractor: Any) -> None:
        self.network, self.extractor = network, extractor
        self._alone = mixes_padding(network)

    @classmethod
    def build(cls, model: Mapping[str, Any], label_names: Sequence[str], seconds: float, seed: int) -> ClipClassifier:
        """A fresh classifier, initialised from `seed`. Raises UserError as `classifier_config` does."""
        from transformers import AutoModelForAudioClassification

        config = classifier_config(model, label_names, seconds)
        name = model.get("name_or_path")
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            if name:
                network = AutoModelForAudioClassification.from_pretrained(name, config=config, ignore_mismatched_sizes=True)
            else:
                network = AutoModelForAudioClassification.from_config(config)
        extractor = load_extractor(str(name)) if name else scratch_extractor(config, sampling_rate_of(model))
        return cls(network, extractor)

    def inputs(self, batch: Batch) -> dict[str, Tensor]:
        """What the network takes of encoded rows, on the CPU."""
        return features(self.extractor, batch[AUDIO], batch[LENGTH])

    def _run(self, given: Mapping[str, Tensor], **more: Any) -> Any:
        device = next(self.network.parameters()).device
        return self.network(**{name: value.to(device) for name, value in given.items()}, **more)

    @torch.no_grad()
    def logits(self, batch: Batch) -> Tensor:
        """float32 (n, classes), on the CPU."""
        self.network.eval()
        found = [self._run(self.inputs(part)).logits.float().cpu() for part in self._parts(batch)]
        return torch.cat(found)

    @torch.no_grad()
    def embed(self, batch: Batch) -> Tensor:
        """The last hidden state averaged over the clip's own frames, float32 (n, dim), on the CPU."""
        self.network.eval()
        return torch.cat([self._embed(part) for part in self._parts(batch)])

    def _parts(self, batch: Batch) -> list[Batch]:
        """What is answered at once: clip by clip where the answer depends on the padding behind a clip."""
        if not self._alone or len(batch[AUDIO]) < 2:
            return [batch]
        rows = [select(batch, slice(row, row + 1)) for row in range(len(batch[AUDIO]))]
        return [{**one, AUDIO: one[AUDIO][:, : int(one[LENGTH])]} for one in rows]

    def _embed(self, batch: Batch) -> Tensor:
        given = self.inputs(batch)
        hidden: Tensor = self._run(given, output_hidden_states=True).hidden_states[-1].float().cpu()
        mask = given.get("attention_mask")
        if mask is None or mask.shape[1] < hidden.shape[1]:
            return hidden.mean(1)
        # Waves are masked by sample and mels by frame; hidden states come in a fixed ratio to either.
        part = mask.float().mean(1)
        kept = (torch.arange(hidden.shape[1]) < (part * hidden.shape[1]).ceil()[:, None]).float()[..., None]
        return (hidden * kept).sum(1) / kept.sum(1)

    def save_pretrained(self, directory: Path) -> None:
        """As Transformers writes it, so that its auto classes read it."""
        self.network.save_pretrained(directory)  # type: ignore[operator]
        self.extractor.save_pretrained(directory)

    @classmethod
    def from_pretrained(cls, directory: Path) -> ClipClassifier:
        """What `save_pretrained` wrote."""
        from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

        network = AutoModelForAudioClassification.from_pretrained(directory)
        return cls(network, AutoFeatureExtractor.from_pretrained(directory))
