"""Vertebral bodies on CT: canal, discs, body surfaces, levels, compartments and heights."""
