"""Modalities, and how DICOM and people write them."""

from __future__ import annotations

import re

#: XR is every projection radiograph, DXA a bone densitometer's image, PT is PET
MODALITIES = ("CT", "MR", "XR", "DXA", "PT", "US", "unknown")
TITLES = {"CT": "CT", "MR": "MR", "XR": "radiograph", "DXA": "DXA image", "PT": "PET", "US": "ultrasound image",
          "unknown": "image of unknown modality"}
#: Modality (0008,0060), DICOM PS3.3 C.7.3.1.1.1
_DICOM = {"CT": "CT", "MR": "MR", "CR": "XR", "DX": "XR", "RG": "XR", "RF": "XR", "BMD": "DXA", "PT": "PT", "US": "US",
          "BDUS": "US"}
_WORDS = {"ct": "CT", "mr": "MR", "mri": "MR", "xr": "XR", "cr": "XR", "dx": "XR", "radiograph": "XR", "dxa": "DXA",
          "dexa": "DXA", "pet": "PT", "us": "US", "ultrasound": "US"}


def modality_from_dicom(code: str) -> str:
    """``CT``, ``MR`` … of a DICOM modality code; ``unknown`` for any other (``OT``, ``SC``)."""
    return _DICOM.get(code.strip().upper(), "unknown")


def modality_from_name(name: str) -> str:
    """The modality that a volume's name states in a word of its own (``3: CT Thorax``), else ``unknown``.

    A name that states two (``PET CT``) states none.
    """
    found = {_WORDS[word] for word in re.findall(r"[a-z]+", name.lower()) if word in _WORDS}
    return found.pop() if len(found) == 1 else "unknown"
