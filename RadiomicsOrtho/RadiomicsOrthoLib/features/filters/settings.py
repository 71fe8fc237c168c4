"""Which filtered images a profile asks for, and with which parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: pyradiomics' names of the image types
IMAGE_TYPES = ("Original", "LoG", "Wavelet", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient",
               "LBP2D", "LBP3D")
LBP2D_METHODS = ("default", "ror", "uniform", "var")
#: lowest and highest whole number of a setting; what lies beyond would take hours and describes nothing
WHOLE_NUMBERS = {"wavelet_start_level": (0, 9), "wavelet_levels": (1, 9), "lbp2d_samples": (1, 128),
                 "lbp3d_levels": (1, 20), "lbp3d_subdivisions": (0, 4)}
LARGEST_RADIUS = 100


@dataclass(frozen=True)
class FilterSettings:
    """Parameters of the image types, with pyradiomics' defaults; each matters only if its type is asked for.

    log_sigma_mm
        σ of the Laplacian of Gaussian, one image each.  pyradiomics writes σ into the names as it was given
        (``log-sigma-2-mm-3D`` for 2, ``log-sigma-2-0-mm-3D`` for 2.0), and so do we.
    wavelet, wavelet_start_level, wavelet_levels
        Any discrete wavelet of PyWavelets; levels before the start are transformed but not measured.
    gradient_use_spacing
        Gradient per mm; per voxel if false.
    lbp2d_radius, lbp2d_samples, lbp2d_method
        Circle in voxels, samples on it, and how a pattern is numbered.
    lbp3d_levels, lbp3d_radius, lbp3d_subdivisions
        Degrees of spherical harmonics, sphere in voxels, halvings of the icosahedron's edges.
    """

    log_sigma_mm: tuple[float, ...] = ()
    wavelet: str = "coif1"
    wavelet_start_level: int = 0
    wavelet_levels: int = 1
    gradient_use_spacing: bool = True
    lbp2d_radius: float = 1
    lbp2d_samples: int = 8
    lbp2d_method: str = "uniform"
    lbp3d_levels: int = 2
    lbp3d_radius: float = 1
    lbp3d_subdivisions: int = 1

    def __post_init__(self) -> None:
        if not all(_is_number(sigma) and sigma > 0 for sigma in self.log_sigma_mm):
            raise ValueError("every σ of the Laplacian of Gaussian is a number of mm above 0")
        for name, (lowest, highest) in WHOLE_NUMBERS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
                raise ValueError(f"{name} is a whole number from {lowest} to {highest}, not {value!r}")
        for name in ("lbp2d_radius", "lbp3d_radius"):
            value = getattr(self, name)
            if not (_is_number(value) and 0 < value <= LARGEST_RADIUS):
                raise ValueError(f"{name} is a number of voxels above 0, at most {LARGEST_RADIUS}, not {value!r}")
        if not isinstance(self.gradient_use_spacing, bool):
            raise ValueError(f"gradient_use_spacing is true or false, not {self.gradient_use_spacing!r}")
        if self.lbp2d_method not in LBP2D_METHODS:
            raise ValueError(f"lbp2d_method must come from {', '.join(LBP2D_METHODS)}")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
