"""2-D images become volumes of one slice, with the size of a pixel only where something states it."""

import struct

import numpy as np
import phantoms
import planar
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.planar import slice_first, with_pixel_size
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation


def refusal(path, **arguments):
    with pytest.raises(InputError) as caught:
        read_image(path, **arguments)
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_a_2d_file_is_one_slice_with_its_pixel_size(tmp_path, suffix):
    array = planar.radiograph()
    read = read_image(planar.write_flat(array, tmp_path / f"flat{suffix}"))
    np.testing.assert_array_equal(read.array, array[np.newaxis])
    assert read.spacing[:2] == pytest.approx(planar.PIXEL_MM)
    assert read.geometry.plane_axis == 0 and read.reading.knows_millimetres


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_volume_of_one_slice_keeps_every_voxel_in_its_place(tmp_path, axis):
    shape = [4, 5, 6]
    shape[axis] = 1
    array = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    geometry = Geometry(tuple(shape), (0.7, 0.9, 2.5), (-12.0, 34.0, 56.0),
                        tuple(np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1.0]]).ravel()))
    turned, grid = slice_first(array, geometry)
    assert turned.shape[0] == 1 and grid.shape == turned.shape
    places = {int(array[tuple(at)]): geometry.to_ras(at) for at in np.argwhere(array >= 0)}
    for at in np.argwhere(turned >= 0):
        np.testing.assert_allclose(grid.to_ras(at), places[int(turned[tuple(at)])], atol=1e-9)
    assert np.linalg.det(np.reshape(grid.direction, (3, 3))) == pytest.approx(1)
    read = read_image(phantoms.write(array, geometry, tmp_path / "slice.nrrd"))
    np.testing.assert_array_equal(read.array, turned)
    # a mask of the file's own axes is turned with it
    mask = phantoms.write((array % 2).astype(np.uint8), geometry, tmp_path / "mask.nrrd")
    np.testing.assert_array_equal(read_segmentation(mask, read.geometry).labels[0], turned % 2)


class TestPictures:
    @pytest.mark.parametrize(("suffix", "bits"), [(".png", 8), (".png", 16), (".tif", 8), (".tiff", 16)])
    def test_grey_values_come_in_as_they_are_without_a_size(self, tmp_path, suffix, bits):
        array = planar.radiograph(bits=bits)
        # what ITK writes as resolution is the size of a print, for whoever reads it
        read = read_image(planar.write_flat(array, tmp_path / f"hip{suffix}", (0.5, 0.5)))
        np.testing.assert_array_equal(read.array, array[np.newaxis])
        assert read.array.dtype == array.dtype and read.modality == "unknown"
        assert read.reading.spacing_from == "missing" and not read.reading.knows_millimetres

    @staticmethod
    def write_colour(path):
        import SimpleITK as sitk

        grey = sitk.GetImageFromArray(planar.radiograph(bits=8))
        sitk.WriteImage(sitk.Compose(grey, grey, grey), str(path))
        return path

    def test_colour_is_refused(self, tmp_path):
        assert "is a colour picture; a grey picture is needed" in refusal(self.write_colour(tmp_path / "a.png"))
        assert "is a colour or palette picture" in refusal(self.write_colour(tmp_path / "a.tif"))

    def test_transparency_and_palettes_are_refused(self, tmp_path):
        Image = pytest.importorskip("PIL.Image", reason="Pillow is needed to write these pictures")
        grey = Image.fromarray(planar.radiograph(bits=8))
        grey.convert("LA").save(tmp_path / "la.png")
        assert "grey with transparency" in refusal(tmp_path / "la.png")
        grey.convert("P").save(tmp_path / "p.png")
        assert "palette picture" in refusal(tmp_path / "p.png")
        grey.save(tmp_path / "two.tif", save_all=True, append_images=[grey])
        assert "several pages" in refusal(tmp_path / "two.tif")

    @pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
    def test_lossy_pictures_are_refused(self, tmp_path, suffix):
        (tmp_path / f"a{suffix}").write_bytes(b"\xff\xd8\xff\xe0 and so on")
        assert "compressed with loss" in refusal(tmp_path / f"a{suffix}")

    @pytest.mark.parametrize("suffix", [".png", ".tif"])
    def test_damaged_pictures_are_said(self, tmp_path, suffix):
        path = planar.write_flat(planar.radiograph(), tmp_path / f"a{suffix}")
        content = path.read_bytes()
        for length in (4, 9, 60, len(content) // 2, len(content) - 2):
            path.write_bytes(content[:length])
            assert any(words in refusal(path) for words in ("is damaged", "is not an image")), length
        path.write_bytes(b"")
        assert "is empty" in refusal(path)
        path.unlink()
        assert "There is no file" in refusal(path)

    def test_a_flipped_bit_in_a_png_is_noticed(self, tmp_path):
        path = planar.write_flat(planar.radiograph(), tmp_path / "a.png")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content))
        assert "is damaged" in refusal(path)

    def test_a_picture_that_claims_gigabytes_is_not_opened(self, tmp_path):
        import zlib

        header = b"IHDR" + struct.pack(">IIBBBBB", 10**5, 10**5, 16, 0, 0, 0, 0)
        path = tmp_path / "a.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
                         + zlib.crc32(header).to_bytes(4, "big") + bytes(20))
        assert "more than any radiograph" in refusal(path)

    @staticmethod
    def tiff(path, array, photometric, compression=1):
        """A minimal TIFF 6.0 of one strip."""
        height, width = array.shape
        entries = [(256, 4, width), (257, 4, height), (258, 3, 8 * array.dtype.itemsize), (259, 3, compression),
                   (262, 3, photometric), (273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, array.nbytes)]
        directory = struct.pack("<H", len(entries)) + b"".join(
            struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries) + bytes(4)
        path.write_bytes(b"II*\0" + struct.pack("<I", 8 + array.nbytes) + array.tobytes() + directory)
        return path

    def test_white_as_zero_is_turned_so_that_more_is_brighter(self, tmp_path):
        array = planar.radiograph(bits=8)
        plain = read_image(self.tiff(tmp_path / "black.tif", array, 1))
        turned = read_image(self.tiff(tmp_path / "white.tif", array, 0))
        np.testing.assert_array_equal(plain.array[0], array)
        np.testing.assert_array_equal(turned.array[0], 255 - array)
        assert (plain.reading.inverted, turned.reading.inverted) == (False, True)

    def test_a_tiff_compressed_as_jpeg_is_refused(self, tmp_path):
        assert "compressed with loss" in refusal(self.tiff(tmp_path / "a.tif", planar.radiograph(bits=8), 1, 7))


