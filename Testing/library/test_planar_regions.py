"""Regions on 2-D images from points: which pixels belong to them, what is refused, and the way to features."""

import csv
import json

import numpy as np
import planar
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.regions.planar.plane import plane_of
from RadiomicsOrthoLib.regions.planar.polygon import polygon
from RadiomicsOrthoLib.regions.planar.proposal import Anatomy, propose_ellipse, propose_neck_box, propose_polygon
from RadiomicsOrthoLib.regions.terminology import COMPARTMENT_TAG

HEIGHT, WIDTH = planar.PIXEL_MM[1], planar.PIXEL_MM[0]


def at(image, *pixels):
    """RAS of (row, column) on a 2-D image."""
    return image.geometry.to_ras(np.array([(0, row, column) for row, column in pixels], float))


def polygon_mask(image, *pixels):
    return propose_polygon(image, at(image, *pixels), Anatomy()).regions[0].roi.mask[0]


def text(points):
    return [",".join(f"{x:.6f}" for x in point) for point in points]


def test_a_pixel_belongs_to_a_polygon_if_its_centre_does():
    image = planar.image()
    mask = polygon_mask(image, (2.4, 3.4), (2.4, 7.6), (5.6, 7.6), (5.6, 3.4))
    assert np.argwhere(mask).tolist() == [[row, column] for row in (3, 4, 5) for column in (4, 5, 6, 7)]


def test_either_way_round_and_from_any_corner_a_polygon_is_the_same():
    image, corners = planar.image(), [(5, 10), (40.5, 22), (70, 60), (33, 50), (11, 71)]
    mask = polygon_mask(image, *corners)
    assert mask.sum() > 500
    assert np.array_equal(mask, polygon_mask(image, *corners[::-1]))
    assert np.array_equal(mask, polygon_mask(image, *corners[2:], *corners[:2]))


def test_polygons_that_share_an_edge_share_no_pixel_and_leave_none_out():
    """Corners and edges run through pixel centres on purpose."""
    generator = np.random.default_rng(4)
    image = planar.image()
    for _ in range(50):
        middle = generator.integers(20, 60, 2).astype(float)
        fan = [polygon_mask(image, middle, a, b) for a, b in (((0, 0), (0, 79)), ((0, 79), (95, 79)),
                                                               ((95, 79), (95, 0)), ((95, 0), (0, 0)))]
        assert np.array_equal(sum(mask.astype(int) for mask in fan)[:95, :79], np.ones((95, 79), int))


def test_a_polygon_agrees_with_another_way_of_deciding():
    """The winding angle around each pixel's centre, for polygons whose edges meet no centre."""
    generator = np.random.default_rng(5)
    image = planar.image()
    rows, columns = np.indices(planar.SIZE)
    for _ in range(10):
        angles = np.sort(generator.uniform(0, 2 * np.pi, 9))
        radius = generator.uniform(8, 36, 9)
        corners = np.stack([47.3 + radius * np.sin(angles), 39.6 + radius * np.cos(angles)], 1)
        if np.max(np.diff(np.append(angles, angles[0] + 2 * np.pi))) > 2.5:
            continue
        turned = sum(np.angle(complex_of(b, rows, columns) / complex_of(a, rows, columns))
                     for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True))
        assert np.array_equal(polygon_mask(image, *corners), np.abs(turned) > np.pi)


def complex_of(corner, rows, columns):
    return (corner[1] - columns) + 1j * (corner[0] - rows)


