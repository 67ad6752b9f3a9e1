"""Clips as a model's feature extractor gives them to the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from augmint.audio.clips import to_float
from augmint.audio.models.fbank import fbank

_SHORTEST = 0.1  # seconds; shorter clips are followed by silence up to here, for convolutions need room


def features(extractor: Any, audio: Tensor, lengths: Tensor) -> dict[str, Tensor]:
    """Clips int16 or float32 (n, L) of true `lengths` int64 (n,) as the network's tensors, on the CPU.

    A clip's features depend on it alone. Extractors with a window (Whisper, AST) fill it; others pad with 0 to the longest clip and
    give a mask where the model takes one.
    """
    shortest = math.ceil(_SHORTEST * extractor.sampling_rate)
    clips: list[np.ndarray] = []
    for row, length in zip(to_float(audio.cpu()), lengths.tolist(), strict=True):
        clip = row[:length].numpy()
        clips.append(np.pad(clip, (0, shortest - length)) if length < shortest else clip)
    kind = type(extractor).__name__
    if kind == "SeamlessM4TFeatureExtractor":
        return fbank(extractor, clips)
    settings: dict[str, Any] = {"padding": True}
    if kind == "ASTFeatureExtractor":
        settings = {}
    elif hasattr(extractor, "chunk_length"):  # Whisper: one width for all, and no mask
        settings = {"padding": "max_length"}
    elif "input_values" not in extractor.model_input_names or getattr(extractor, "do_normalize", False):
        settings["return_attention_mask"] = True  # without it padding would count in a raw wave's mean and variance
    found = extractor(clips, sampling_rate=extractor.sampling_rate, return_tensors="pt", **settings)
    tensors = {name: tensor for name, tensor in found.items() if isinstance(tensor, Tensor)}
    if "input_values" in tensors and not getattr(extractor, "return_attention_mask", True):
        tensors.pop("attention_mask", None)  # such a model is trained without
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


def spans(extractor: Any, inputs: Mapping[str, Tensor], lengths: Tensor) -> Tensor:
    """How many steps of the network's input belong to each clip, int64 (n,): frames, or samples of a raw wave."""
    if "attention_mask" in inputs:
        return inputs["attention_mask"].sum(1).long()
    shortest = math.ceil(_SHORTEST * extractor.sampling_rate)
    if "input_values" in inputs:
        return lengths.clamp(min=shortest).long()
    return torch.full_like(lengths, inputs["input_features"].shape[1]).long()


def mixes_padding(network: nn.Module) -> bool:
    """Whether a clip's answer depends on the padding behind it: norms over all of a clip's samples know no mask."""
    return any(isinstance(module, nn.GroupNorm) for module in network.modules())
