"""Features: what is measured on an image inside a ROI, and how that was decided."""
