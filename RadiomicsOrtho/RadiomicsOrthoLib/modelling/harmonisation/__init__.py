"""Takes out what scanners do to features, as learned from training data alone."""
