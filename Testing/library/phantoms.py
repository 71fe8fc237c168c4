"""Generated scans: a trunk in air with fat, muscle, a vertebral body, an aorta and, if asked, trouble."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import to_sitk
from RadiomicsOrthoLib.regions.roi import Roi

CORE_HU, CORTEX_HU, MUSCLE_HU, FAT_HU, AIR_HU, BLOOD_HU = 120.0, 500.0, 50.0, -100.0, -1000.0, 40.0
#: half axes of the vertebral body in mm (i, j, k)
BODY_MM = (22.0, 17.0, 14.0)
CORTEX_MM = 1.5


def trunk(spacing=(1.0, 1.0, 1.5), core_hu=CORE_HU, noise=8.0, aorta_hu=BLOOD_HU, rod_hu=None, seed=7,
          origin=(-60.0, -60.0, -40.0), shape=None, body_at=(0.0, 0.0, 0.0)) -> tuple[BoneImage, Roi]:
    """A CT of about 120 × 120 × 80 mm and the mask of its vertebral body (an ellipsoid).

    ``rod_hu`` puts a metal rod 10 mm beside the body; ``body_at`` moves the body (RAS mm).
    """
    generator = np.random.default_rng(seed)
    if shape is None:
        shape = tuple(round(length / step) for length, step in zip((80, 120, 120), spacing[::-1], strict=True))
    geometry = Geometry(shape, spacing, origin)
    k, j, i = np.indices(shape)
    r, a, s = np.moveaxis(geometry.to_ras(np.stack([k, j, i], -1)), -1, 0)
    values = np.full(shape, AIR_HU)
    values[np.hypot(r, a) < 57] = FAT_HU
    values[np.hypot(r, a) < 48] = MUSCLE_HU
    values[np.hypot(r - 12, a - 33) < 9] = aorta_hu
    body = _ellipsoid(r, a, s, body_at, BODY_MM)
    inner = _ellipsoid(r, a, s, body_at, tuple(axis - CORTEX_MM for axis in BODY_MM))
    values[body] = CORTEX_HU
    values[inner] = core_hu
    values += generator.normal(0, noise, shape)
    if rod_hu is not None:
        values[np.hypot(r + 34, a) < 3] = rod_hu
    image = BoneImage(np.round(values).astype(np.int16), geometry)
    return image, Roi(body, geometry, site="vertebra", level="L1", made_by="generated")


def _ellipsoid(r, a, s, centre, axes):
    return ((r - centre[0]) / axes[0]) ** 2 + ((a - centre[1]) / axes[1]) ** 2 + ((s - centre[2]) / axes[2]) ** 2 <= 1


def write(array: np.ndarray, geometry: Geometry, path: Path) -> Path:
    """Write an array as an image file; the ending chooses the format."""
    import SimpleITK as sitk

    sitk.WriteImage(to_sitk(array, geometry), str(path), useCompression=True)
    return path


def write_case(folder: Path, image: BoneImage, roi: Roi, suffix: str = ".nrrd", label: int = 1) -> tuple[Path, Path]:
    """The scan and its mask as files."""
    return (write(image.array, image.geometry, folder / f"image{suffix}"),
            write(roi.mask.astype(np.uint8) * label, roi.geometry, folder / f"mask{suffix}"))


def write_seg_nrrd(path: Path, layers: np.ndarray, geometry: Geometry, segments: list[dict], cropped=False) -> Path:
    """A ``.seg.nrrd`` as Slicer writes it: ``layers`` (layer, k, j, i) and one dict of entries per segment."""
    import gzip

    flip = np.array([-1.0, -1.0, 1.0])
    direction = flip[:, None] * np.asarray(geometry.direction).reshape(3, 3) * np.asarray(geometry.spacing)
    origin = flip * np.asarray(geometry.origin)
    vectors = " ".join("(" + ",".join(f"{x:.10g}" for x in column) + ")" for column in direction.T)
    several = len(layers) > 1
    sizes = [*([len(layers)] if several else []), *geometry.shape[::-1]]
    head = ["NRRD0004", "type: unsigned char", f"dimension: {len(sizes)}", "space: left-posterior-superior",
            f"sizes: {' '.join(map(str, sizes))}", f"space directions: {'none ' if several else ''}{vectors}",
            f"kinds: {'list ' if several else ''}domain domain domain", "encoding: gzip",
            "space origin: (" + ",".join(f"{x:.10g}" for x in origin) + ")"]
    for number, entries in enumerate(segments):
        head += [f"Segment{number}_{name}:={value}" for name, value in
                 ({"ID": f"Segment_{number}", "LabelValue": 1, "Layer": 0} | entries).items()]
    if cropped:
        head.append("Segmentation_ReferenceImageExtentOffset:=0 0 0")
    data = np.moveaxis(layers, 0, -1) if several else layers[0]
    path.write_bytes("\n".join(head).encode() + b"\n\n" + gzip.compress(np.ascontiguousarray(data, np.uint8).tobytes()))
    return path


def write_dicom_series(folder: Path, image: BoneImage, kvp="120", modality="CT", agent="", series=1, skip=(),
                       orientation="-1\\0\\0\\0\\-1\\0", patient="Doe^Jane") -> Path:
    """Axial slices with a header like a scanner's, patient name included."""
    import SimpleITK as sitk

    folder.mkdir(parents=True, exist_ok=True)
    volume = to_sitk(image.array.astype(np.int16), image.geometry)
    x, y, z = volume.GetOrigin()
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    study = "1.2.826.0.1.3680043.8.498.1"
    for k in range(image.geometry.shape[0]):
        if k in skip:
            continue
        plane = volume[:, :, k]
        tags = {"0008|0016": "1.2.840.10008.5.1.4.1.1.2", "0008|0018": f"{study}.{series}.{k + 1}",
                "0008|0060": modality, "0008|0070": "GENERATED", "0010|0010": patient, "0010|0020": "ID123",
                "0018|0010": agent, "0018|0050": str(image.spacing[2]), "0018|0060": kvp, "0018|1210": "STANDARD",
                "0020|000d": study, "0020|000e": f"{study}.{series}", "0020|0013": str(k + 1),
                "0020|0032": f"{x}\\{y}\\{z + k * image.spacing[2]}", "0020|0037": orientation,
                "0028|1052": "0", "0028|1053": "1"}
        for tag, value in tags.items():
            if value:
                plane.SetMetaData(tag, value)
        writer.SetFileName(str(folder / f"s{series}_{k:03d}.dcm"))
        writer.Execute(plane)
    return folder
