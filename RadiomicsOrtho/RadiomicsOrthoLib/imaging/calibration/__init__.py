"""From the HU of a CT to bone mineral density in mg/cm³."""
