"""Our own extraction engine: pyradiomics' values, at a cost that follows the ROI instead of the scan.

The scan is filtered on the ROI's box only, grown by what each filter reads; the feature kernels are
compiled by Numba and run without Python's lock, so filtered images spread over threads.  Every
image is computed by one thread from the same voxels, so the values do not depend on their number.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..errors import InputError
from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .engine import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from .filters.image_types import FilterJob, Region, filter_jobs, support
from .filters.preprocessing import Prepared, Preprocessing, prepare
from .filters.settings import IMAGE_TYPES, FilterSettings
from .profile import FEATURE_CLASSES, ExtractionProfile
from .task_pool import Shares, Task, TaskPool

VERSION = "1.0.0"
_SCALED_TYPES = {"Square", "SquareRoot", "Logarithm", "Exponential"}
_SHAPE_CLASSES = ("shape", "shape2D")


@dataclass(frozen=True)
class FastSettings:
    """What the engine does, with pyradiomics' defaults.

    bin_widths
        Bin width of single image types, in place of ``bin_width`` (an LBP map has few values).
    minimum_dimensions
        Axes along which the region must be longer than one voxel.
    """

    image_types: tuple[str, ...] = ("Original",)
    feature_classes: tuple[str, ...] = FEATURE_CLASSES
    filters: FilterSettings = field(default_factory=FilterSettings)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    bin_width: float = 25.0
    bin_count: int | None = None
    bin_widths: Mapping[str, float] = field(default_factory=dict)
    force_2d: bool = False
    force_2d_dimension: int = 0
    texture: Mapping[str, object] = field(default_factory=dict)
    minimum_dimensions: int = 2

    def __post_init__(self) -> None:
        unknown = [name for name in (*self.image_types, *self.bin_widths) if name not in IMAGE_TYPES]
        if unknown:
            raise ValueError(f"image types must come from {', '.join(IMAGE_TYPES)}, not {', '.join(unknown)}")

    @classmethod
    def from_profile(cls, profile: ExtractionProfile) -> FastSettings:
        """The settings that an extraction profile stands for."""
        return cls(
            image_types=profile.image_types, feature_classes=profile.feature_classes, filters=profile.filters,
            preprocessing=Preprocessing(
                normalisation=profile.z_score, resample_mm=profile.resample_mm, interpolator=profile.interpolator,
                resegment=profile.resegment_hu, resegment_mode=profile.resegment_mode, crop=profile.crop,
                resegment_shape=profile.resegment_shape, round_to_whole=profile.round_to_whole),
            bin_width=profile.bin_width or cls.bin_width, bin_count=profile.bin_count,
            bin_widths=dict(profile.bin_widths), force_2d=profile.force_2d,
            force_2d_dimension=profile.force_2d_dimension, texture=dict(profile.texture),
            # what the pyradiomics engine asks for, so that both refuse the same regions
            minimum_dimensions=2 if profile.force_2d else 3)

    @property
    def plane_dimension(self) -> int | None:
        """Axis across the planes of a 2-D analysis (0 = k), ``None`` in 3-D."""
        return self.force_2d_dimension if self.force_2d else None


class FastEngine:
    """The engine interface around ``extract``; ``threads`` defaults to the processors at hand."""

    name = "fast"
    version = VERSION
    polls = True

    def __init__(self, threads: int | None = None) -> None:
        missing = [name for name in ("numba", "pywt", "scipy") if importlib.util.find_spec(name) is None]
        if missing:
            raise InputError(f"The fast engine needs {' and '.join(missing)}, which is not installed here; "
                             "install it with 'pip install numba PyWavelets scipy'.")
        self.threads = max(1, threads or processors())
        # while the caller reads the scan
        WARM_UP.start()

    def with_threads(self, threads: int) -> FastEngine:
        return FastEngine(threads)

    def extract(self, image: BoneImage, roi: Roi, profile: ExtractionProfile,
                progress: Progress, cancelled: Cancelled) -> dict[str, float]:
        if profile.definitions == "ibsi":
            from .ibsi.extraction import extract as extract_by_ibsi

            return extract_by_ibsi(image, roi, profile, self.threads, progress, cancelled)
        return extract(image, roi, FastSettings.from_profile(profile), self.threads, progress, cancelled)


class WarmUp:
    """Compiles the kernels, or loads them from Numba's cache, on a thread of its own.

    The first start on a machine takes some 20 s, later ones half a second.  ``state`` is
    ``idle``, ``running``, ``ready`` or ``failed``; ``fraction`` goes from 0 to 1.
    """

    def __init__(self) -> None:
        self.state = "idle"
        self.fraction = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun already; returns at once."""
        with self._lock:
            if self.state == "idle":
                self.state = "running"
                # a daemon: closing the program need not wait for a compiler
                self._thread = threading.Thread(target=self._run, name="kernels", daemon=True)
                self._thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; True if the kernels are ready."""
        self.start()
        if self._thread is not None:
            self._thread.join(timeout)
        return self.state == "ready"

    def _run(self) -> None:
        try:
            for number, compile_kernels in enumerate(steps := compilations()):
                compile_kernels()
                self.fraction = (number + 1) / len(steps)
            self.state = "ready"
        except Exception:  # noqa: BLE001 - the extraction itself meets the same error and says it
            self.state = "failed"


def compilations() -> list[Callable[[], object]]:
    """What every profile needs first comes first."""
    from .kernels import grid_interpolation, recursive_gaussian, shape, texture

    return [texture.compile_kernels, lambda: shape.shape_features(np.ones((3, 3, 3), bool), (1.0, 1.0, 1.0)),
            recursive_gaussian.compile_kernels, grid_interpolation.compile_kernels]


WARM_UP = WarmUp()


def processors() -> int:
    """Processors that this process may use.

    Numba's own variable ``NUMBA_NUM_THREADS`` counts, by which joblib and cluster programs share out a machine.
    """
    limit = os.environ.get("NUMBA_NUM_THREADS", "")
    if limit.isdigit() and int(limit) > 0:
        return int(limit)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def extract(image: BoneImage, roi: Roi, settings: FastSettings, threads: int = 1,
            progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> dict[str, float]:
    """Feature name → value in pyradiomics' order; NaN where a feature is not defined on this region."""
    found = extract_each(image, [lambda: roi], settings, threads, progress, cancelled)[0]
    if isinstance(found, InputError):
        raise found
    return found


