"""Labels of TotalSegmentator on a real CT, where the test data is at hand."""

import numpy as np
from RadiomicsOrthoLib.imaging.readers import read_image, read_voxels
from RadiomicsOrthoLib.regions.totalsegmentator.label_file import read_labels
from RadiomicsOrthoLib.regions.totalsegmentator.vertebrae import propose_vertebrae

#: label values of the reference bodies
BODIES = {"L1": 31, "L2": 30, "L3": 29, "L4": 28, "L5": 27}


def test_bodies_cut_from_whole_vertebrae_agree_with_the_reference(shared_data):
    folder = shared_data / "ct_spine_ts"
    image = read_image(folder / "ct.nii.gz")
    reference, _ = read_voxels(folder / "vertebral_body_labels.nii.gz")
    labels = read_labels(folder / "vertebrae_labels.nii.gz", image)
    proposal = propose_vertebrae(image, labels, "labels of TotalSegmentator")
    found = {region.roi.level: region.roi.mask for region in proposal.regions}
    assert list(found) == ["T12", *BODIES]
    agreement = [2 * np.count_nonzero(found[level] & (reference == label))
                 / (found[level].sum() + np.count_nonzero(reference == label)) for level, label in BODIES.items()]
    assert min(agreement) > 0.87 and np.mean(agreement) > 0.92
    # T11 is a sliver at the top, T12 is cut; nothing else is wrong with these labels
    assert sorted((remark.code, remark.refused) for remark in proposal.remarks) == [("BODY_INCOMPLETE", True),
                                                                                     ("NO_BODY", True)]
