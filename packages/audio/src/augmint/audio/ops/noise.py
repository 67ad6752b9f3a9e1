"""Added noise: white, pink, like that of recordings, and babble made of the clip itself. Signal-to-noise ratios run from 30 dB down
to 0 dB."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from augmint.audio.ops.base import AudioOp, Draw, normals, power
from augmint.audio.ops.filters import filtered, frequencies
from augmint.audio.ops.registry import register
from augmint.audio.surroundings import spectrum_gain
from augmint.core.errors import UserError

QUIETEST = 30.0  # dB between the clip and the noise at the weakest
_VOICES = 6


class NoiseOp(AudioOp):
    """Adds noise of the subclass's kind, measured against the mean power of the clip; silence stays silent."""

    @abstractmethod
    def noise(self, wave: Tensor, draw: Draw) -> Tensor:
        """Noise of any level, as long as the clip."""

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        noise = self.noise(wave, draw)
        there = power(noise)
        if not there:
            return wave
        wanted = power(wave) * 10 ** (-QUIETEST * (1 - draw.magnitude) / 10)
        return torch.add(wave, noise, alpha=(wanted / there) ** 0.5)


@register
class WhiteNoise(NoiseOp):
    """Adds Gaussian noise, equally strong at all frequencies."""

    name = "noise_white"

    def noise(self, wave: Tensor, draw: Draw) -> Tensor:
        return normals(len(wave), draw.seed, wave.device)


@register
class PinkNoise(NoiseOp):
    """Adds Gaussian noise whose power falls by 3 dB an octave, as the noise of rooms and streets does; flat below 40 Hz."""

    name = "noise_pink"

    def noise(self, wave: Tensor, draw: Draw) -> Tensor:
        gain = (frequencies(self.setting.sampling_rate).clamp_min(40) / 40) ** -0.5
        return filtered(normals(len(wave), draw.seed, wave.device), gain)


@register
class RecordedNoise(NoiseOp):
    """Adds Gaussian noise in the colours of recordings' own noise, of another one for every clip (see `Surroundings`).

    Raises:
        UserError: the policy has no noises.
    """

    name = "noise_recorded"
    units = 1

    def noise(self, wave: Tensor, draw: Draw) -> Tensor:
        noises, rate = self.setting.surroundings.noises, self.setting.sampling_rate
        if not noises:
            fix = "Give the policy those of recordings: Surroundings.fit(clips, sampling_rate)."
            raise UserError("The op 'noise_recorded' has no noises.", where="policy surroundings", fix=fix)
        hertz = frequencies(rate)
        gain = torch.from_numpy(spectrum_gain(noises[int(draw.unit[0] * len(noises))], hertz.numpy(), rate)).float()
        return filtered(normals(len(wave), draw.seed, wave.device), gain)


@register
class Babble(NoiseOp):
    """Adds a babble of voices made of the clip itself: six copies played backwards, each starting somewhere else.

    Other clips of the batch would make a row depend on the rows beside it. Backwards speech has the spectrum and the rhythm of the
    speaker and no words.
    """

    name = "babble"
    units = _VOICES

    def noise(self, wave: Tensor, draw: Draw) -> Tensor:
        backwards = wave.flip(0)
        twice = torch.cat([backwards, backwards])
        starts = [int(unit * len(wave)) for unit in draw.unit]
        total = twice[starts[0] : starts[0] + len(wave)].clone()
        for start in starts[1:]:
            total += twice[start : start + len(wave)]
        return total
