"""What we read ourselves while we check it is what SimpleITK reads, whatever the file says of its numbers."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.file_checks import check_image_file
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.nrrd_header import read_nrrd_header
from RadiomicsOrthoLib.imaging.readers import read_voxels, to_geometry
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation

if TYPE_CHECKING:
    import SimpleITK as sitk

SHAPE = (5, 6, 7)
TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64")
#: the names that the NRRD format has for a type (teem.sourceforge.net/nrrd/format.html)
NRRD_NAMES = {
    "int8": ("signed char", "int8", "int8_t"), "uint8": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "uint16": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"), "uint32": ("uint", "unsigned int", "uint32", "uint32_t"),
    "int64": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "uint64": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "float32": ("float",), "float64": ("double",)}


def numbers(dtype: str = "int16") -> np.ndarray:
    return np.random.default_rng(4).integers(-100 if np.dtype(dtype).kind != "u" else 0, 100, SHAPE).astype(dtype)


def expected(path) -> np.ndarray:
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def assert_as_simpleitk(path) -> np.ndarray:
    found, reference = read_voxels(path)[0], expected(path)
    assert found.dtype == reference.dtype
    np.testing.assert_array_equal(found, reference)
    return found


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ["a.nrrd", "a.nii", "a.nii.gz", "a.mha"])
@pytest.mark.parametrize("compressed", [True, False])
def test_every_number_type_of_every_format(tmp_path, dtype, name, compressed):
    import SimpleITK as sitk

    sitk.WriteImage(sitk.GetImageFromArray(numbers(dtype)), str(tmp_path / name), useCompression=compressed)
    np.testing.assert_array_equal(assert_as_simpleitk(tmp_path / name), numbers(dtype))


@pytest.mark.parametrize(("dtype", "name"), [(dtype, name) for dtype, names in NRRD_NAMES.items() for name in names])
def test_every_name_of_a_number_type_in_nrrd(tmp_path, dtype, name):
    path = tmp_path / "a.nrrd"
    sizes = " ".join(str(n) for n in SHAPE[::-1])
    path.write_bytes(f"NRRD0004\ntype: {name}\ndimension: 3\nsizes: {sizes}\nspacings: 1 1 1\nencoding: raw\n"
                     "endian: little\n\n".encode() + numbers(dtype).tobytes())
    np.testing.assert_array_equal(read_voxels(path)[0], numbers(dtype))


@pytest.mark.parametrize("dtype", ["int16", "float32"])
@pytest.mark.parametrize(("slope", "intercept"), [(2.0, 0.0), (1.0, -1024.0), (0.0, 3.0), (0.0, 0.0), (1.0, 0.0)])
def test_a_nifti_with_a_slope(tmp_path, dtype, slope, intercept):
    path = phantoms.write(numbers(dtype), Geometry(SHAPE, (1, 1, 1), (0, 0, 0)), tmp_path / "a.nii")
    content = bytearray(path.read_bytes())
    struct.pack_into("<2f", content, 112, slope, intercept)
    path.write_bytes(bytes(content))
    assert_as_simpleitk(path)


@pytest.mark.parametrize("compression", ["raw", "gzip"])
def test_a_big_endian_nrrd(tmp_path, compression):
    data = numbers().astype(">i2").tobytes()
    header = (f"NRRD0004\ntype: int16\ndimension: 3\nsizes: 7 6 5\nspacings: 1 1 1\nendian: big\n"
              f"encoding: {compression}\n\n").encode()
    (tmp_path / "a.nrrd").write_bytes(header + (gzip.compress(data) if compression == "gzip" else data))
    np.testing.assert_array_equal(assert_as_simpleitk(tmp_path / "a.nrrd"), numbers())


def test_a_nrrd_that_skips_bytes(tmp_path):
    header = b"NRRD0004\ntype: int16\ndimension: 3\nsizes: 7 6 5\nspacings: 1 1 1\nendian: little\nbyte skip: 10\n"
    (tmp_path / "a.nrrd").write_bytes(header + b"encoding: raw\n\n" + b"x" * 10 + numbers().tobytes())
    np.testing.assert_array_equal(assert_as_simpleitk(tmp_path / "a.nrrd"), numbers())


@pytest.mark.parametrize("compressed", [True, False])
def test_a_big_endian_metaimage(tmp_path, compressed):
    data = numbers().astype(">i2").tobytes()
    data = zlib.compress(data) if compressed else data
    header = (f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = True\n"
              f"CompressedData = {compressed}\nCompressedDataSize = {len(data)}\nDimSize = 7 6 5\n"
              f"ElementType = MET_SHORT\nElementDataFile = LOCAL\n").encode()
    (tmp_path / "a.mha").write_bytes(header + data)
    np.testing.assert_array_equal(assert_as_simpleitk(tmp_path / "a.mha"), numbers())


def test_a_gzip_file_of_several_members(tmp_path):
    path = phantoms.write(numbers(), Geometry(SHAPE, (1, 1, 1), (0, 0, 0)), tmp_path / "a.nii")
    content = path.read_bytes()
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(content[:400]) + gzip.compress(content[400:]) + b"\0" * 64)
    np.testing.assert_array_equal(assert_as_simpleitk(tmp_path / "b.nii.gz"), numbers())


@pytest.mark.parametrize("kinds", ["list domain domain domain", "domain domain domain list"])
def test_layers_first_or_last(tmp_path, kinds):
    """Slicer writes the layers first; SimpleITK turns the axes of other files."""
    layers = np.random.default_rng(1).integers(0, 3, (*SHAPE, 2)).astype(np.uint8)
    first = kinds.startswith("list")
    sizes, directions = ("2 7 6 5", "none (1,0,0) (0,1,0) (0,0,1)") if first else (
        "7 6 5 2", "(1,0,0) (0,1,0) (0,0,1) none")
    segments = "".join(f"Segment{n}_ID:=s{n}\nSegment{n}_Name:=s{n}\nSegment{n}_Layer:={n}\nSegment{n}_LabelValue:=1\n"
                       for n in range(2))
    header = (f"NRRD0004\ntype: uchar\ndimension: 4\nspace: left-posterior-superior\nsizes: {sizes}\n"
              f"space directions: {directions}\nkinds: {kinds}\nencoding: raw\nspace origin: (0,0,0)\n{segments}\n")
    path = tmp_path / "a.seg.nrrd"
    path.write_bytes(header.encode() + (layers if first else np.moveaxis(layers, -1, 0)).tobytes())
    found = read_segmentation(path)
    for number, segment in enumerate(found.segments):
        np.testing.assert_array_equal(found.mask(segment), layers[..., number] == 1)


def turned_grid(seed: int) -> sitk.Image:
    import SimpleITK as sitk

    generator = np.random.default_rng(seed)
    image = sitk.GetImageFromArray(numbers())
    image.SetDirection(np.linalg.qr(generator.normal(size=(3, 3)))[0].ravel().tolist())
    image.SetSpacing(generator.uniform(0.2, 5, 3).tolist())
    image.SetOrigin(generator.normal(0, 200, 3).tolist())
    return image


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("space", ["left-posterior-superior", "RAS", "right-anterior-superior"])
def test_the_grid_of_a_nrrd_is_simpleitks_to_the_last_bit(tmp_path, seed, space):
    import SimpleITK as sitk

    path = tmp_path / "a.nrrd"
    sitk.WriteImage(turned_grid(seed), str(path))
    path.write_bytes(path.read_bytes().replace(b"left-posterior-superior", space.encode()))
    assert check_image_file(path).layers == 1
    assert read_voxels(path)[1] == to_geometry(sitk.ReadImage(str(path)))


@pytest.mark.parametrize(("old", "new"), [
    (b"left-posterior-superior", b"3D-left-handed"), (b"kinds: domain domain domain\n", b""),
    (b"space origin", b"#space origin"), (b"kinds:", b'space units: "mm" "mm" "mm"\nkinds:'),
    (b"kinds:", b"byte skip: 0\nkinds:")])
def test_simpleitk_reads_a_grid_that_is_not_stated_plainly(tmp_path, old, new):
    import SimpleITK as sitk

    path = tmp_path / "a.nrrd"
    sitk.WriteImage(turned_grid(1), str(path))
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))
    assert check_image_file(path).layers == 0
    assert_as_simpleitk(path)
    assert read_voxels(path)[1] == to_geometry(sitk.ReadImage(str(path)))


def test_the_free_values_of_a_nrrd_are_simpleitks(tmp_path):
    import SimpleITK as sitk

    path = tmp_path / "a.nrrd"
    image = turned_grid(2)
    for key, value in (("Segment0_Name", "Körper: L1"), ("with \\ and =", "C:\\new\\folder"), ("two", "a\nb"),
                       ("a:b", "c: d := e"), ("line separators", "a\u2028b\x0bc")):
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path))
    read = sitk.ReadImage(str(path))
    found = read_nrrd_header(path).values
    assert len(found) >= 5 and found == {key: read.GetMetaData(key) for key in found}


def test_a_bomb_is_given_no_more_memory_than_it_can_fill(tmp_path):
    """Eight gigabytes claimed by some hundred bytes."""
    header = (b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2048 2048 2047\nspacings: 1 1 1\nencoding: gzip\n\n")
    (tmp_path / "a.nrrd").write_bytes(header + gzip.compress(b"\0" * 5000))
    with pytest.raises(InputError, match="header and data size disagree"):
        read_voxels(tmp_path / "a.nrrd")


def test_voxels_belong_to_who_reads_them(tmp_path):
    path = phantoms.write(numbers(), Geometry(SHAPE, (1, 1, 1), (0, 0, 0)), tmp_path / "a.nrrd")
    array, _ = read_voxels(path)
    path.unlink()
    array += 1
    np.testing.assert_array_equal(array, numbers() + 1)