class TestDicomImages:
    def test_a_radiograph_has_its_values_and_facts(self, tmp_path):
        array = planar.radiograph()
        path = planar.write_dicom_image(tmp_path / "IM0001", array, Manufacturer="GENERATED", SoftwareVersions="1.2",
                                        KVP="70", PresentationIntentType="FOR PRESENTATION",
                                        ImagerPixelSpacing=[0.15, 0.15])
        read = read_image(path)
        np.testing.assert_array_equal(read.array, array[np.newaxis])
        assert (read.modality, read.acquisition.kvp, read.acquisition.software) == ("XR", 70, "1.2")
        assert read.acquisition.processing == "for the eye"
        assert "Doe" not in repr(read.acquisition) + read.source
        np.testing.assert_array_equal(read_image(tmp_path).array, read.array)

    @pytest.mark.parametrize(("elements", "size", "source"), [
        ({"ImagerPixelSpacing": [0.2, 0.3]}, (0.3, 0.2), "detector"),
        ({"PixelSpacing": [0.2, 0.3], "ImagerPixelSpacing": [0.2, 0.3]}, (0.3, 0.2), "detector"),
        ({"PixelSpacing": [0.25, 0.35], "ImagerPixelSpacing": [0.2, 0.3]}, (0.35, 0.25), "calibrated"),
        ({"PixelSpacing": [0.2, 0.3], "PixelSpacingCalibrationType": "FIDUCIAL"}, (0.3, 0.2), "calibrated"),
        ({"PixelSpacing": [0.2, 0.3]}, (0.3, 0.2), "detector"),
        ({"NominalScannedPixelSpacing": [0.2, 0.3]}, (0.3, 0.2), "detector"),
        ({"PixelSpacing": [0, 0.3]}, None, "missing"), ({}, None, "missing")])
    def test_a_pixel_is_as_large_as_the_best_statement_says(self, tmp_path, elements, size, source):
        read = read_image(planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph(), **elements))
        assert read.reading.spacing_from == source
        if size:
            assert read.spacing[:2] == pytest.approx(size)

    def test_a_densitometer_s_image(self, tmp_path):
        path = planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph(), "BMD", PixelSpacing=[0.6, 0.6])
        read = read_image(path)
        assert (read.modality, read.reading.spacing_from) == ("DXA", "file")
        # as a secondary capture it is just a picture, until somebody says what it is
        capture = read_image(planar.write_dicom_image(tmp_path / "b.dcm", planar.radiograph(), "OT"))
        assert capture.modality == "unknown" and capture.with_modality("DXA").modality == "DXA"

    @pytest.mark.parametrize("slope", [None, "2"])
    def test_dark_and_bright_are_exchanged_where_the_file_means_them_so(self, tmp_path, slope):
        array = planar.radiograph()
        elements = {"RescaleSlope": slope, "RescaleIntercept": "-5"} if slope else {}
        plain = read_image(planar.write_dicom_image(tmp_path / "a.dcm", array, **elements))
        turned = read_image(planar.write_dicom_image(tmp_path / "b.dcm", array, photometric="MONOCHROME1", **elements))
        scale, shift = (2, -5) if slope else (1, 0)
        np.testing.assert_array_equal(plain.array[0], array.astype(int) * scale + shift)
        np.testing.assert_array_equal(turned.array[0], (4095 - array.astype(int)) * scale + shift)
        assert turned.reading.inverted and not plain.reading.inverted

    def test_colour_and_clips_are_refused_with_what_to_do(self, tmp_path):
        colour = np.zeros((20, 30, 3), np.uint8)
        path = planar.write_dicom_image(tmp_path / "c.dcm", colour, "US", "RGB")
        assert "is in colour (RGB), as screen copies are; export the grey ultrasound image" in refusal(path)
        path = planar.write_dicom_image(tmp_path / "f.dcm", np.zeros((5, 20, 30), np.uint8), "US", NumberOfFrames="5")
        assert "clip of 5 frames; export the frame" in refusal(path)
        path = planar.write_dicom_image(tmp_path / "x.dcm", np.zeros((5, 20, 30), np.uint8), "DX", NumberOfFrames="5")
        assert "multi-frame" in refusal(path)

    @staticmethod
    def region(units=3, delta=0.012, space=1):
        pydicom = pytest.importorskip("pydicom", reason="pydicom is needed to write DICOM images")
        region = pydicom.Dataset()
        region.RegionSpatialFormat = space
        region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = units
        region.PhysicalDeltaX, region.PhysicalDeltaY = delta, -delta
        return region

    def test_the_scale_of_an_ultrasound_image_is_that_of_its_regions(self, tmp_path):
        array = planar.radiograph(bits=8)
        trace = self.region(units=4, space=3)
        for regions, size in (([self.region()], 0.12), ([self.region(), self.region(), trace], 0.12),
                              ([self.region(), self.region(delta=0.02)], None), ([self.region(units=0)], None),
                              ([], None)):
            path = planar.write_dicom_image(tmp_path / "us.dcm", array, "US", SequenceOfUltrasoundRegions=regions)
            read = read_image(path)
            assert read.modality == "US"
            assert read.reading.spacing_from == ("file" if size else "missing")
            if size:
                assert read.spacing[:2] == pytest.approx((size, size))

    def test_lossy_compression_is_kept_in_mind(self, tmp_path):
        for stated, lossy in (("01", True), ("00", False)):
            path = planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph(), LossyImageCompression=stated)
            assert read_image(path).reading.lossy == lossy

    def test_several_radiographs_in_a_folder_are_no_volume(self, tmp_path):
        for name in ("a.dcm", "b.dcm"):
            planar.write_dicom_image(tmp_path / name, planar.radiograph())
        assert "holds 2 separate 2-D images (XR); give one of its files" in refusal(tmp_path)
        assert read_image(tmp_path / "a.dcm").modality == "XR"

    def test_damaged_files_and_files_without_an_image_are_said(self, tmp_path):
        path = planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph())
        content = path.read_bytes()
        for length in (140, 300, len(content) // 2):
            path.write_bytes(content[:length])
            assert any(words in refusal(path) for words in ("damaged", "without an image")), length

    def test_one_slice_of_a_ct_alone_is_a_2d_image_in_its_place(self, tmp_path):
        image, _ = phantoms.trunk(spacing=(3.0, 3.0, 4.0))
        folder = phantoms.write_dicom_series(tmp_path / "ct", image, skip=range(1, 99))
        read = read_image(folder)
        np.testing.assert_array_equal(read.array[0], image.array[0])
        assert read.modality == "CT" and read.geometry.origin == pytest.approx(image.geometry.origin)
        assert read_image(folder / "s1_000.dcm").voxel_hash() == read.voxel_hash()


class TestPixelSize:
    def test_a_stated_size_is_taken_and_remembered(self):
        picture = planar.image(spacing_from="missing")
        stated = with_pixel_size(picture, (0.143, 0.15))
        assert stated.spacing[:2] == (0.143, 0.15) and stated.reading.spacing_from == "stated"
        assert stated.reading.file_grid is picture.geometry

    def test_a_calibrated_size_is_not_talked_over(self):
        calibrated = planar.image(spacing_from="calibrated")
        with pytest.raises(InputError, match=r"calibrated pixel size of 0.2 × 0.25 mm; it cannot be stated"):
            with_pixel_size(calibrated, (0.3, 0.3))
        assert with_pixel_size(calibrated, planar.PIXEL_MM) is calibrated
        assert with_pixel_size(planar.image(spacing_from="detector"), (0.3, 0.3)).spacing[:2] == (0.3, 0.3)

    def test_volumes_and_impossible_sizes_are_refused(self):
        with pytest.raises(InputError, match="2-D images only"):
            with_pixel_size(phantoms.trunk(spacing=(3.0, 3.0, 4.0))[0], (0.3, 0.3))
        with pytest.raises(InputError, match="not plausible"):
            with_pixel_size(planar.image(), (500.0, 500.0))


class TestMasks:
    @pytest.mark.parametrize("suffix", [".png", ".tif", ".nrrd", ".nii.gz", ".mha"])
    def test_a_2d_mask_lies_on_its_picture(self, tmp_path, suffix):
        image = read_image(planar.write_flat(planar.radiograph(), tmp_path / "image.nrrd"))
        mask = planar.write_flat(planar.bone().astype(np.uint8) * 255, tmp_path / f"mask{suffix}")
        found = read_segmentation(mask, image.geometry)
        assert [segment.label for segment in found.segments] == [255]
        np.testing.assert_array_equal(found.mask(found.segments[0])[0], planar.bone())
        assert found.geometry == image.geometry

    @pytest.mark.parametrize("suffix", [".png", ".nrrd"])
    def test_a_mask_drawn_before_the_size_was_stated_still_fits(self, tmp_path, suffix):
        picture = read_image(planar.write_flat(planar.radiograph(), tmp_path / "image.png"))
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / f"mask{suffix}", (1.0, 1.0))
        stated = with_pixel_size(picture, (0.2, 0.2))
        found = read_segmentation(mask, stated.geometry, stated.reading.file_grid)
        np.testing.assert_array_equal(found.mask(found.segments[0])[0], planar.bone())
        assert found.geometry == stated.geometry

    def test_a_segmentation_of_slicer_lies_on_it_too(self, tmp_path):
        image = read_image(planar.write_flat(planar.radiograph(), tmp_path / "image.nrrd"))
        path = phantoms.write_seg_nrrd(tmp_path / "m.seg.nrrd", planar.bone()[np.newaxis, np.newaxis].astype(np.uint8),
                                       image.geometry, [{"Name": "left femur"}])
        found = read_segmentation(path, image.geometry)
        np.testing.assert_array_equal(found.mask(found.segments[0])[0], planar.bone())

    def test_a_mask_drawn_in_slicer_on_the_detector_s_grid_fits_the_calibrated_image(self, tmp_path):
        image = read_image(planar.write_dicom_image(tmp_path / "a.dcm", planar.radiograph(), PixelSpacing=[0.25, 0.2],
                                                    ImagerPixelSpacing=[0.3, 0.24]))
        assert image.spacing[:2] == pytest.approx((0.2, 0.25))
        mask = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "mask.nrrd", (0.24, 0.3))
        found = read_segmentation(mask, image.geometry, image.reading.file_grid)
        np.testing.assert_array_equal(found.mask(found.segments[0])[0], planar.bone())
        assert found.geometry == image.geometry
        other = planar.write_flat(planar.bone().astype(np.uint8), tmp_path / "other.nrrd", (0.5, 0.5))
        with pytest.raises(InputError, match="voxel spacings differ"):
            read_segmentation(other, image.geometry, image.reading.file_grid)

    @pytest.mark.parametrize(("suffix", "words"), [(".png", "sizes differ"), (".nrrd", "sizes differ")])
    def test_a_mask_of_another_size_is_refused(self, tmp_path, suffix, words):
        image = read_image(planar.write_flat(planar.radiograph(), tmp_path / "image.nrrd"))
        mask = planar.write_flat(planar.bone()[:-1].astype(np.uint8), tmp_path / f"mask{suffix}")
        with pytest.raises(InputError, match=words):
            read_segmentation(mask, image.geometry)

    def test_a_mask_elsewhere_is_refused(self, tmp_path):
        import SimpleITK as sitk

        image = read_image(planar.write_flat(planar.radiograph(), tmp_path / "image.nrrd"))
        flat = sitk.GetImageFromArray(planar.bone().astype(np.uint8))
        flat.SetSpacing(planar.PIXEL_MM)
        flat.SetOrigin((3.0, 0.0))
        sitk.WriteImage(flat, str(tmp_path / "mask.nrrd"))
        with pytest.raises(InputError, match="do not share a geometry"):
            read_segmentation(tmp_path / "mask.nrrd", image.geometry)
