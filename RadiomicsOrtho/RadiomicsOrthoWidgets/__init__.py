"""RadiomicsOrthoWidgets: parts of the panels that are more than a line in a .ui file.

Imports ``qt`` and ``slicer`` beside the library; scenes are the business of ``RadiomicsOrthoScene``.
"""
