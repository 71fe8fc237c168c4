"""Vertebral bodies on lumbar MR by a small learned model that the user checks."""
