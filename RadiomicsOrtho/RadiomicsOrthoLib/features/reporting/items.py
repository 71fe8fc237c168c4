"""The items of IBSI's reporting guideline, by number; what is asked for is in our own words.

Source: image biomarker standardisation initiative, reference manual, arXiv:1612.07003, chapter 4.1 "Reporting
guidelines" (items 1 to 76).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """``modalities`` are those that the guideline restricts it to; empty for all."""

    number: str
    section: str
    topic: str
    question: str
    modalities: tuple[str, ...] = ()


_CT, _MR, _PET = ("CT",), ("MR",), ("PT",)
#: section -> (number, topic, what to report, modalities)
_SECTIONS: dict[str, tuple[tuple, ...]] = {
    "Patient": (
        ("1", "Region of interest", "region that was imaged"),
        ("2a", "Patient preparation", "instructions before the scan"),
        ("2b", "Patient preparation", "drugs given before the scan"),
        ("2c", "Patient preparation", "equipment for comfort"),
        ("3a", "Radioactive tracer", "which tracer", _PET), ("3b", "Radioactive tracer", "how it was given", _PET),
        ("3c", "Radioactive tracer", "injected activity", _PET),
        ("3d", "Radioactive tracer", "time between injection and scan", _PET),
        ("3e", "Radioactive tracer", "control of competing substances", _PET),
        ("4a", "Contrast agent", "which agent"), ("4b", "Contrast agent", "how it was given"),
        ("4c", "Contrast agent", "amount"), ("4d", "Contrast agent", "time between injection and scan"),
        ("4e", "Contrast agent", "control of competing substances"),
        ("5", "Comorbidities", "those that affect the image")),
    "Acquisition": (
        ("6", "Protocol", "whether a standard protocol was used, and where it is described"),
        ("7", "Scanner", "vendor and type"), ("8", "Modality", "modality of the scan"),
        ("9a", "Static or dynamic", "which of the two"), ("9b", "Dynamic scan", "time of a frame"),
        ("9c", "Dynamic scan", "model over time"), ("10", "Calibration", "how and when the scanner was calibrated"),
        ("11", "Patient instructions", "instructions during the scan"),
        ("12", "Motion", "how the effect of motion was reduced"), ("13", "Duration", "of the scan or a bed position"),
        ("14", "Tube voltage", "peak voltage in kV", _CT), ("15", "Tube current", "in mA", _CT),
        ("16", "Time of flight", "whether it was used", _PET), ("17", "RF coil", "kind and vendor", _MR),
        ("18a", "Sequence", "scanning sequence", _MR), ("18b", "Sequence", "variant", _MR),
        ("18c", "Sequence", "scan options", _MR), ("19", "Repetition time", "in ms", _MR),
        ("20", "Echo time", "in ms", _MR), ("21", "Echo train", "length", _MR), ("22", "Inversion time", "in ms", _MR),
        ("23", "Flip angle", "in degrees", _MR), ("24", "Acquisition type", "2D or 3D", _MR),
        ("25", "k-space", "trajectory", _MR), ("26", "Averages", "number of times a point is sampled", _MR),
        ("27", "Field strength", "nominal, in T", _MR)),
    "Reconstruction": (
        ("28", "Resolution in the plane", "distance of pixels, or field of view and matrix"),
        ("29", "Slice thickness", "in mm"), ("30", "Slice spacing", "distance of slices in mm"),
        ("31a", "Kernel", "convolution kernel", _CT), ("31b", "Kernel", "iterative reconstruction", _CT),
        ("31c", "Exposure", "mAs in the slices of the region", _CT),
        ("32a", "PET reconstruction", "method", _PET), ("32b", "PET reconstruction", "iterations", _PET),
        ("32c", "PET reconstruction", "subsets", _PET),
        ("33", "Point spread function", "whether and how it was modelled", _PET),
        ("34a", "Corrections", "attenuation", _PET), ("34b", "Corrections", "scatter and others", _PET),
        ("35a", "MR reconstruction", "method", _MR), ("35b", "MR reconstruction", "suppression of artefacts", _MR),
        ("36", "Diffusion weighting", "b-values", _MR)),
    "Registration": (("37", "Registration", "how images of several modalities were registered"),),
    "Data conversion": (
        ("38", "SUV", "how standardised uptake values were normalised", _PET),
        ("39", "ADC", "how the apparent diffusion coefficient was calculated", _MR),
        ("40", "Other conversions", "any other")),
    "Post-acquisition processing": (
        ("41", "Anti-aliasing", "when sampling down"), ("42", "Noise", "how it was suppressed"),
        ("43", "Smoothing", "Gaussian width after reconstruction", _PET),
        ("44", "Skull stripping", "method, for the brain", _MR),
        ("45", "Bias field", "correction of non-uniformity, with settings", _MR),
        ("46", "Normalisation", "of intensities, with settings"), ("47", "Other processing", "any other")),
    "Segmentation": (
        ("48a", "Method", "how regions were segmented"), ("48b", "Experts", "number, experience, consensus"),
        ("48c", "Algorithm", "of semi-automatic and automatic segmentation, with settings"),
        ("48d", "Image", "on which it was drawn, if there were several modalities"),
        ("49", "Mask", "conversion of contours or meshes to voxels")),
    "Interpolation": (
        ("50a", "Image", "method"), ("50b", "Image", "position of the new grid"),
        ("50c", "Image", "number of its voxels"), ("50d", "Image", "beyond the old image"),
        ("51", "Voxel size", "after interpolation"), ("52", "Rounding", "of interpolated HU", _CT),
        ("53", "Region", "method"), ("54", "Region", "voxels that lie in it partly")),
    "Re-segmentation": (("55", "Re-segmentation", "methods and settings"),),
    "Discretisation": (
        ("56a", "Method", "fixed bin size, fixed number or other"), ("56b", "Bins", "their number or size"),
        ("56c", "First bin", "its lowest intensity, for a fixed size")),
    "Image transformation": (("57", "Filters", "methods and settings"),),
    "Features": (
        ("58", "Feature set", "which features, and where they are defined"),
        ("59", "Compliance", "whether the software reproduces IBSI's reference values"),
        ("60", "Robustness", "how it was assessed"), ("61", "Software", "name and version")),
    "Texture": (
        ("62", "Aggregation", "from matrices to values"), ("63", "Distance weighting", "of the matrices"),
        ("64", "Co-occurrence", "symmetric or not"), ("65", "Co-occurrence", "distance"),
        ("66", "Size zones", "which voxels are linked"), ("67", "Distance zones", "which voxels are linked"),
        ("68", "Distance zones", "distance to the border"), ("69", "Grey tone differences", "neighbourhood"),
        ("70", "Dependences", "neighbourhood"), ("71", "Dependences", "coarseness")),
    "Analysis": (
        ("72", "Modelling", "according to TRIPOD"), ("73", "Known factors", "comparison with them"),
        ("74", "Multicollinearity", "between features"), ("75", "Model", "where it is available"),
        ("76", "Data", "where they are available")),
}
ITEMS = tuple(Item(number, section, *rest) for section, entries in _SECTIONS.items() for number, *rest in entries)
