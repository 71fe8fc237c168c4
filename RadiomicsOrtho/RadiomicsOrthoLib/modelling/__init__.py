"""From tables of features to what a model is made of."""
