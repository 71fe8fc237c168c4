"""A small Slicer without the application: MRML on slicer-core, Qt on PySide6.

``scene``       the MRML scene, module logics and ``slicer.app`` (no Qt)
``harness``     qt / ctk / qMRML stand-ins and module loading (PySide6)
``offscreen``   rendered views of a volume and a segmentation (no Qt)
``static_names``  does every Slicer name used in a source file exist?

Nothing here is shipped with the extension.
"""
