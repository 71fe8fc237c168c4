"""The labelled scans: read, brought to the network's grid, with the targets that it learns."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "RadiomicsOrtho"))

from RadiomicsOrthoLib.regions.lumbar_mr.grid import NetworkGrid, network_grid, to_network

#: the fixed split of the data set's README: these five are never seen in training
HELD_OUT = ("02", "07", "12", "17", "20")
#: deeper than this below the surface of a body is its core, which keeps touching bodies apart
CORE_DEPTH_MM = 4.5


@dataclass(frozen=True)
class Case:
    """One scan on the network's grid (lr, si, ap) of 2 mm voxels."""

    name: str
    image: np.ndarray
    labels: np.ndarray
    """Whole numbers, 1 = uppermost body."""
    targets: np.ndarray
    """(2, lr, si, ap): share of each voxel that is body, and core."""
    weight: np.ndarray
    """0 where the reference is silent: above the uppermost labelled body, where others follow unlabelled."""
    full_labels: np.ndarray
    """The reference on the scan's own grid (k, j, i)."""
    grid: NetworkGrid


def case_names(folder: Path) -> list[str]:
    return sorted(path.name.split("_")[1] for path in folder.glob("VB2_*_bodies.nii.gz"))


def load_case(folder: Path, name: str) -> Case:
    import SimpleITK as sitk
    from scipy import ndimage

    image = sitk.ReadImage(str(folder / f"VB2_{name}_t2.nii.gz"))
    array = sitk.GetArrayFromImage(image)
    full_labels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / f"VB2_{name}_bodies.nii.gz")))
    lps = np.array(image.GetDirection()).reshape(3, 3).T[::-1]
    grid = network_grid(array.shape, image.GetSpacing()[::-1], lps * (-1, -1, 1))
    turned = grid.turned(full_labels)
    small = to_network(array, grid)
    labels = _nearest(turned, small.shape, grid)
    deep = np.zeros(turned.shape, bool)
    for value, box in enumerate(ndimage.find_objects(turned), start=1):
        # one voxel of surroundings, so that the surface lies within the box
        box = tuple(slice(max(0, side.start - 1), side.stop + 1) for side in box)
        depth = ndimage.distance_transform_edt(turned[box] == value, sampling=grid.spacing_mm)
        deep[box] |= depth > CORE_DEPTH_MM
    body, core = _share(turned > 0, grid), _share(deep, grid)
    centres = [np.array(ndimage.center_of_mass(labels == value)) for value in np.unique(labels)[1:]]
    return Case(name, small, labels, np.stack([body, core]).clip(0, 1), _known(labels, centres), full_labels, grid)


def _share(mask: np.ndarray, grid: NetworkGrid) -> np.ndarray:
    """How much of each 2 mm voxel a mask on the turned fine grid fills."""
    identity = NetworkGrid((0, 1, 2), (False,) * 3, grid.spacing_mm, grid.shape)
    return to_network(mask.astype(np.float32), identity)


def _nearest(turned: np.ndarray, shape: tuple[int, ...], grid: NetworkGrid) -> np.ndarray:
    index = [np.minimum(((np.arange(n) + 0.5) * 2.0 / s).astype(int), m - 1)
             for n, s, m in zip(shape, grid.spacing_mm, turned.shape, strict=True)]
    return turned[np.ix_(*index)]


def _known(labels: np.ndarray, centres: list[np.ndarray]) -> np.ndarray:
    """0 around the places where unlabelled bodies above the uppermost one must lie.

    Below the lowest body lies the sacrum, which is background on purpose: S1 is not to be proposed.
    """
    from scipy import ndimage

    step = centres[0] - centres[1]
    places = np.indices(labels.shape).transpose(1, 2, 3, 0)
    silent = np.zeros(labels.shape, bool)
    for distance in (1.0, 1.8):
        silent |= ((places - (centres[0] + distance * step)) ** 2).sum(-1) < 14 ** 2
    silent &= ~ndimage.binary_dilation(labels > 0, iterations=2)
    return (~silent).astype(np.float32)
