"""Virtual patients: microstructure → vertebra in HU → scanner.  What comes out is simulation and says so everywhere."""
