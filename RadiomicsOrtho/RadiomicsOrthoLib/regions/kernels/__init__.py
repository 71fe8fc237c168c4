"""Compiled loops of the region methods: arrays in, arrays out; nothing here knows anatomy, files or types."""
