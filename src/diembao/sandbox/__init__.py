"""A worker process that may die: runs a named function on strangers' bytes under limits."""
