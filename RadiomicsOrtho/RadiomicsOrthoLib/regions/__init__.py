"""Bone regions of interest: their type, and how they are made."""
