"""Writing a scan as a file, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ..errors import InputError
from .image import BoneImage
from .readers import to_sitk
from .sitk import simpleitk

ENDINGS = (".nrrd", ".nii.gz", ".mha")


def write_image(image: BoneImage, path: Path) -> None:
    """Voxels and grid of ``image``; the ending (one of ``ENDINGS``) chooses the format.

    Nothing of the acquisition goes with it.  Raises InputError where the file cannot be written; what was there before
    is then there still.
    """
    ending = next((one for one in ENDINGS if path.name.lower().endswith(one)), None)
    if ending is None:
        raise InputError(f"The image '{path.name}' must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".radiomics-ortho-", dir=path.parent) as folder:
            beside = Path(folder) / f"image{ending}"
            simpleitk().WriteImage(to_sitk(image.array, image.geometry), str(beside), useCompression=True)
            os.replace(beside, path)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "the format does not take it"
        raise InputError(f"Cannot write '{path}': {reason}.") from None
