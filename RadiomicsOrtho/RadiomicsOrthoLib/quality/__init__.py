"""The gate: what is wrong, or worth knowing, before any number is shown."""
