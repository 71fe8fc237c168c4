"""RadiomicsOrthoLib: from a bone scan to a radiomics score, in plain Python.

One package per step; data flows one way::

    imaging -> regions -> features -> models -> scoring -> report

Nothing in here imports ``slicer``, ``vtk`` or ``qt``.
"""

__version__ = "0.1.0"

RESEARCH_USE_ONLY = "Research use only — not a medical device, not for diagnosis."
