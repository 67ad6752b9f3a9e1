"""Rows as the adversarial trainer takes them: windows of one length."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from augmint.audio.wavegan.window import fit
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch


class WaveRows(TorchDataset[Batch]):
    """`{"audio": float32 (samples,) in [-1, 1], "audio_length": int64 (), "label": int64 ()}` each, or whole batches.

    Clips begin where the window begins; what is longer is cut and what is shorter is padded with silence.

    Args:
        audio: int16 (n, L), 0 beyond a clip's end.
        length: int64 (n,), true samples.
        label: int64 (n,), or None where there are no classes.
        samples: the window.

    Raises:
        UserError: audio is not int16, or the parts differ in their number of rows.

    Example:
        >>> rows = WaveRows(torch.full((2, 3), 16384, dtype=torch.int16), torch.tensor([3, 2]), None, 4)
        >>> rows[1]["audio"].tolist()
        [0.5, 0.5, 0.0, 0.0]
    """

    def __init__(self, audio: Tensor, length: Tensor, label: Tensor | None, samples: int) -> None:
        if audio.dtype != torch.int16:
            raise UserError(f"Audio is {audio.dtype}.", where="WaveRows", fix="Give int16 samples.")
        counts = {len(audio), len(length), len(audio if label is None else label)}
        if len(counts) > 1:
            raise UserError(f"Numbers of rows differ: {sorted(counts)}.", where="WaveRows", fix="Give one length and label a clip.")
        self.audio, self.length = fit(audio, length, samples)
        self.label = label

    def __len__(self) -> int:
        return len(self.audio)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        at = torch.as_tensor(indices, dtype=torch.int64)
        batch = {"audio": self.audio[at].float() / 32768, "audio_length": self.length[at]}
        return batch if self.label is None else {**batch, "label": self.label[at]}

    def __getitem__(self, index: int) -> Batch:
        return {name: tensor[0] for name, tensor in self.__getitems__([index]).items()}
