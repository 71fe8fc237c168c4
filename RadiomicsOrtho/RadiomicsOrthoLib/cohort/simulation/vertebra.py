"""A virtual vertebra in its surroundings, on fine cubes: body with shell and trabecular bone, arch, canal, discs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.geometry import Geometry
from .attenuation import AIR, ARCH_FRACTION, CANAL, DISC, FAT, MUSCLE, SHELL_FRACTION, TISSUE_DENSITY, bone_hu
from .microstructure import trabecular_network
from .patient import VirtualPatient

#: cubes of the network (mm), and how many of them along an axis make a cube of the vertebra
NETWORK_MM, NETWORK_PER_CUBE = 0.2, 2
CUBE_MM = NETWORK_MM * NETWORK_PER_CUBE
SHELL_MM = 0.6
#: field of view (mm) along x (right), y (front), z (up); the body's centre is the origin
FIELD_MM = (72.0, 84.0, 44.0)
CANAL_RADIUS, ARCH_MM, DISC_MM = 8.0, 4.0, 8.0


@dataclass(frozen=True)
class VirtualVertebra:
    """``hu`` (k, j, i) and the ``body`` on ``geometry`` (RAS mm); ``true_density`` (mg/cm³) of its trabecular part."""

    hu: np.ndarray
    body: np.ndarray
    geometry: Geometry
    true_density: float


def virtual_vertebra(patient: VirtualPatient, kvp: float = 120.0) -> VirtualVertebra:
    """The vertebra of ``patient``; the same patient gives the same."""
    geometry = _grid()
    x, y, z = _coordinates(geometry)
    depth = _body_depth(patient, x, y, z)
    body, inside = depth > 0, depth > SHELL_MM
    fraction = _network(patient, inside)
    true_density = float(fraction[inside].mean()) * TISSUE_DENSITY
    hu = _surroundings(patient, x, y, z, kvp)
    hu[body] = bone_hu(SHELL_FRACTION, patient.marrow, kvp)
    hu[inside] = bone_hu(fraction[inside], patient.marrow, kvp)
    return VirtualVertebra(hu, body, geometry, true_density)


def _grid() -> Geometry:
    shape = tuple(round(size / CUBE_MM) for size in FIELD_MM[::-1])
    return Geometry(shape, (CUBE_MM,) * 3, tuple(-CUBE_MM * (n - 1) / 2 for n in shape[::-1]))


def _coordinates(geometry: Geometry) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    axes = [start + geometry.spacing[0] * np.arange(n, dtype=np.float32)
            for start, n in zip(geometry.origin, geometry.shape[::-1], strict=True)]
    z, y, x = np.meshgrid(*axes[::-1], indexing="ij", sparse=True)
    return x, y, z


def _body_depth(patient: VirtualPatient, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Roughly how deep (mm) below the body's surface; negative outside.  It has a waist, and hollow endplates."""
    waist = 0.90 + 0.10 * np.minimum((2 * z / patient.height) ** 2, 1.5)
    radius = ((np.abs(x) / (patient.half_width * waist)) ** 2.4
              + (np.abs(y) / (patient.half_depth * waist)) ** 2.4) ** (1 / 2.4)
    across = (1 - radius) * patient.half_depth * waist
    hollow = 1.5 * np.maximum(1 - radius**2, 0)
    return np.minimum(across, patient.height / 2 - hollow - np.abs(z))


def _network(patient: VirtualPatient, inside: np.ndarray) -> np.ndarray:
    """Bone volume fraction of the cubes ``inside``; 0 elsewhere."""
    places = np.nonzero(inside)
    box = tuple(slice(int(axis.min()), int(axis.max()) + 1) for axis in places)
    shape = tuple(part.stop - part.start for part in box)
    bone = trabecular_network(tuple(n * NETWORK_PER_CUBE for n in shape), NETWORK_MM,
                              patient.density / TISSUE_DENSITY, patient.period, np.random.default_rng(patient.seed + 1))
    k, j, i = shape
    n = NETWORK_PER_CUBE
    fraction = np.zeros(inside.shape, np.float32)
    fraction[box] = bone.reshape(k, n, j, n, i, n).mean(axis=(1, 3, 5), dtype=np.float32)
    return fraction * inside


def _surroundings(patient: VirtualPatient, x: np.ndarray, y: np.ndarray, z: np.ndarray, kvp: float) -> np.ndarray:
    """Everything but the body: discs and the next bodies, canal and arch, muscle, fat, and air in the corners."""
    shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
    far = np.broadcast_to(np.hypot(x, y + 6), shape)
    hu = np.where(far < 32, MUSCLE, np.where(far < 39, FAT, AIR)).astype(np.float32)
    across = (np.abs(x) / patient.half_width) ** 2.4 + (np.abs(y) / patient.half_depth) ** 2.4
    column = np.broadcast_to(across < 1, shape)
    level = np.broadcast_to(np.abs(z) - patient.height / 2, shape)
    hu[column] = DISC
    # the next bodies are plain: only their edge is in the field
    hu[column & (level > DISC_MM)] = float(bone_hu(patient.density / TISSUE_DENSITY, patient.marrow, kvp))
    canal = np.hypot(x, y + patient.half_depth + CANAL_RADIUS)
    ring = np.broadcast_to((canal >= CANAL_RADIUS) & (canal < CANAL_RADIUS + ARCH_MM), shape) & ~column & (level < 0)
    hu[ring] = float(bone_hu(ARCH_FRACTION, patient.marrow, kvp))
    hu[np.broadcast_to(canal < CANAL_RADIUS, shape)] = CANAL
    return hu
