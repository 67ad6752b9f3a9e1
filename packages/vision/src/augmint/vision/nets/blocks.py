"""Residual blocks: without normalisation (R3GAN style), conditionally normalised, and spectrally normalised."""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from augmint.vision.nets.resample import Downsample, Upsample

SLOPE = 0.2
"""Negative slope of the leaky ReLU."""


def activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def scaled_conv(inputs: int, outputs: int, side: int, *, gain: float = 1.0, groups: int = 1, stride: int = 1) -> nn.Conv2d:
    """A convolution with He-normal weights times `gain` and zero biases; `gain` 0 starts it at nothing.

    Source: He et al. 2015, "Delving deep into rectifiers"; zero starts: Zhang et al. 2019, "Fixup initialization".
    """
    conv = nn.Conv2d(inputs, outputs, side, stride=stride, padding=(side - 1) // 2, groups=groups)
    fan_in = inputs // groups * side * side
    nn.init.normal_(conv.weight, std=gain * math.sqrt(2.0 / (1 + SLOPE**2) / fan_in))
    nn.init.zeros_(conv.bias)  # type: ignore[arg-type]
    return conv


class ResidualBlock(nn.Module):
    """x + branch(x) without normalisation; the branch's last convolution starts at 0, so a fresh block is the identity.

    With `group_size` 0 the branch is two 3x3 convolutions. Otherwise it is the inverted bottleneck of R3GAN: 1x1 to twice the
    width, grouped 3x3, 1x1 back. `style_dim` > 0 adds a per-row gain on the branch's hidden channels.

    Source: Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN" (R3GAN).

    Example:
        >>> import torch
        >>> x = torch.ones(2, 16, 8, 8)
        >>> bool((ResidualBlock(16)(x) == x).all())
        True
    """

    def __init__(self, width: int, *, group_size: int = 0, style_dim: int = 0, blocks_in_net: int = 1) -> None:
        super().__init__()
        gain = blocks_in_net**-0.5
        if group_size:
            hidden = 2 * width
            groups = max(1, hidden // group_size)
            first = [scaled_conv(width, hidden, 1, gain=gain), scaled_conv(hidden, hidden, 3, groups=groups)]
            last = scaled_conv(hidden, width, 1, gain=0.0)
        else:
            hidden = width
            first = [scaled_conv(width, hidden, 3, gain=gain)]
            last = scaled_conv(hidden, width, 3, gain=0.0)
        self.first, self.last = nn.ModuleList(first), last
        self.style: nn.Linear | None = None
        if style_dim:
            self.style = nn.Linear(style_dim, hidden)
            nn.init.normal_(self.style.weight, std=0.1 * style_dim**-0.5)
            nn.init.ones_(self.style.bias)

    def forward(self, x: Tensor, style: Tensor | None = None) -> Tensor:
        """(n, width, H, W), and (n, style_dim) where the block has a style, to (n, width, H, W)."""
        hidden = x
        for conv in self.first:
            hidden = conv(activate(hidden))
        if self.style is not None:
            hidden = hidden * self.style(style)[:, :, None, None]
        return x + self.last(activate(hidden))


class ConditionalNorm(nn.Module):
    """Group normalisation whose gain and bias come from the row's style: (n, width, H, W), (n, style_dim) to (n, width, H, W).

    Groups are taken within one row, so that, unlike with batch normalisation, no row sees another.

    Source: Wu and He 2018, "Group normalization"; de Vries et al. 2017, "Modulating early visual processing by language".
    """

    def __init__(self, width: int, style_dim: int) -> None:
        super().__init__()
        self.groups = math.gcd(width, 8)
        self.affine = nn.Linear(style_dim, 2 * width)
        nn.init.normal_(self.affine.weight, std=0.2 * style_dim**-0.5)
        nn.init.zeros_(self.affine.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        gain, bias = self.affine(style)[:, :, None, None].chunk(2, dim=1)
        return F.group_norm(x, self.groups) * (1 + gain) + bias


class ConditionalBlock(nn.Module):
    """Residual block of the sngan generator: (n, inputs, H, W), (n, style_dim) to (n, outputs, 2H, 2W), or H, W not doubling.

    Source: Miyato and Koyama 2018, "cGANs with projection discriminator".
    """

    def __init__(self, inputs: int, outputs: int, style_dim: int, *, double: bool) -> None:
        super().__init__()
        self.norm_1, self.norm_2 = ConditionalNorm(inputs, style_dim), ConditionalNorm(outputs, style_dim)
        self.conv_1, self.conv_2 = scaled_conv(inputs, outputs, 3), scaled_conv(outputs, outputs, 3, gain=0.5)
        self.skip = scaled_conv(inputs, outputs, 1, gain=0.7) if inputs != outputs else nn.Identity()
        self.resample = Upsample() if double else nn.Identity()

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        hidden = self.conv_1(self.resample(activate(self.norm_1(x, style))))
        hidden = self.conv_2(activate(self.norm_2(hidden, style)))
        return self.resample(self.skip(x)) + hidden


class DownBlock(nn.Module):
    """Residual block of the sngan discriminator, every weight spectrally normalised; halves the side where asked.

    Source: Miyato et al. 2018, "Spectral normalization for generative adversarial networks".
    """

    def __init__(self, inputs: int, outputs: int, *, halve: bool) -> None:
        super().__init__()
        self.conv_1 = spectral_norm(scaled_conv(inputs, outputs, 3))
        self.conv_2 = spectral_norm(scaled_conv(outputs, outputs, 3))
        self.skip = spectral_norm(scaled_conv(inputs, outputs, 1)) if inputs != outputs else nn.Identity()
        self.resample = Downsample() if halve else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, H, W) to (n, outputs, H / 2, W / 2) or (n, outputs, H, W)."""
        hidden = self.conv_2(activate(self.conv_1(activate(x))))
        return self.skip(self.resample(x)) + self.resample(hidden)
