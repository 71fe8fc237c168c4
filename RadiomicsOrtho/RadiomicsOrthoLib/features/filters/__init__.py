"""Image types: what is done to the voxels before features are measured.

Every filter returns its response on the ROI's bounding box only, from a crop that is grown by
the filter's own support.  Where the crop meets the image's border, the border is treated as
pyradiomics treats it on the whole image.
"""
