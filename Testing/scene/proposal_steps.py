"""What the tests of proposals in the scene do and read again and again."""


def names(node):
    segmentation = node.GetSegmentation()
    return [segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())]


def segment_named(node, name):
    segmentation = node.GetSegmentation()
    return segmentation.GetSegmentIdBySegmentName(name), segmentation.GetSegment(
        segmentation.GetSegmentIdBySegmentName(name))


def edit(bridge, case, name):
    """Take a layer of voxels off a segment, as an effect of the Segment Editor would."""
    segment_id, _ = segment_named(case.node, name)
    array = bridge.slicer.util.arrayFromSegmentBinaryLabelmap(case.node, segment_id, case.volume)
    array[array.any(axis=(1, 2)).argmax()] = 0
    bridge.slicer.util.updateSegmentBinaryLabelmapFromArray(array, case.node, segment_id, case.volume)
    return segment_id


def bodies(bridge, case):
    return bridge.body_levels.bodies_of(case.node, bridge.proposals.suggestion_of(case.node))
