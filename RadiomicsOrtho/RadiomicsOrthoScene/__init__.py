"""RadiomicsOrthoScene: the only bridge between MRML nodes and RadiomicsOrthoLib.

Imports ``slicer`` and ``vtk``, never ``qt``: it runs in the Slicer application and on
slicer-core alike.
"""
