"""Who wrote it first: texts that share passages, units counted once, stories about one event, use of releases."""
