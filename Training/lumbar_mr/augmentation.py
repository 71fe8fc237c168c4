"""Random tiles: other poses, other contrasts, other scanners than the twelve training scans have."""

from __future__ import annotations

import math

import numpy as np
import torch
from cases import Case
from torch.nn import functional

TILE = (40, 80, 80)
#: share of tiles centred near a body; the rest teaches what is none
NEAR_A_BODY = 0.75
#: share of tiles that keep the contrast of their scan; the others imitate contrasts that were never measured
AS_SCANNED = 0.35


class TileSampler:
    """Draws (tile, targets, weight), each (1, c, *TILE), from cases held in memory."""

    def __init__(self, cases: list[Case], rng: np.random.Generator):
        self.rng = rng
        self.cases = [(torch.from_numpy(case.image / _bright(case.image))[None, None],
                       torch.from_numpy(case.labels.astype(np.float32))[None, None],
                       torch.from_numpy(np.concatenate([case.targets, case.weight[None]]).astype(np.float32))[None])
                      for case in cases]

    def draw(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        image, labels, learnt = self.cases[self.rng.integers(len(self.cases))]
        places = self._places(np.array(image.shape[2:]), labels)
        tile = functional.grid_sample(image, places, align_corners=True).clamp(0, 2)
        label = functional.grid_sample(labels, places, mode="nearest", align_corners=True)
        learnt = functional.grid_sample(learnt, places, align_corners=True)
        targets, weight = learnt[:, :2], (learnt[:, 2:] > 0.5).float()
        # outside the scan the sampler returns 0 for the weight too; air there is known to be background
        outside = (places.abs() > 1).any(-1)[:, None]
        weight = torch.maximum(weight, outside.float())
        if not self._chance(AS_SCANNED):
            tile = self._scanner(self._contrast(tile, label))
        tile, weight = self._field_of_view(tile, weight)
        return self._scaled(tile), targets, weight

    def _uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def _chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _places(self, shape: np.ndarray, labels: torch.Tensor) -> torch.Tensor:
        """Where the tile's voxels lie in the case, in the units of ``grid_sample``."""
        if self._chance(NEAR_A_BODY):
            value = self.rng.integers(1, int(labels.max()) + 1)
            centre = (labels[0, 0] == value).nonzero().float().mean(0).numpy() + self.rng.normal(0, 14, 3) * (0.2, 1, 1)
        else:
            centre = np.array([shape[0] / 2, self._uniform(30, shape[1] - 30), self._uniform(30, shape[2] - 30)])
        angles = [math.radians(self._uniform(-limit, limit)) for limit in (25, 8, 8)]
        turn = np.eye(3)
        for axis, angle in enumerate(angles):
            a, b = [n for n in range(3) if n != axis]
            plane = np.eye(3)
            plane[a, a] = plane[b, b] = math.cos(angle)
            plane[a, b], plane[b, a] = -math.sin(angle), math.sin(angle)
            turn = turn @ plane
        turn = turn * self._uniform(0.75, 1.3) @ np.diag([self._uniform(0.9, 1.1) for _ in range(3)])
        if self._chance(0.5):
            turn = turn @ np.diag([-1, 1, 1])
        steps = np.stack(np.meshgrid(*[np.arange(n) - (n - 1) / 2 for n in TILE], indexing="ij"), -1)
        places = steps @ turn.T + centre
        if self._chance(0.3):
            places = places + self._smooth((3, 4, 4), 1.5)[0, 0].numpy()[..., None] * (0.3, 1, 1)
        return torch.from_numpy((2 * places / (shape - 1) - 1)[..., ::-1].copy()).float()[None]

    def _smooth(self, cells: tuple[int, int, int], amplitude: float) -> torch.Tensor:
        coarse = torch.from_numpy(self.rng.normal(0, amplitude, (1, 1, *cells)).astype(np.float32))
        return functional.interpolate(coarse, size=TILE, mode="trilinear", align_corners=True)

    def _contrast(self, tile: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        """Marrow of any brightness, single bodies that differ (oedema, fat), and any grey map."""
        if self._chance(0.5):
            gains = torch.ones(16)
            base = math.exp(self._uniform(-0.9, 0.9))
            for value in range(1, 16):
                gains[value] = base * math.exp(self.rng.normal(0, 0.25) if self._chance(0.5) else 0)
            tile = tile * functional.avg_pool3d(gains[label.long().clamp(0, 15)], 3, 1, 1)
        tile = tile / (tile.max() + 1e-6)
        choice = self.rng.random()
        if choice < 0.35:
            tile = tile ** math.exp(self._uniform(-0.8, 0.8))
        elif choice < 0.75:
            knots = int(self.rng.integers(4, 9))
            values = self.rng.random(knots - 1)
            if self._chance(0.5):
                values = np.sort(values)
            heights = torch.from_numpy(np.concatenate([[0], values]).astype(np.float32))
            place = tile * (knots - 1)
            left = place.floor().clamp(0, knots - 2).long()
            tile = heights[left] + (place - left) * (heights[left + 1] - heights[left])
        return 1 - tile if self._chance(0.1) else tile

    def _scanner(self, tile: torch.Tensor) -> torch.Tensor:
        """Coil bias, thick slices and lower resolution, noise."""
        if self._chance(0.6):
            tile = tile * torch.exp(self._smooth((2, 3, 3), 0.35))
        if self._chance(0.35):
            coarse = [max(1, int(n / self._uniform(1, limit))) for n, limit in zip(TILE, (2.5, 1.8, 1.8), strict=True)]
            tile = functional.interpolate(functional.interpolate(tile, size=coarse, mode="trilinear"), size=TILE,
                                          mode="trilinear")
        if self._chance(0.5):
            noise = torch.from_numpy(self.rng.standard_normal(tile.shape).astype(np.float32))
            tile = tile + noise * self._uniform(0, 0.3) * tile.std()
        return tile

    def _field_of_view(self, tile: torch.Tensor, weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scans that end within the spine, at head or foot or front or back."""
        if self._chance(0.15):
            cut = int(self.rng.integers(1, 25))
            place = [(..., slice(-cut, None), slice(None)), (..., slice(None, cut), slice(None)),
                     (..., slice(None, cut)), (..., slice(-cut, None))][self.rng.integers(4)]
            tile[place], weight[place] = 0, 0
        return tile, weight

    def _scaled(self, tile: torch.Tensor) -> torch.Tensor:
        tile = (tile - tile.mean()) / (tile.std() + 1e-5)
        return tile * self._uniform(0.75, 1.3) + self._uniform(-0.25, 0.25)


def _bright(image: np.ndarray) -> float:
    return float(np.percentile(image[image > 0.05 * image.max()], 99))
