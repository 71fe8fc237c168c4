"""The ``radiomics-ortho`` command."""
