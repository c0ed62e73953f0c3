"""From the bytes of a page to an article: title, lead, text, times, language and kind of page."""
