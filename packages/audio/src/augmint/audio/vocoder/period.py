"""A head that folds the wave by a period and looks along the periods."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.1
_GROWTH = (1, 4, 16, 32, 32)


class PeriodHead(nn.Module):
    """Waves (n, L) to logits (n, places) and the feature maps on the way.

    Source: Kong et al. 2020, "HiFi-GAN: generative adversarial networks for efficient and high fidelity speech synthesis"
    (the multi-period discriminator; its widths are four times these).
    """

    family = "period"

    def __init__(self, period: int, channels: int) -> None:
        super().__init__()
        self.period = period
        widths = [1, *(channels * growth for growth in _GROWTH)]
        strides = [3] * (len(_GROWTH) - 1) + [1]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(inputs, outputs, (5, 1), (stride, 1), padding=(2, 0)))
            for inputs, outputs, stride in zip(widths, widths[1:], strides)
        )
        self.last = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, wave: Tensor) -> tuple[Tensor, list[Tensor]]:
        folded = F.pad(wave, (0, -wave.shape[1] % self.period)).unflatten(1, (-1, self.period))
        x, features = folded[:, None], []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.last(x).flatten(1), features
