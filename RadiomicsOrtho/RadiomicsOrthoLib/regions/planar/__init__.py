"""Regions on 2-D images from a few points: polygon, ellipse, and box on the femoral neck."""