def test_the_area_of_a_large_polygon_is_that_of_geometry():
    image = planar.image()
    proposal = propose_polygon(image, at(image, (10, 10), (80, 20), (60, 70)), Anatomy())
    expected = 0.5 * abs(70 * 60 - 10 * 50) * WIDTH * HEIGHT
    assert proposal.summary["area_mm2"] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("corners", "said"), [
    ([(10, 10), (20, 20)], "2 different points"),
    ([(10, 10), (20, 20), (10, 10), (10, 10)], "touches itself|different points"),
    ([(10, 10), (20, 20), (30, 30)], "lie on one line"),
    ([(10, 10), (30, 30), (10, 30), (30, 10)], "crosses or touches itself: the edges between points 1–2 and 3–4"),
    ([(10, 10), (30, 10), (30, 30), (10, 20), (30, 20), (10, 30)], "crosses or touches"),
    ([(10, 10), (30, 10), (20, 10), (20, 30)], "crosses or touches"),
    ([(10, 10), (30, 10), (30, 30), (20, 10)], "crosses or touches"),
    ([(10, 10), (10, 90), (30, 30)], "Point 2 .* outside the image"),
    ([(-1, 10), (10, 20), (30, 30)], "Point 1 .* outside the image"),
    ([(10.2, 10.2), (10.2, 10.8), (10.8, 10.8), (10.8, 10.2)], "holds no pixel's centre"),
])
def test_bad_polygons_are_refused_in_a_sentence(corners, said):
    with pytest.raises(InputError, match=said):
        polygon_mask(planar.image(), *corners)


def test_a_point_off_the_plane_is_refused():
    image = planar.image()
    points = at(image, (10, 10), (10, 30), (30, 30))
    points[1, 2] += 5
    with pytest.raises(InputError, match=r"Point 2 .* 5 mm off the plane"):
        propose_polygon(image, points, Anatomy())


def test_a_curve_of_many_points_is_fast_enough_and_exact():
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    image = planar.image()
    plane = plane_of(image)
    circle = np.stack([11 + 6 * np.sin(angles), 8 + 6 * np.cos(angles)], 1)
    rows, columns = plane.centres()
    inside = np.hypot(rows - 11, columns - 8)
    mask = polygon(plane, circle)
    assert mask[inside < 5.99].all() and not mask[inside > 6.01].any()


def test_an_ellipse_reaches_its_three_points_in_millimetres():
    image = planar.image()
    proposal = propose_ellipse(image, at(image, (50, 40), (50, 65), (30, 47)), Anatomy())
    assert proposal.summary["half_axes_mm"] == pytest.approx([25 * WIDTH, 20 * HEIGHT])
    assert proposal.summary["area_mm2"] == pytest.approx(np.pi * 25 * WIDTH * 20 * HEIGHT, rel=0.01)
    places = np.argwhere(proposal.regions[0].roi.mask[0])
    assert places.min(axis=0).tolist() == [30, 15] and places.max(axis=0).tolist() == [70, 65]


def test_a_turned_ellipse_on_oblong_pixels_keeps_its_shape():
    """Pixels are 0.2 mm wide and 0.25 mm high: the axis at 45° is one in millimetres."""
    image = planar.image()
    step = 3.0
    points = at(image, (50, 40), (50 + step / HEIGHT, 40 + step / WIDTH), (50 + 1 / HEIGHT, 40 - 1 / WIDTH))
    proposal = propose_ellipse(image, points, Anatomy())
    assert proposal.summary["half_axes_mm"] == pytest.approx([step * 2**0.5, 2**0.5], rel=1e-6)
    assert proposal.summary["area_mm2"] == pytest.approx(np.pi * step * 2, rel=0.02)


@pytest.mark.parametrize(("points", "said"), [
    ([(50, 40), (50, 40), (30, 40)], "first two points"),
    ([(50, 40), (50, 60), (50, 70)], "on one line"),
    ([(50, 10), (50, 30), (40, 10)], "reaches beyond the image"),
    ([(50, 10), (50, 30)], "needs three points; 2"),
])
def test_bad_ellipses_are_refused_in_a_sentence(points, said):
    with pytest.raises(InputError, match=said):
        propose_ellipse(planar.image(), at(planar.image(), *points), Anatomy())


def neck_image(**reading):
    """160 × 200 pixels of 0.5 mm: room for a hip."""
    from dataclasses import replace

    from RadiomicsOrthoLib.imaging.image import BoneImage
    from RadiomicsOrthoLib.imaging.planar import plane_geometry

    values = np.random.default_rng(0).normal(1000, 100, (1, 160, 200)).astype(np.int16)
    found = BoneImage(values, plane_geometry(values.shape, (0.5, 0.5)), "DXA")
    return replace(found, reading=replace(found.reading, **reading))


