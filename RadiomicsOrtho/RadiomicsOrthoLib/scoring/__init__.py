"""Applying a model to a case: inputs, applicability, score card and nomogram geometry."""
