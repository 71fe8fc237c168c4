"""Features by the definitions of the image biomarker standardisation initiative (IBSI-1, arXiv:1612.07003).

The preprocessing differs from pyradiomics in every step (grid aligned by centre, partial-volume mask, bins from the
re-segmentation bound); texture matrices and their formulas are those of ``features/kernels``.  Features carry the
tags of IBSI's reference table, for example ``cm_joint_entr_3D_comb``.  Arrays are (k, j, i), spacings (k, j, i) in mm.
"""