def test_the_neck_box_lies_at_right_angles_to_the_axis_and_ends_at_the_cortex():
    image = neck_image()
    # the axis runs down and out at 45°; the cortex is 16 mm from it, 30 mm from the head's centre
    head, along, across = np.array([40.0, 60]), np.array([1, 1]) / 2**0.5, np.array([-1, 1]) / 2**0.5
    base, cortex = head + 60 / 0.5 * along, head + 30 / 0.5 * along + 16 / 0.5 * across
    proposal = propose_neck_box(image, at(image, head, base, cortex), side="left")
    roi = proposal.regions[0].roi
    assert (roi.site, roi.side, roi.compartment) == ("proximal-femur", "left", "femoral-neck")
    assert proposal.summary["width_mm"] == pytest.approx(32) and proposal.summary["length_mm"] == 15
    assert proposal.summary["from_head_centre_mm"] == pytest.approx(30)
    assert proposal.summary["area_mm2"] == pytest.approx(32 * 15, rel=0.02)
    places = np.argwhere(roi.mask[0]) * 0.5 - head * 0.5
    assert np.abs(places @ across).max() == pytest.approx(16, abs=0.4)
    assert (places @ along).min() == pytest.approx(22.5, abs=0.4)
    assert (places @ along).max() == pytest.approx(37.5, abs=0.4)
    assert proposal.remarks == ()


def test_the_neck_box_needs_millimetres_and_says_how_to_give_them():
    with pytest.raises(InputError, match="--spacing"):
        propose_neck_box(neck_image(spacing_from="missing"), at(neck_image(), (40, 60), (120, 140), (60, 110)))


@pytest.mark.parametrize(("points", "length", "said"), [
    ([(40, 60), (42, 62), (60, 80)], 15, "too near for a box"),
    ([(40, 60), (120, 140), (20, 50)], 15, "beside the neck"),
    ([(40, 60), (120, 140), (80, 100)], 15, "on the axis"),
    ([(40, 60), (120, 140), (60, 110)], 100, "not possible"),
    ([(4, 60), (90, 60), (14, 80)], 30, "reaches beyond the image"),
])
def test_points_that_are_no_neck_are_refused(points, length, said):
    with pytest.raises(InputError, match=said):
        propose_neck_box(neck_image(), at(neck_image(), *points), None, length)


def test_a_neck_of_unusual_width_is_remarked_on():
    image = neck_image()
    proposal = propose_neck_box(image, at(image, (40, 60), (120, 60), (80, 70)))
    assert [remark.code for remark in proposal.remarks] == ["NECK_WIDTH_UNUSUAL"]


def test_a_volume_is_refused():
    volume, _ = planar.mr()
    with pytest.raises(InputError, match="is a volume"):
        propose_polygon(volume, [(0, 0, 0), (1, 0, 0), (0, 1, 0)], Anatomy())


@pytest.mark.parametrize("axis", [1, 2])
def test_an_image_whose_slice_lies_along_another_axis_is_one_too(axis):
    """As a volume node of Slicer may hold it: a sagittal or coronal slice."""
    from RadiomicsOrthoLib.imaging.geometry import Geometry
    from RadiomicsOrthoLib.imaging.image import BoneImage

    array = np.expand_dims(planar.radiograph(), axis)
    image = BoneImage(array, Geometry(array.shape, (0.3, 0.4, 0.5), (5.0, 6.0, 7.0)), "XR")
    pixels = ((9.5, 9.5), (9.5, 19.5), (29.5, 19.5), (29.5, 9.5))
    corners = [np.insert(np.array(pixel, float), axis, 0) for pixel in pixels]
    roi = propose_polygon(image, image.geometry.to_ras(np.array(corners)), Anatomy()).regions[0].roi
    places = np.delete(np.argwhere(roi.mask), axis, axis=1)
    assert places.min(axis=0).tolist() == [10, 10] and places.max(axis=0).tolist() == [29, 19]
    assert roi.voxel_count == 200


def test_parts_and_bones_that_do_not_go_together_are_refused():
    for anatomy in ({"site": "vertebra", "side": "left"}, {"site": "proximal-femur", "level": "L1"},
                    {"site": "vertebra", "compartment": "femoral-neck"}, {"compartment": "trochanteric"}):
        with pytest.raises(InputError):
            Anatomy(**anatomy)


# --- on the command line ---------------------------------------------------------------------------------------------