def extract_each(image: BoneImage, regions: Sequence[Callable[[], Roi]], settings: FastSettings, threads: int = 1,
                 progress: Progress = no_progress, cancelled: Cancelled = never_cancelled,
                 ) -> list[dict[str, float] | InputError]:
    """The features of several regions of one scan, as ``extract`` finds them one by one; the error of each refused one.

    A region is made when its turn comes, on one of the threads: the masks of all vertebrae of a large scan would
    take gigabytes.
    """
    # whether they are compiled or come from the cache is known only afterwards
    progress(0.0, "loading the kernels, which the first run on a machine compiles" if WARM_UP.state == "running" else
             "preparing the scan")
    pool = TaskPool(threads)
    shares = Shares(len(regions), pool)
    extractions = [_Extraction(number, image, region, settings, shares) for number, region in enumerate(regions)]
    pool.run([extraction.begin for extraction in extractions], progress, cancelled)
    return [extraction.result() for extraction in extractions]


def _check_region(prepared: Prepared, settings: FastSettings) -> None:
    extended = sum(n > 1 for n in prepared.box.shape)
    if np.count_nonzero(prepared.mask) < 2:
        raise InputError("The region has 1 voxel; too small for features.")
    if extended < settings.minimum_dimensions:
        raise InputError(f"The region extends along {extended} of 3 axes; this profile needs "
                         f"{settings.minimum_dimensions}.")


