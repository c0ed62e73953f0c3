"""Hostile inputs of our own making, for every door through which strangers' bytes come in."""
