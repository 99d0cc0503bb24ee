"""Fits the embedded evidence judge: labels and controlled corruptions in, one readable weights file out."""
