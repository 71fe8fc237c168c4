"""Score models: their format, their verification and the catalogue that ships."""
