"""IBSI's reporting guideline (reference manual arXiv:1612.07003, chapter 4.1), filled from a vector's provenance."""
