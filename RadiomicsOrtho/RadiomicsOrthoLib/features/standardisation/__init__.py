"""Intensity standardisation: what is done to the values of a scan without units before anything else.

MR intensities depend on coil, gain and protocol; the bias field is divided out and the values are put on a common
scale.  The result is a scan like any other, so every engine sees the same one.
"""
