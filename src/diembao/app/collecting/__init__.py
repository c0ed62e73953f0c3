"""Collecting from outlets and archives: what is due, evidence first, then reading, then the corpus."""
