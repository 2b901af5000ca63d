"""Figures and cases out of tables of agencies: columns known by their words, every defect named with its rule."""
