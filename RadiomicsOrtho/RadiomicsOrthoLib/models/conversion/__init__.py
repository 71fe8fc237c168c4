"""From a fitted scikit-learn model to a bundle; runs in a process of its own, never where scores are made."""
