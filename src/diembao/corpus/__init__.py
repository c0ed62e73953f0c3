"""Articles stored, searchable and pinned."""
