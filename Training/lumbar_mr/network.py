"""A small 3-D U-Net: thin at full resolution, where it costs time; wide in depth, where it sees the spine."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

CHANNELS = (12, 24, 48, 96)


class Convolution(nn.Module):
    """3×3×3 convolution, normalised per tile, so that no contrast is expected from the scanner."""

    def __init__(self, inputs: int, outputs: int, residual: bool = False):
        super().__init__()
        self.convolution = nn.Conv3d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.InstanceNorm3d(outputs, affine=True)
        self.residual = residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.leaky_relu(self.norm(self.convolution(x)), 0.01)
        return y + x if self.residual else y


class BodyNetwork(nn.Module):
    """Tile (n, 1, lr, si, ap) → logits (n, 2, lr, si, ap) of body and core; sides divisible by 8."""

    def __init__(self, channels: tuple[int, ...] = CHANNELS):
        super().__init__()
        previous = (1, *channels)
        self.encoders = nn.ModuleList(
            nn.Sequential(Convolution(previous[n], width), Convolution(width, width, residual=True))
            for n, width in enumerate(channels))
        pairs = list(zip(channels[1:], channels[:-1], strict=True))
        self.reductions = nn.ModuleList(nn.Conv3d(deep, shallow, 1) for deep, shallow in pairs)
        self.decoders = nn.ModuleList(Convolution(shallow, shallow, residual=True) for _, shallow in pairs)
        self.head = nn.Conv3d(channels[0], 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skipped = []
        for level, encoder in enumerate(self.encoders):
            if level:
                x = functional.max_pool3d(x, 2)
            x = encoder(x)
            skipped.append(x)
        for level in reversed(range(len(self.decoders))):
            x = functional.interpolate(self.reductions[level](x), scale_factor=2.0, mode="nearest") + skipped[level]
            x = self.decoders[level](x)
        return self.head(x)
