"""Words: both languages know the same keys, and numbers and dates are written as INTERFACE says."""

from __future__ import annotations

from datetime import date
from string import Formatter

from diembao import i18n
from diembao.i18n import formats


def test_every_key_exists_in_both_languages() -> None:
    """Every key of one language exists in the other."""
    assert i18n.list_keys("vi") == i18n.list_keys("en")


def test_both_languages_fill_the_same_values() -> None:
    """A sentence takes the same placeholders in both languages."""
    for key in i18n.list_keys("vi"):
        room, _, rest = key.partition(".")
        names = [
            {name for _, name, _, _ in Formatter().parse(i18n._room(language, room)[rest]) if name}
            for language in i18n.LANGUAGES
        ]
        assert names[0] == names[1], key


def test_numbers_and_dates_follow_each_language() -> None:
    """Vietnamese writes 1.234,5 and 2/9/2026; English 1,234.5 and 2 Sep 2026; minus is a true minus."""
    assert formats.format_number(1234.5, "vi", 1) == "1.234,5"
    assert formats.format_number(1234.5, "en", 1) == "1,234.5"
    assert formats.format_percent_interval(0.27, 0.35, "vi") == "27–35%"
    assert formats.format_interval(-7.9, 1.9, "vi", 1, signed=True) == "−7,9 đến +1,9"
    assert formats.format_interval(-7.9, 1.9, "en", 1, signed=True) == "−7.9 to +1.9"
    assert formats.format_date(date(2026, 9, 2), "vi") == "2/9/2026"
    assert formats.format_date(date(2026, 9, 2), "en") == "2 Sep 2026"
    assert formats.format_number(-0.04, "vi", 1) == "0,0"
