"""Feature mathematics: shape, first-order and texture features with pyradiomics' names and values.

Nothing here knows image types, files or profiles: arrays go in, a dictionary of numbers comes out.  Arrays are
(k, j, i), spacings (k, j, i) in mm.  ``texture.texture_features`` and ``shape.shape_features`` are the way in.

Values equal pyradiomics 3.1.4 (``pyradiomics-bhklab``) to 1e-6 or better, except where its own value is the
rounding error of a number that is 0:

* axis lengths, Elongation and Flatness of a region whose voxels all lie in an oblique line or plane: 0 here, the
  root of ±1e-15 there (up to 1e-7 mm);
* SurfaceVolumeRatio of a few lone voxels that touch by edges, whose open mesh encloses exactly nothing;
* GLCM MCC and Imc2 of a direction whose levels are exactly independent: 0 here; there 0, the root of 1e-17, or not a
  number and then left out of the mean;
* GLCM Correlation, only without symmetry, of a direction in which every pair starts (or ends) at the same level: 1
  here, 1 or about 0 there;
* unsigned 8 and 16 bit images near the end of their range, where its bin edges overflow under NumPy ≥ 2.
"""
