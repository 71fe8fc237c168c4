"""A DICOM file's header with its sequences, which SimpleITK leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from pydicom import Dataset

#: JPEG baseline and extended, JPEG-LS near-lossless
_LOSSY_SYNTAXES = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81")


def is_dicom_file(path: Path) -> bool:
    """True if the file begins as DICOM PS3.10 asks for, whatever its name."""
    try:
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False


def read_header(path: Path | str) -> Dataset:
    """Everything before the pixels; InputError if the file is no whole DICOM file."""
    import warnings

    import pydicom

    try:
        with warnings.catch_warnings():
            # what deviates from the standard but can be read is read
            warnings.simplefilter("ignore")
            header = pydicom.dcmread(path, stop_before_pixels=True)
            # elements are decoded when they are asked for: ask here, where a fault has a sentence
            header.walk(lambda dataset, element: element.value)
    except Exception:  # noqa: BLE001 - pydicom raises whatever the damaged bytes lead it to
        raise InputError(f"'{path}' is a damaged DICOM file; copy it again from its source.") from None
    return header


def text_of(header: Dataset, keyword: str) -> str:
    """An element as DICOM writes it (``\\`` between values), without bytes that do not fit; empty if absent."""
    value = header.get(keyword)
    if value is None:
        return ""
    parts = value if not isinstance(value, str) and hasattr(value, "__iter__") else [value]
    return printable("\\".join(str(part) for part in parts))


def text_at(header: Dataset, tag: str) -> str:
    """The same by the element's number (``gggg|eeee``)."""
    from pydicom.datadict import keyword_for_tag

    return text_of(header, keyword_for_tag(int(tag.replace("|", ""), 16)))


def numbers_of(header: Dataset, keyword: str) -> tuple[float, ...]:
    """An element's values as numbers; empty if it is absent or holds anything else."""
    try:
        return tuple(float(part) for part in text_of(header, keyword).split("\\") if part)
    except ValueError:
        return ()


def is_lossy(header: Dataset) -> bool:
    """True if the header states lossy compression (0028,2110), or its transfer syntax is one."""
    syntax = str(getattr(getattr(header, "file_meta", None), "TransferSyntaxUID", ""))
    return text_of(header, "LossyImageCompression") == "01" or syntax in _LOSSY_SYNTAXES


def printable(text: str) -> str:
    """Header text without the bytes that do not fit its character set."""
    return "".join(c if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF else "?" for c in text).strip()
