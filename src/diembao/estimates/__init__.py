"""Gaps, volumes and comparisons, with intervals."""
