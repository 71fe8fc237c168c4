"""The network: four convolutions, a mean over the box, one number; small enough for some hundred people on a CPU.

A filter's mean response over the region is one feature (global average pooling: Lin et al. 2014, arXiv:1312.4400), and
the logit is a weighted sum of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import InputError

if TYPE_CHECKING:
    from torch import nn

#: 3d: cubes of 3 × 3 × 3; 2.5d: the first layer sees each slice with its two neighbours, all others stay in the slice
KINDS = ("3d", "2.5d")
#: weight of the last batch in what normalisation knows of all: an epoch has few batches, and with the usual 0.1 the
#: first epochs would be judged by a normalisation that lags behind
MOMENTUM = 0.5


@dataclass(frozen=True)
class Layer:
    """A convolution with its batch normalisation and ReLU; ``kernel`` and ``stride`` along (k, j, i)."""

    inputs: int
    outputs: int
    kernel: tuple[int, int, int]
    stride: tuple[int, int, int]

    @property
    def padding(self) -> tuple[int, int, int]:
        return tuple(size // 2 for size in self.kernel)


@dataclass(frozen=True)
class NetworkDesign:
    """``channels`` of the convolutions; the last number is that of the features."""

    kind: str = "3d"
    channels: tuple[int, ...] = (8, 16, 24, 32)
    dropout: float = 0.3

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the network is one of {', '.join(KINDS)}, not {self.kind!r}")
        if not self.channels or min(self.channels) < 1 or max(self.channels) > 256:
            raise ValueError("a network has 1 to 256 filters in each layer")

    @property
    def layers(self) -> tuple[Layer, ...]:
        found, before = [], 1
        for number, count in enumerate(self.channels):
            deep = self.kind == "3d" or number == 0
            found.append(Layer(before, count, (3 if deep else 1, 3, 3), (2 if deep else 1, 2, 2)))
            before = count
        return tuple(found)

    @property
    def parameters(self) -> int:
        """Numbers that are learned."""
        convolutions = sum(one.inputs * one.outputs * one.kernel[0] * one.kernel[1] * one.kernel[2]
                           for one in self.layers)
        return convolutions + 2 * sum(self.channels) + self.channels[-1] + 1

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f"dl_{number:02d}" for number in range(1, self.channels[-1] + 1))


def check_torch() -> None:
    """InputError where PyTorch is missing: only training needs it."""
    try:
        import torch  # noqa: F401
    except ImportError:
        raise InputError("Training a network needs PyTorch; install it with: pip install \"radiomics-ortho[deep]\".") \
            from None


def build(design: NetworkDesign) -> nn.Module:
    """The network in PyTorch: boxes (n, 1, k, j, i) → features (n, channels) and logits (n)."""
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolutions = nn.ModuleList(
                # the normalisation that follows has the shift
                nn.Conv3d(one.inputs, one.outputs, one.kernel, one.stride, one.padding, bias=False)
                for one in design.layers)
            self.norms = nn.ModuleList(nn.BatchNorm3d(one.outputs, momentum=MOMENTUM) for one in design.layers)
            self.dropout = nn.Dropout(design.dropout)
            self.head = nn.Linear(design.channels[-1], 1)

        def forward(self, boxes):
            found = boxes
            for convolution, norm in zip(self.convolutions, self.norms, strict=True):
                found = nn.functional.relu(norm(convolution(found)))
            features = found.mean(dim=(2, 3, 4))
            return features, self.head(self.dropout(features))[:, 0]

    return Network()
