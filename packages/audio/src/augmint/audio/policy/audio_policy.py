"""The policy of audio: stages of ops, and how generated rows are made."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from augmint.audio.ops import AudioOp, Draw, FilterOp, Setting, check_audio, draws_of, filtered, frequencies, get_op, written
from augmint.audio.policy.stage import Stage
from augmint.audio.surroundings import Surroundings
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, MintSettings, Policy, RowRandom, known_keys

_FULL = 32768.0  # int16 levels of 1.0
Step = tuple[AudioOp, Draw]


@dataclass(frozen=True)
class AudioPolicy(Policy):
    """Clips pass the stages in order, each by its own draws.

    Consecutive filters are fused: their gains are multiplied and the clip is filtered once.

    Attributes:
        stages: applied in order; () leaves rows as they are.
        mint: settings of generated rows.
        sampling_rate: of the clips it is given, samples a second: ops that work in Hz and seconds need it.
        surroundings: noise and rooms of recordings, for ops that take after them; part of the JSON, so that a policy is complete
            in itself.

    Example:
        >>> policy = AudioPolicy((Stage({"speed": 1}), Stage({"time_drop": 1})))
        >>> batch = {"audio": torch.zeros(2, 1600, dtype=torch.int16), "audio_length": torch.tensor([1600, 800])}
        >>> policy(batch, RowRandom(0, "doc", rows=[0, 1]))["audio_length"]
        tensor([1778,  728])
        >>> AudioPolicy.from_dict(policy.to_dict()) == policy
        True
    """

    modality: ClassVar[str] = "audio"
    version: ClassVar[int] = 1

    stages: tuple[Stage, ...] = ()
    mint: MintSettings = field(default_factory=MintSettings)
    sampling_rate: int = 16000
    surroundings: Surroundings = field(default_factory=Surroundings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(self.stages))
        Setting(self.sampling_rate, self.surroundings)

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        """New rows: "audio" in the type it had, as wide as the longest, and "audio_length"; other entries as they are.

        int16 rows whose peak would exceed what int16 can hold are scaled down, never clipped; floating-point rows keep their level.

        Raises:
            UserError: "audio" is neither int16 nor floating point of shape (n, L), or "audio_length" does not fit.
        """
        audio, length = check_audio(batch)
        if not self.stages or not len(audio):
            return batch
        whole = audio.dtype == torch.int16
        waves = []
        for row, end, steps in zip(audio, length.tolist(), self._plans(rng, length)):
            wave = row[:end]
            if steps and end:
                wave = _through(wave.float() / _FULL if whole else wave.float(), steps)
                wave = _to_int16(wave) if whole else wave
            waves.append(wave)
        return {**batch, **written(waves, batch, 0)}

    def _plans(self, rng: RowRandom, length: Tensor) -> list[list[Step]]:
        """For every row the ops it passes and what was drawn for them."""
        host = copy.copy(rng)
        host.device = torch.device("cpu")
        setting = Setting(self.sampling_rate, self.surroundings)
        plans: list[list[Step]] = [[] for _ in range(len(length))]
        for position, stage in enumerate(self.stages):
            streams = host.child("stage", position)
            choice, magnitude = stage.draw(streams)
            for at, name in enumerate(stage.ops):
                rows, op = np.flatnonzero(choice == at), get_op(name, setting)
                if not len(rows):
                    continue
                drawn = op.draw(streams.take(rows), magnitude[torch.from_numpy(rows)], {})
                for row, draw in zip(rows, draws_of(drawn)):
                    if draw.magnitude > 0:
                        plans[row].append((op, draw))
        return plans

    def to_dict(self) -> dict[str, Any]:
        return {
            "modality": self.modality,
            "version": self.version,
            "stages": [stage.to_dict() for stage in self.stages],
            "mint": self.mint_dict(),
            "sampling_rate": self.sampling_rate,
            "surroundings": self.surroundings.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> AudioPolicy:
        known_keys(values, {"modality", "version", "stages", "mint", "sampling_rate", "surroundings"}, "An audio policy")
        if values.get("modality", cls.modality) != cls.modality:
            raise UserError(f"This policy is for {values['modality']!r}, not for audio.", where="policy")
        if values.get("version", cls.version) != cls.version:
            raise UserError(
                f"The policy has version {values['version']!r}.", where="policy", fix=f"This augmint reads version {cls.version}."
            )
        stages, mint = values.get("stages", []), values.get("mint", {})
        if not isinstance(stages, (list, tuple)):
            raise UserError(f"The policy's stages are {stages!r}.", where="policy", fix="Give a list of stages.")
        known_keys(mint, set(MintSettings.__dataclass_fields__), "mint")
        return cls(
            tuple(Stage.from_dict(stage) for stage in stages),
            MintSettings.from_dict(mint),
            values.get("sampling_rate", 16000),
            Surroundings.from_dict(values.get("surroundings", {})),
        )


def _through(wave: Tensor, steps: Sequence[Step]) -> Tensor:
    for filters, group in groupby(steps, key=lambda step: isinstance(step[0], FilterOp)):
        if not filters:
            for op, draw in group:
                wave = op.change(wave, draw)
            continue
        gain: Tensor | None = None
        for op, draw in group:
            assert isinstance(op, FilterOp)
            own = op.gain(frequencies(op.setting.sampling_rate), draw)
            gain = own if gain is None else gain * own
        assert gain is not None
        wave = filtered(wave, gain)
    return wave


def _to_int16(wave: Tensor) -> Tensor:
    """Rounded to int16, scaled down first where a peak lies beyond what int16 holds."""
    low, high = (float(end) * _FULL for end in torch.aminmax(wave))
    beyond = max(high / (_FULL - 1), -low / _FULL, 1.0)
    return (wave * (_FULL / beyond)).round_().to(torch.int16)