@pytest.fixture
def radiograph(tmp_path):
    path = tmp_path / "hip.png"
    # 1 mm as a print: Slicer shows the pixels as millimetres
    planar.write_flat(planar.radiograph(), path, (1.0, 1.0))
    return path


def test_from_a_polygon_on_a_picture_to_features(radiograph, tmp_path, capsys):
    """A radiograph as PNG: its pixel size is stated, positions are those of the picture as Slicer shows it."""
    corners = [(-20.0, -25.0, 0), (-60.0, -25, 0), (-60.0, -65.0, 0), (-20.0, -65.0, 0)]
    out, features = tmp_path / "bone.seg.nrrd", tmp_path / "features.csv"
    known = [str(radiograph), "--modality", "XR", "--spacing", "0.2,0.25"]
    assert main(["segment", *known, "--site", "proximal-femur", "--side", "left", "--compartment", "trochanteric",
                 "--polygon", ";".join(text(corners)), "-o", str(out), "--summary", str(tmp_path / "s.json")]) == 0
    summary = json.loads((tmp_path / "s.json").read_text())
    assert summary["area_mm2"] == pytest.approx(40 * 40 * 0.2 * 0.25, rel=0.03)
    assert summary["segments"][0]["name"] == "left trochanteric region"
    assert "volume_ml" not in summary["segments"][0] and summary["segments"][0]["pixel_count"] == 1600
    assert main(["extract", *known, str(out), "--profile", "xray-bone-2d", "-o", str(features)]) == 0
    row = next(csv.DictReader(features.open()))
    assert float(row["area_mm2"]) == pytest.approx(summary["area_mm2"])
    expected = planar.radiograph()[25:65, 20:60]
    assert float(row["mean_intensity"]) == pytest.approx(expected.mean())
    assert row["original_glcm_Contrast"] and row["original_shape2D_PixelSurface"]
    capsys.readouterr()


def test_from_a_neck_box_on_a_dxa_image_to_features(tmp_path, capsys):
    image = tmp_path / "hip.dcm"
    values = np.kron(planar.radiograph(), np.ones((2, 2), np.uint16))
    planar.write_dicom_image(image, values, "OT", PixelSpacing=[0.5, 0.5])
    shown = read_image(image)
    grid = shown.reading.file_grid or shown.geometry
    head, base, cortex = text(grid.to_ras(np.array([[0, 40, 40], [0, 150, 100], [0, 80, 100.0]])))
    out, features = tmp_path / "neck.seg.nrrd", tmp_path / "features.csv"
    stated = ["--modality", "DXA", "--spacing", "0.5"]
    assert main(["segment", str(image), *stated, "--neck-box", head, base, cortex, "--side", "right",
                 "-o", str(out)]) == 0
    segmentation = read_segmentation(out, shown.geometry, shown.reading.file_grid)
    roi = roi_from_file(segmentation)
    assert (roi.site, roi.side, roi.compartment) == ("proximal-femur", "right", "femoral-neck")
    assert segmentation.segments[0].tags[COMPARTMENT_TAG] == "femoral-neck"
    assert main(["extract", str(image), str(out), *stated, "--profile", "dxa-hip-2d", "-o", str(features)]) == 0
    row = next(csv.DictReader(features.open()))
    assert float(row["voxel_count"]) == roi.voxel_count and row["original_glszm_ZoneEntropy"]
    capsys.readouterr()


def test_a_calibrated_radiograph_keeps_the_region_where_slicer_shows_it(tmp_path, capsys):
    """Slicer shows such an image by the size at its detector; positions and the written grid are Slicer's."""
    path, out = tmp_path / "hip.dcm", tmp_path / "r.seg.nrrd"
    planar.write_dicom_image(path, planar.radiograph(), PixelSpacing=[0.25, 0.2], ImagerPixelSpacing=[0.3, 0.24])
    image = read_image(path)
    shown = image.reading.file_grid
    assert shown.spacing[:2] == (0.24, 0.3) and image.spacing[:2] == (0.2, 0.25)
    corners = shown.to_ras(np.array([[0, 19.5, 9.5], [0, 19.5, 29.5], [0, 39.5, 29.5], [0, 39.5, 9.5]]))
    assert main(["segment", str(path), "--polygon", ";".join(text(corners)), "-o", str(out), "--json"]) == 0
    # areas are those at the bone
    assert json.loads(capsys.readouterr().out)["area_mm2"] == pytest.approx(400 * 0.2 * 0.25)
    import SimpleITK as sitk

    written = sitk.ReadImage(str(out))
    assert written.GetSpacing()[:2] == pytest.approx((0.24, 0.3))
    assert np.argwhere(sitk.GetArrayFromImage(written)[0]).mean(axis=0) == pytest.approx([29.5, 19.5])


