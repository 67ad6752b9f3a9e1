"""What the audio ops share: how they draw, and how a batch is taken apart into clips and put together again.

An op changes one clip at a time, cut to its true length. Row i of a result then has the same bits whatever the other rows are and
however wide the batch is, every length follows by itself, and one clip stays in the processor's cache while it is worked on.
Nothing an op draws depends on the sound: a few uniform numbers and a seed for each row.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor

from augmint.audio.clips import AUDIO, LENGTH
from augmint.audio.surroundings import Surroundings
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Op, RowRandom

TASKS = ("speech-recognition", "audio-classification")
_SEEDS = 2**53


@dataclass(frozen=True)
class Setting:
    """What ops know beside the rows.

    Attributes:
        sampling_rate: samples a second, of every clip.
        surroundings: noise and rooms of recordings, for ops that take after them.

    Raises:
        UserError: the rate is no whole number of 1000 or more.
    """

    sampling_rate: int = 16000
    surroundings: Surroundings = field(default_factory=Surroundings)

    def __post_init__(self) -> None:
        rate = self.sampling_rate
        if isinstance(rate, bool) or not isinstance(rate, int) or rate < 1000:
            raise UserError(f"The sampling rate is {rate!r}.", where="audio ops", fix="Give samples a second, such as 16000.")


class Draw(NamedTuple):
    """What was drawn for one row: its strength in [0, 1], uniform numbers in [0, 1) and a seed."""

    magnitude: float
    unit: tuple[float, ...] = ()
    seed: int = 0


def check_audio(batch: Batch, where: str = "audio policy") -> tuple[Tensor, Tensor]:
    """The batch's clips and their lengths.

    Raises:
        UserError: unless "audio" is int16 or floating point (n, L) and "audio_length" says (n,) lengths of at most L.
    """
    audio, length = batch.get(AUDIO), batch.get(LENGTH)
    if audio is None or length is None:
        raise UserError(f"The batch has no {AUDIO!r} with {LENGTH!r}.", where=where, fix=f"It has {sorted(batch)}.")
    if audio.ndim != 2 or not (audio.dtype == torch.int16 or audio.is_floating_point()):
        raise UserError(
            f"{AUDIO!r} has shape {tuple(audio.shape)} and type {audio.dtype}.",
            where=where,
            fix="Give one channel, int16 or floating point in about [-1, 1], of shape (n, samples).",
        )
    if length.shape != audio.shape[:1] or (len(length) and not 0 <= int(length.min()) <= int(length.max()) <= audio.shape[1]):
        raise UserError(
            f"{LENGTH!r} does not fit {AUDIO!r} of shape {tuple(audio.shape)}.",
            where=where,
            fix="Give the true number of samples of every clip.",
        )
    return audio, length


def empty(like: Tensor, rows: int, width: int) -> Tensor:
    """Memory for clips of the type and on the device of `like`, (rows, width)."""
    if like.device.type == "cpu" and like.dtype == torch.float32:
        # NumPy asks the system for large pages: a batch of some MB is there up to twice as fast.
        return torch.from_numpy(np.empty((rows, width), np.float32))
    return like.new_empty(rows, width)


def written(waves: Sequence[Tensor], like: Batch, width: int) -> Batch:
    """Entries for clips of float32 (length,): at least `width` wide, as wide as the longest, 0 beyond a clip's end."""
    lengths = [len(wave) for wave in waves]
    audio = like[AUDIO]
    out = empty(audio, len(waves), max([width, *lengths]))
    for row, wave, length in zip(out, waves, lengths):
        row[:length] = wave
        row[length:] = 0
    return {AUDIO: out, LENGTH: torch.tensor(lengths, dtype=torch.int64, device=like[LENGTH].device)}


def normals(count: int, seed: int, device: torch.device) -> Tensor:
    """float32 (count,) from N(0, 1), the same for a seed on every device."""
    return torch.randn(count, generator=torch.Generator().manual_seed(seed)).to(device)


def power(wave: Tensor) -> float:
    """Mean square."""
    return float(wave.square().mean())


class AudioOp(Op):
    """An op on clips. Subclasses say what happens to one clip in `change`.

    Attributes:
        name: in policies.
        tasks: where it keeps the transcript or label true; a part of `TASKS`.
        units: how many uniform numbers it draws for a row.
    """

    name: ClassVar[str]
    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    units: ClassVar[int] = 0

    def __init__(self, setting: Setting | None = None) -> None:
        self.setting = setting or Setting()

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        """`magnitude` float32 (n,), `unit` float64 (n, units) and `seed` int64 (n,), on the CPU. The batch is not read."""
        whole = rng.integers(_SEEDS, 1 + self.units).cpu()
        return {"magnitude": magnitude.detach().float().cpu().clone(), "unit": whole[:, 1:] / _SEEDS, "seed": whole[:, 0].clone()}

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        """The augmented rows. "audio" gets wider where a clip outgrows it, and stays as wide where none does.

        Raises:
            UserError: "audio" is not floating point (policies take int16 too), or its lengths do not fit.
        """
        audio, length = check_audio(batch, self.name)
        if not audio.is_floating_point():
            raise UserError("Ops work on floating point.", where=self.name, fix="Pass int16 through an AudioPolicy.")
        waves = [row[:end] for row, end in zip(audio, length.tolist())]
        changed = [
            self.change(wave.float(), draw) if draw.magnitude > 0 and len(wave) else wave
            for wave, draw in zip(waves, draws_of(parameters))
        ]
        return {**batch, **written(changed, batch, audio.shape[1])}

    @abstractmethod
    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        """The changed clip, float32 (new length,), from float32 (length,) with at least one sample, at a magnitude above 0.
        `wave` itself stays as it is."""


class SameLengthOp(AudioOp):
    """An op that keeps every clip's length, and so writes what becomes of it into the result at once. Subclasses say what that is
    in `write`."""

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        out = torch.empty_like(wave)
        self.write(wave, draw, out)
        return out

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        audio, length = check_audio(batch, self.name)
        if audio.dtype != torch.float32:
            return super().apply(batch, parameters)
        out, width = empty(audio, *audio.shape), audio.shape[1]
        for wave, row, end, draw in zip(audio, out, length.tolist(), draws_of(parameters)):
            if end < width:
                row[end:] = 0
                wave, row = wave[:end], row[:end]
            if draw.magnitude > 0 and end:
                self.write(wave, draw, row)
            else:
                row.copy_(wave)
        return {**batch, AUDIO: out}

    @abstractmethod
    def write(self, wave: Tensor, draw: Draw, out: Tensor) -> None:
        """Fills `out` with what becomes of `wave`, both float32 (length,) with at least one sample, at a magnitude above 0. `wave`
        stays as it is."""


def draws_of(parameters: Batch) -> list[Draw]:
    """One `Draw` for every row of what `AudioOp.draw` gave."""
    columns = (parameters[name].tolist() for name in ("magnitude", "unit", "seed"))
    return [Draw(magnitude, tuple(unit), seed) for magnitude, unit, seed in zip(*columns, strict=True)]