class _Work:
    """The tasks of one extraction: which there are and what each computes."""

    def __init__(self, prepared: Prepared, settings: FastSettings, look: Callable[[], None]) -> None:
        self.prepared = prepared
        self.settings = settings
        self.texture_classes = tuple(c for c in settings.feature_classes if c not in _SHAPE_CLASSES)
        self.shape_classes = tuple(c for c in settings.feature_classes if c in _SHAPE_CLASSES)
        region = Region(prepared.voxels, prepared.box, prepared.mask, prepared.spacing_kji)
        if self.texture_classes:
            margins = support(settings.image_types, settings.filters, prepared.spacing_kji, prepared.box.shape)
            prepared.voxels.hold(prepared.box.grown(margins, prepared.voxels.shape), look)
        largest = 0.0
        if self.texture_classes and _SCALED_TYPES & set(settings.image_types):
            largest = prepared.voxels.largest_magnitude(look)
        #: the features of every image, in pyradiomics' order, once they are known
        self._order: list[str] | None = None
        self.jobs: list[FilterJob] = []
        if self.texture_classes:
            for image_type in settings.image_types:
                self.jobs += filter_jobs(image_type, region, settings.filters, settings.plane_dimension, largest,
                                         settings.force_2d_dimension)

    def shape(self) -> dict[str, float]:
        """``original_shape_…`` of the region before re-segmentation, as pyradiomics."""
        from .kernels.shape import shape2d_features, shape_features

        mask, spacing, found = self.prepared.shape_mask, self.prepared.spacing_kji, {}
        if "shape" in self.shape_classes:
            found |= {f"original_shape_{name}": value for name, value in shape_features(mask, spacing).items()}
        if "shape2D" in self.shape_classes and self.settings.force_2d:
            flat = shape2d_features(mask, spacing, self.settings.force_2d_dimension)
            found |= {f"original_shape2D_{name}": value for name, value in flat.items()}
        return found

    def texture(self, image_type: str, name: str, values: np.ndarray) -> dict[str, float]:
        from .kernels.settings import TooManyLevelsError
        from .kernels.texture import texture_features

        settings = self._texture_settings(image_type)
        if np.isfinite(values[self.prepared.mask]).all():
            try:
                found = texture_features(values, self.prepared.mask, self.prepared.spacing_kji, settings,
                                         self.texture_classes)
            except TooManyLevelsError as error:
                raise InputError(f"The profile does not suit this region ({name}): {error}.") from None
        else:
            # a filter without a value somewhere in the region: its features are not defined
            probe = np.arange(27.0).reshape(3, 3, 3)
            found = dict.fromkeys(texture_features(probe, probe >= 0, (1.0, 1.0, 1.0), settings,
                                                   self.texture_classes), float("nan"))
        if self._order is None:
            self._order = sorted(found, key=self._place)
        return {f"{name}_{feature}": found[feature] for feature in self._order}

    def _place(self, feature: str) -> tuple[int, str]:
        """Order of ``<class>_<Name>``: classes as asked for, features as pyradiomics sorts its methods."""
        feature_class, name = feature.split("_", 1)
        return self.texture_classes.index(feature_class), f"get{name}FeatureValue"

    def _texture_settings(self, image_type: str):
        from .kernels.settings import TextureSettings

        settings = TextureSettings(
            bin_width=self.settings.bin_width, bin_count=self.settings.bin_count, force_2d=self.settings.force_2d,
            force_2d_dimension=self.settings.force_2d_dimension, **self.settings.texture)
        if image_type in self.settings.bin_widths:
            settings = replace(settings, bin_width=self.settings.bin_widths[image_type], bin_count=None)
        return settings


class _Extraction:
    """One region: its tasks, and what they found, in pyradiomics' order whatever the order of completion."""

    def __init__(self, number: int, image: BoneImage, region: Callable[[], Roi], settings: FastSettings,
                 shares: Shares) -> None:
        self._number = number
        self._image = image
        self._region = region
        self._settings = settings
        self._shares = shares
        self._found: dict[tuple[int, int], dict[str, float]] = {}
        self._total = 1
        self._error: InputError | None = None

    def begin(self, pool: TaskPool) -> None:
        """Prepare the scan around the region and add the tasks that follow."""
        self._unless_refused(pool, self._prepare)

    def result(self) -> dict[str, float] | InputError:
        if self._error is not None:
            return self._error
        return {name: value for key in sorted(self._found) for name, value in self._found[key].items()}

    def _prepare(self, pool: TaskPool) -> None:
        roi = self._region()
        if roi.mask.shape != self._image.array.shape:
            raise InputError("Region and scan do not have the same grid; draw the region on this scan.")
        if roi.box is None:
            raise InputError("The region is empty; draw it first.")
        prepared = prepare(self._image.array, self._image.geometry, roi.mask, self._settings.preprocessing, pool.poll,
                           roi.box)
        _check_region(prepared, self._settings)
        self._work = work = _Work(prepared, self._settings, pool.poll)
        self._total = max(1, sum(job.count for job in work.jobs) + bool(work.shape_classes))
        # the longest first, so that no thread is left alone with it at the end
        order = sorted(range(len(work.jobs)), key=lambda n: work.jobs[n].effort, reverse=True)
        tasks = [functools.partial(self._filter, job_number) for job_number in order]
        pool.add([*tasks, self._shape] if work.shape_classes else tasks)

    def _shape(self, pool: TaskPool) -> None:
        self._keep((-1, 0), self._work.shape(), "shape")

    def _filter(self, number: int, pool: TaskPool) -> None:
        job = self._work.jobs[number]
        for part, (name, values) in enumerate(job.images(pool.poll)):
            # at once, so that not all images of a wavelet are held
            describe = functools.partial(self._describe, number, part, name, values)
            pool.share(functools.partial(self._unless_refused, task=describe))

    def _describe(self, number: int, part: int, name: str, values: np.ndarray, pool: TaskPool) -> None:
        pool.poll()
        job = self._work.jobs[number]
        self._keep((number, part), self._work.texture(job.image_type, name, values), job.title)

    def _keep(self, key: tuple[int, int], features: dict[str, float], title: str) -> None:
        self._found[key] = features
        done = len(self._found)
        self._shares.set(self._number, done / max(self._total, done), f"features of {title}")

    def _unless_refused(self, pool: TaskPool, task: Task) -> None:
        """A region that cannot be measured ends alone."""
        if self._error is not None:
            return
        try:
            task(pool)
        except CancelledError:
            raise
        except InputError as error:
            self._error = error
            self._shares.set(self._number, 1.0, "refused")
