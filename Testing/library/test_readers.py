"""Reading scans: what comes in is what is in the file, and bad files end in a sentence."""

import gzip
import struct

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import voxel_hash
from RadiomicsOrthoLib.imaging.readers import read_image

OBLIQUE = tuple(np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]).ravel())


@pytest.fixture
def small():
    """Values that tell axes apart, on an oblique, anisotropic grid."""
    array = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    return array, Geometry((4, 5, 6), (0.7, 0.9, 2.5), (-12.0, 34.0, 56.0), OBLIQUE)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_every_format_gives_the_same_voxels_and_ras_grid(tmp_path, small, suffix):
    array, geometry = small
    image = read_image(phantoms.write(array, geometry, tmp_path / f"scan{suffix}"))
    np.testing.assert_array_equal(image.array, array)
    assert image.geometry.same_place(geometry), image.geometry
    assert image.acquisition.kvp is None and "kvp" in image.acquisition.unknown()


def test_hash_does_not_depend_on_the_file_format_or_pixel_type(tmp_path, small):
    array, geometry = small
    one = read_image(phantoms.write(array, geometry, tmp_path / "a.nrrd"))
    two = read_image(phantoms.write(array.astype(np.float32), geometry, tmp_path / "b.mha"))
    assert one.voxel_hash() == two.voxel_hash()
    changed = array.copy()
    changed[0, 0, 0] += 1
    other = read_image(phantoms.write(changed, geometry, tmp_path / "c.nrrd"))
    assert other.voxel_hash() != one.voxel_hash()


@pytest.mark.parametrize("values", [(0, 1), (-128, 127), (-1024, 3071), (0, 40_000), (0, 3_000_000_000), (-0.25, 7.5)])
def test_hash_tells_values_apart_and_not_types(values):
    grid = Geometry((2, 3, 2), (1, 1, 1), (0, 0, 0))
    array = np.resize(np.array(values, np.float64), grid.shape)
    with np.errstate(invalid="ignore"):
        copies = [array.astype(kind) for kind in ("f8", "f4", ">f8", "i8", "i4", "i2", "u1", "?")]
    hashes = {voxel_hash(copy, grid) for copy in copies if np.array_equal(array, copy)}
    assert len(hashes) == 1
    for step in (1, 0.5, 2**16):
        other = array.copy()
        other[1, 2, 1] += step
        assert voxel_hash(other, grid) not in hashes


def test_ras_and_index_are_inverse(small):
    _, geometry = small
    kji = np.array([[0, 0, 0], [3, 4, 5], [1.5, 2.25, 0.5]])
    np.testing.assert_allclose(geometry.to_kji(geometry.to_ras(kji)), kji, atol=1e-9)
    np.testing.assert_allclose(geometry.to_ras(np.array([0, 0, 1])) - geometry.to_ras(np.array([0, 0, 0])),
                               0.7 * np.array([0.8, 0.6, 0.0]), atol=1e-12)


def _refusal(path, **arguments):
    with pytest.raises(InputError) as caught:
        read_image(path, **arguments)
    return str(caught.value)


def test_missing_empty_and_unknown_files(tmp_path):
    assert "no file" in _refusal(tmp_path / "nothing.nrrd")
    (tmp_path / "empty.nii.gz").touch()
    assert "is empty" in _refusal(tmp_path / "empty.nii.gz")
    (tmp_path / "scan.pkl").write_bytes(b"x")
    assert "no known format" in _refusal(tmp_path / "scan.pkl")
    for name in ("a.nrrd", "a.nii", "a.mha"):
        (tmp_path / name).write_text("just words\n\nand more words" * 40)
        assert "is not an image" in _refusal(tmp_path / name)


