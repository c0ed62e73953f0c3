"""Use cases, where rooms meet."""
