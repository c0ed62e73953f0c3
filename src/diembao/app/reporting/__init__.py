"""From a pinned state to a report model: queries and counts only, no words and no layout."""
