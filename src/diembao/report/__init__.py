"""From numbers to a document."""
