"""Renderings of a score card: SVG, HTML, tables."""
