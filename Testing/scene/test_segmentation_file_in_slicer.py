"""The files that the command writes open in Slicer with names, colours, terminology and layers."""

import numpy as np
import slicer
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.proposal import ProposedRegion, proposal_file
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoScene.segments import anatomy_of_segment


def test_slicer_reads_what_was_written(tmp_path):
    grid = Geometry((6, 7, 8), (0.7, 0.8, 2.5), (12.0, -45.0, 7.0))
    body, core = np.zeros(grid.shape, bool), np.zeros(grid.shape, bool)
    body[1:5, 1:6, 1:7] = True
    core[2:4, 2:5, 2:6] = True
    path = tmp_path / "spine.seg.nrrd"
    path.write_bytes(proposal_file([
        ProposedRegion(Roi(body, grid, site="vertebra", level="L1", compartment="whole-body"), colour=(1.0, 0.5, 0.0)),
        ProposedRegion(Roi(core, grid, site="vertebra", level="L1", compartment="trabecular"))], grid))
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    segmentation = node.GetSegmentation()
    segments = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    assert [segment.GetName() for segment in segments] == ["L1 body", "L1 trabecular core"]
    assert segments[0].GetColor() == (1.0, 0.5, 0.0)
    assert anatomy_of_segment(segments[1]) == {"site": "vertebra", "level": "L1", "side": None,
                                               "compartment": "trabecular"}
    for n, mask in enumerate((body, core)):
        labelmap = segments[n].GetRepresentation("Binary labelmap")
        value = segments[n].GetLabelValue()
        extent = labelmap.GetExtent()
        from vtk.util.numpy_support import vtk_to_numpy

        values = vtk_to_numpy(labelmap.GetPointData().GetScalars()).reshape(
            extent[5] - extent[4] + 1, extent[3] - extent[2] + 1, extent[1] - extent[0] + 1)
        assert np.count_nonzero(values == value) == mask.sum()