def test_truncated_files_are_damaged(tmp_path, small):
    _, geometry = small
    big = np.random.default_rng(0).integers(0, 999, (40, 50, 60)).astype(np.int16)
    big_geometry = Geometry(big.shape, geometry.spacing, geometry.origin)
    for name in ("a.nii.gz", "b.nrrd", "c.mha", "d.nii"):
        path = phantoms.write(big, big_geometry, tmp_path / name)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        assert "is damaged" in _refusal(path), name


def test_a_flipped_bit_in_a_gzip_stream_is_noticed(tmp_path):
    big = np.random.default_rng(0).integers(0, 999, (20, 20, 20)).astype(np.int16)
    path = phantoms.write(big, Geometry(big.shape, (1, 1, 1), (0, 0, 0)), tmp_path / "a.nii.gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF  # in the checksum at the end
    path.write_bytes(bytes(content))
    assert "is damaged" in _refusal(path)


def test_a_header_that_claims_petabytes_is_refused_unopened(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(b"NRRD0004\ntype: short\ndimension: 3\nsizes: 100000 100000 100000\nencoding: raw\n\n1234")
    assert "claims 1.8 PiB" in _refusal(path)
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 32767, 32767, 32767, 1, 1, 1, 1)
    struct.pack_into("<h", header, 70, 4)
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    (tmp_path / "b.nii").write_bytes(bytes(header))
    assert "claims" in _refusal(tmp_path / "b.nii")
    (tmp_path / "c.mha").write_text("ObjectType = Image\nNDims = 3\nDimSize = 100000 100000 100000\n"
                                    "ElementType = MET_SHORT\nElementDataFile = LOCAL\nxx")
    assert "claims 1.8 PiB" in _refusal(tmp_path / "c.mha")


def test_detached_data_is_refused(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(b"NRRD0004\ntype: short\ndimension: 3\nsizes: 4 4 4\nencoding: raw\ndata file: /etc/passwd\n\n")
    assert "keeps its data in another file" in _refusal(path)


def test_other_dimensions_are_refused(tmp_path):
    import SimpleITK as sitk

    sitk.WriteImage(sitk.JoinSeries([sitk.Image([8, 8, 8], sitk.sitkInt16)] * 3), str(tmp_path / "time.nii"))
    assert "4-D image with 3 volumes" in _refusal(tmp_path / "time.nii")
    one = sitk.GetImageFromArray(np.arange(24.0).reshape(2, 3, 4))
    sitk.WriteImage(sitk.JoinSeries([one]), str(tmp_path / "1.nii"))
    np.testing.assert_array_equal(read_image(tmp_path / "1.nii").array, np.arange(24.0).reshape(2, 3, 4))
    sitk.WriteImage(sitk.Image([8, 8, 8], sitk.sitkVectorFloat32, 3), str(tmp_path / "colour.nrrd"))
    assert "3 values per voxel" in _refusal(tmp_path / "colour.nrrd")


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_nan_in_nifti_is_counted_before_the_reader_hides_it(tmp_path, suffix):
    array = np.zeros((6, 6, 6), np.float32)
    path = phantoms.write(array, Geometry(array.shape, (1, 1, 1), (0, 0, 0)), tmp_path / f"a{suffix}")
    opened = gzip.open if suffix.endswith("gz") else open
    with opened(path, "rb") as stream:
        content = bytearray(stream.read())
    content[352:356] = struct.pack("<f", float("nan"))
    content[-4:] = struct.pack("<f", float("inf"))
    with opened(path, "wb") as stream:
        stream.write(bytes(content))
    assert "2 non-finite voxels" in _refusal(path)


class TestDicom:
    def test_a_series_has_its_voxels_place_and_facts(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(3.0, 3.0, 4.0))
        folder = phantoms.write_dicom_series(tmp_path / "ct", image, kvp="100", agent="Iomeprol")
        read = read_image(folder)
        np.testing.assert_array_equal(read.array, image.array)
        assert read.geometry.same_place(image.geometry)
        assert read.modality == "CT"
        facts = read.acquisition
        assert (facts.kvp, facts.contrast_agent, facts.kernel) == (100, True, "STANDARD")
        assert "Doe" not in repr(read.acquisition) + read.source

    def test_no_agent_named_means_unknown_not_none(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(6.0, 6.0, 8.0))
        read = read_image(phantoms.write_dicom_series(tmp_path / "ct", image))
        assert read.acquisition.contrast_agent is None

    def test_a_missing_slice_is_a_gap_and_named_by_its_place(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(6.0, 6.0, 4.0))
        folder = phantoms.write_dicom_series(tmp_path / "ct", image, skip=(5,))
        assert "Gap in the series" in _refusal(folder) and "z = -20.0 mm" in _refusal(folder)

    def test_the_first_slice_missing_is_no_gap(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(6.0, 6.0, 4.0))
        read = read_image(phantoms.write_dicom_series(tmp_path / "ct", image, skip=(0,)))
        assert read.geometry.shape[0] == image.geometry.shape[0] - 1
        assert read.geometry.origin[2] == pytest.approx(image.geometry.origin[2] + 4.0)

    def test_two_series_are_listed_and_one_can_be_chosen(self, tmp_path):
        thick, _ = phantoms.trunk(spacing=(6.0, 6.0, 8.0))
        thin, _ = phantoms.trunk(spacing=(6.0, 6.0, 4.0))
        folder = phantoms.write_dicom_series(tmp_path / "ct", thick, series=1)
        phantoms.write_dicom_series(folder, thin, series=2)
        sentence = _refusal(folder)
        assert "2 series found" in sentence and "--series" in sentence
        assert "10 slices" in sentence and "20 slices" in sentence and "Doe" not in sentence
        counts = {read_image(folder, series=number).geometry.shape[0] for number in ("1", "2")}
        assert counts == {10, 20}
        assert "no series '3'" in _refusal(folder, series="3")

    def test_doubled_slices_are_refused(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(6.0, 6.0, 8.0))
        folder = phantoms.write_dicom_series(tmp_path / "ct", image)
        first = folder / "s1_003.dcm"
        (folder / "copy.dcm").write_bytes(first.read_bytes())
        assert "same position" in _refusal(folder)

    def test_a_folder_without_dicom(self, tmp_path):
        assert "holds no DICOM series" in _refusal(tmp_path)

    def test_one_dicom_file_is_not_a_scan(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(6.0, 6.0, 8.0))
        folder = phantoms.write_dicom_series(tmp_path / "ct", image)
        assert "give the folder" in _refusal(folder / "s1_000.dcm")


def test_sheared_axes_are_said(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(b"NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 4 4\n"
                     b"space directions: (1,0,0) (0.5,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: raw\n"
                     b"endian: little\n\n" + bytes(128))
    assert "its axes are not at right angles" in _refusal(path)


def test_zero_spacing_in_a_nifti_is_not_one_millimetre(tmp_path):
    path = phantoms.write(np.zeros((4, 4, 4), np.int16), Geometry((4, 4, 4), (1, 1, 1), (0, 0, 0)), tmp_path / "a.nii")
    content = bytearray(path.read_bytes())
    content[80:84] = struct.pack("<f", 0.0)
    path.write_bytes(bytes(content))
    assert "states no usable voxel spacing" in _refusal(path)


@pytest.mark.parametrize("line", ["space origin: (60,{})", "units: {}", "{}: 1", "{}"])
def test_an_nrrd_field_without_end_does_not_reach_the_reader(tmp_path, line):
    """NrrdIO of ITK overruns its buffer on it, which ends the process, not in an exception."""
    path = tmp_path / "a.nrrd"
    path.write_text("NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 4 4\n"
                    "space directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: raw\n"
                    + line.format("A" * 5000) + "\n\n" + 128 * "a", encoding="ascii")
    assert "a field of more than 400 characters" in _refusal(path)


def test_an_nrrd_with_an_endless_path_does_not_reach_the_reader(tmp_path):
    folder = tmp_path.joinpath(*6 * ["d" * 200])
    folder.mkdir(parents=True)
    case = phantoms.write(np.zeros((4, 4, 4), np.int16), Geometry((4, 4, 4), (1, 1, 1), (0, 0, 0)), tmp_path / "a.nrrd")
    assert "more than 1000 characters" in _refusal(case.rename(folder / "a.nrrd"))


def test_a_nifti_that_does_not_say_where_its_voxels_begin(tmp_path):
    path = phantoms.write(np.zeros((4, 4, 4), np.int16), Geometry((4, 4, 4), (1, 1, 1), (0, 0, 0)), tmp_path / "a.nii")
    content = bytearray(path.read_bytes())
    content[108:112] = struct.pack("<f", float("nan"))
    path.write_bytes(bytes(content))
    assert "does not say where the voxels begin" in _refusal(path)


@pytest.mark.parametrize("spacing", [(900.0, 900.0, 1250.0), (0.0001, 0.0001, 0.0001)])
def test_an_implausible_spacing_names_its_unit(tmp_path, spacing):
    import SimpleITK as sitk

    image = sitk.Image([4, 4, 4], sitk.sitkInt16)
    image.SetSpacing(spacing)
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"))
    assert "not plausible; check its unit" in _refusal(tmp_path / "a.nrrd")


def test_the_hash_does_not_tell_minus_zero_from_zero():
    grid = Geometry((2, 2, 2), (1, 1, 1), (0, 0, 0))
    assert voxel_hash(np.zeros((2, 2, 2)), grid) == voxel_hash(-np.zeros((2, 2, 2)), grid)


class TestDicomThatIsNotOneGoodSeries:
    @pytest.fixture
    def series(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(6.0, 6.0, 4.0))
        return phantoms.write_dicom_series(tmp_path / "ct", image)

    @staticmethod
    def rewrite(path, **tags):
        pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to alter DICOM headers")
        data = pydicom.dcmread(path)
        for name, value in tags.items():
            if value is None:
                del data[name]
            else:
                setattr(data, name, value)
        data.save_as(path)

    @pytest.mark.parametrize("name", ["s1_000.dcm", "s1_019.dcm", "s1_010.dcm"])
    def test_a_damaged_slice_is_named_wherever_it_lies(self, series, name):
        path = series / name
        path.write_bytes(path.read_bytes()[:200])
        assert f"{name}' is a damaged DICOM file" in _refusal(series)

    def test_mixed_tube_voltages(self, series):
        self.rewrite(series / "s1_005.dcm", KVP="100")
        assert "mixes tube voltages (100, 120)" in _refusal(series)

    def test_mixed_pixel_spacings(self, series):
        self.rewrite(series / "s1_005.dcm", PixelSpacing=[5.0, 5.0])
        assert "mixes pixel spacings" in _refusal(series)

    def test_missing_pixel_spacing_is_not_one_millimetre(self, series):
        for path in series.iterdir():
            self.rewrite(path, PixelSpacing=None)
        assert "states no pixel spacing" in _refusal(series)

    def test_contrast_in_any_slice_counts(self, series):
        self.rewrite(series / "s1_015.dcm", ContrastBolusAgent="Iohexol")
        assert read_image(series).acquisition.contrast_agent is True

    def test_a_name_in_another_character_set(self, series):
        for path in series.iterdir():
            self.rewrite(path, SpecificCharacterSet="ISO_IR 100", Manufacturer="Röntgen GmbH")
        manufacturer = read_image(series).acquisition.manufacturer
        assert manufacturer.startswith("R") and manufacturer.endswith("ntgen GmbH")
        manufacturer.encode("utf-8")

    def test_a_series_one_folder_down_is_hinted_at(self, series):
        assert "give the folder below it that does ('ct'?)" in _refusal(series.parent)