def markups(path, points, system="LPS", **changes):
    """A closed curve as Slicer saves it."""
    entries = [{"id": str(n), "position": [float(x) for x in point], "positionStatus": "defined"}
               for n, point in enumerate(points, 1)]
    content = {"markups": [{"type": "ClosedCurve", "coordinateSystem": system, "controlPoints": entries}]} | changes
    path.write_text(json.dumps(content))
    return str(path)


def test_a_closed_curve_of_slicer_is_a_polygon(radiograph, tmp_path, capsys):
    corners = np.array([(-20.5, -24.5, 0), (-60.5, -24.5, 0), (-60.5, -64.5, 0), (-20.5, -64.5, 0)])
    found = []
    for number, points in enumerate((";".join(text(corners)), markups(tmp_path / "a.mrk.json", corners * (-1, -1, 1)),
                                     markups(tmp_path / "b.mrk.json", corners, "RAS"))):
        out = tmp_path / f"{number}.seg.nrrd"
        assert main(["segment", str(radiograph), "--modality", "XR", "--polygon", points, "-o", str(out)]) == 0
        found.append(out.read_bytes())
    assert found[0] == found[1] == found[2]
    for bad, said in ((tmp_path / "none.mrk.json", "There is no file"),
                      (markups(tmp_path / "c.json", []), "0 different"),
                      (markups(tmp_path / "d.json", [], markups=[]), "holds 0 markups"),
                      (markups(tmp_path / "e.json", [], markups=[{}]), "no markups file of Slicer")):
        assert main(["segment", str(radiograph), "--modality", "XR", "--polygon", str(bad), "-o", str(out)]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "said"), [
    (["--polygon", "0,0,0;-5,-5,0"], "2 different points"),
    (["--polygon", "0,0,0;-5,-5,0;a,b,c"], "is no position"),
    (["--polygon", "0,0,0;-5,-5,0;-500,0,0"], "outside the image"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0;0,-5,0"], "crosses or touches itself"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0", "--seed", "0,0,0"], "exclude each other"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0", "--auto"], "exclude each other"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0", "--ellipse", "0,0,0", "1,0,0", "0,1,0"], "exclude each other"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0", "--neck-length", "10"], "belongs to --neck-box"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0", "--site", "vertebra", "--side", "left"], "belongs to a femur"),
    (["--polygon", "0,0,0;-5,-5,0;-5,0,0", "--compartment", "all"], "one --compartment"),
    (["--neck-box", "-20,-20,0", "-60,-60,0", "-50,-30,0"], "size of a pixel is unknown"),
    (["--neck-box", "-20,-20,0", "-60,-60,0", "-50,-30,0", "--site", "vertebra"], "femoral neck"),
    (["--side", "left", "--site", "proximal-femur", "--auto"], "belongs to a region from points"),
    (["--site", "proximal-femur", "--seed=-20,-20,0"], "2-D image"),
    ([], "State the bone with --site"),
])
def test_bad_calls_end_with_one_sentence_and_write_nothing(radiograph, tmp_path, capsys, arguments, said):
    out = tmp_path / "r.seg.nrrd"
    assert main(["segment", str(radiograph), "--modality", "XR", *arguments, "-o", str(out)]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and "Traceback" not in error
    assert not out.exists()


def test_shapes_are_for_2d_images_only(tmp_path, capsys):
    import SimpleITK as sitk

    volume, _ = planar.mr()
    path = tmp_path / "volume.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(volume.array), str(path))
    assert main(["segment", str(path), "--modality", "MR", "--polygon", "0,0,0;-5,-5,0;-5,0,0",
                 "-o", str(tmp_path / "r.seg.nrrd")]) == 2
    assert "is a volume" in capsys.readouterr().err
