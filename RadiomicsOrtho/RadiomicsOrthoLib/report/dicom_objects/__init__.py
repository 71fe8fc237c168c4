"""A score as DICOM objects beside the series that was measured: segmentation, structured report, encapsulated PDF."""
