"""Text reuse: which texts share passages, how much of each, and where."""
