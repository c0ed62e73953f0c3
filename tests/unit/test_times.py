"""Times as strangers write them: what is understood, with which precision and flags, and what is not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import UsageError
from diembao.text.times import parse_moment


@pytest.mark.parametrize(
    ("raw", "utc", "precision", "flags"),
    [
        ("2026-09-02T17:30Z", "2026-09-02T17:30", "minute", ()),
        ("2026-09-02T17:30:00+07:00", "2026-09-02T10:30", "second", ()),
        ("2026-09-02 17:30:00 +0700", "2026-09-02T10:30", "second", ()),
        ("2026-09-02T17:30:00.123456789+0700", "2026-09-02T10:30:00.123456", "second", ()),
        ("2026-09-02T17:30:00+07:00[Asia/Ho_Chi_Minh]", "2026-09-02T10:30", "second", ()),
        ("20260902T173000Z", "2026-09-02T17:30", "second", ()),
        ("2026-09-02T17+07", "2026-09-02T10:00", "hour", ()),
        ("2026-09-02", "2026-09-01T17:00", "day", ()),
        ("2026-09-02+07:00", "2026-09-01T17:00", "day", ()),
        ("20260902", "2026-09-01T17:00", "day", ()),
        ("2026/9/2 3:04", "2026-09-01T20:04", "minute", ("naive",)),
        ("2026-09-02T24:00:00", "2026-09-02T17:00", "second", ("naive",)),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00", "second", ()),
        ("Wed, 02 Sep 2026 14:05:09 +0700", "2026-09-02T07:05:09", "second", ()),
        ("Wed, 02 Sep 2026 14:05:09 GMT+7", "2026-09-02T07:05:09", "second", ()),
        ("Wed, 2 Sep 2026 14:05 GMT", "2026-09-02T14:05", "minute", ()),
        ("Wed, 02 Sep 2026 14:05:09 -0000", "2026-09-02T14:05:09", "second", ()),
        ("Wed, 02 Sep 2026 14:05:09 EST", "2026-09-02T19:05:09", "second", ()),
        ("2 September 2026, 14:05 UTC+07:00", "2026-09-02T07:05", "minute", ()),
        ("Sep 2, 2026 2:05 PM", "2026-09-02T07:05", "minute", ("naive",)),
        ("Wed Sep  2 14:05:09 2026", "2026-09-02T07:05:09", "second", ("naive",)),
        ("Thứ hai, 2/9/2026, 14:05 (GMT+7)", "2026-09-02T07:05", "minute", ()),
        ("Thứ Tư, ngày 02/09/2026 - 14:05", "2026-09-02T07:05", "minute", ("naive",)),
        ("Thư\u0301 hai, 2/9/2026, 14:05 (GMT +7)", "2026-09-02T07:05", "minute", ()),
        ("14:05 02/09/2026", "2026-09-02T07:05", "minute", ("naive",)),
        ("02/09/2026-14:05", "2026-09-02T07:05", "minute", ("naive",)),
        ("2-9-2026", "2026-09-01T17:00", "day", ()),
        ("02.09.2026 14:05", "2026-09-02T07:05", "minute", ("naive",)),
        ("02/09/2026 02:05 CH", "2026-09-02T07:05", "minute", ("naive",)),
        ("02/09/2026 12:05 SA", "2026-09-01T17:05", "minute", ("naive",)),
        ("14h05, 2/9/2026", "2026-09-02T07:05", "minute", ("naive",)),
        ("8 giờ sáng ngày 2/9/2026", "2026-09-02T01:00", "hour", ("naive",)),
        ("Chủ nhật, 2 tháng 9 năm 2026", "2026-09-01T17:00", "day", ()),
        ("2 Tháng Chín, 2026", "2026-09-01T17:00", "day", ()),
        ("Cập nhật lúc 14:05 2/9/2026", "2026-09-02T07:05", "minute", ("updated", "naive")),
        ("2025-08-09T01:35:18+07:07", "2025-08-08T18:35:18", "second", ("odd_offset",)),
        ("2025-08-09T01:35:18+07:06:30", "2025-08-08T18:35:18", "second", ("odd_offset",)),
        ("2026-09-02T17:30+99:99", "2026-09-02T10:30", "minute", ("odd_offset",)),
        ("2026-09-02T17:30+05:45", "2026-09-02T11:45", "minute", ()),
    ],
)
def test_times_are_understood(raw: str, utc: str, precision: str, flags: tuple[str, ...]) -> None:
    """Each written form gives its moment, its precision and the flags that tell what was missing or odd."""
    moment = parse_moment(raw, source="feed")
    assert moment is not None
    assert (moment.at, moment.precision, moment.flags) == (
        datetime.fromisoformat(utc).replace(tzinfo=UTC),
        precision,
        flags,
    )
    assert moment.source == "feed"
    assert moment.raw == raw


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "hôm qua",
        "2 giờ trước",
        "14:05",
        "Thứ hai",
        "2026",
        "2026-09",
        "2/9/26",
        "09 Aug 25 08:18:35 GMT",
        "32/13/2026",
        "30/2/2026",
        "08/25/2026",
        "2026-13-01",
        "2026-09-02T25:00",
        "2026-09-02T14:75",
        "2026-09-02T14:05 vài chữ",
        "2026-09-02T14:05 XYZ",
        "2/9/2026 3/9/2026",
        "13:05 SA 2/9/2026",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "1969-12-31",
        "2101-01-01",
        "1754276400",
        "1754276400000",
        "\x00\x00",
        "٢٠٢٦-٠٩-٠٢",
        "2026-09-02T" + "1" * 5000,
        "((((((((" * 20,
    ],
)
def test_what_is_not_fully_understood_is_no_time(raw: str) -> None:
    """Relative words, two-digit years, impossible dates and bare numbers give None."""
    assert parse_moment(raw) is None


def test_numbers_are_times_only_when_the_column_says_so() -> None:
    """Epoch seconds and milliseconds need their unit."""
    expected = datetime(2025, 8, 4, 3, 0, tzinfo=UTC)
    for raw, unit in ((1754276400, "epoch_s"), ("1754276400", "epoch_s"), ("1754276400000", "epoch_ms")):
        moment = parse_moment(raw, unit=unit)  # type: ignore[arg-type]
        assert moment is not None and moment.at == expected
    assert parse_moment(1754276400) is None
    assert parse_moment(True, unit="epoch_s") is None
    assert parse_moment("99999999999999", unit="epoch_s") is None
    assert parse_moment("-5", unit="epoch_s") is None


def test_values_of_spreadsheets_are_times() -> None:
    """A naive datetime is the outlet's wall clock, a date is known to the day."""
    moment = parse_moment(datetime(2026, 9, 2, 14, 5))
    assert moment is not None and moment.at == datetime(2026, 9, 2, 7, 5, tzinfo=UTC)
    assert moment.flags == ("naive",)
    moment = parse_moment(date(2026, 9, 2))
    assert moment is not None and moment.precision == "day"
    assert parse_moment(None) is None


def test_day_and_month_are_not_guessed_outside_vietnamese() -> None:
    """`2/9/2026` is 2 September in Vietnamese; elsewhere only unambiguous forms are read."""
    assert parse_moment("2/9/2026", language="en") is None
    for raw in ("13/9/2026", "9/13/2026"):
        moment = parse_moment(raw, language="en", timezone="UTC")
        assert moment is not None and moment.at == datetime(2026, 9, 13, tzinfo=UTC)


def test_wall_clock_is_read_in_the_outlets_zone() -> None:
    """A time without a zone is the outlet's own, wherever it lies; an unknown zone is the caller's error."""
    moment = parse_moment("2026-09-02T14:05", timezone="Europe/Paris")
    assert moment is not None and moment.at == datetime(2026, 9, 2, 12, 5, tzinfo=UTC)
    with pytest.raises(UsageError):
        parse_moment("2026-09-02", timezone="Mars/Olympus")
    with pytest.raises(UsageError):
        parse_moment("2026-09-02", timezone="../etc/passwd")


_PARTS = (
    "2026 09 02 2/9/2026 T 14:05 :30 Z +07:00 +0700 GMT+7 (GMT+7) SA CH PM Thứ hai, Sep - / . tháng 9 năm "
    "1e9 99:99 cập nhật 0 24:00 +99:99 h giờ ngày Sat, 31/12/1969 1970-01-01 2100-12-31T23:59-12:00"
)


@settings(max_examples=800, deadline=None)
@given(
    st.one_of(
        st.text(max_size=70),
        st.lists(st.sampled_from([*_PARTS.split(" "), " "]), max_size=9).map("".join),
        st.lists(st.sampled_from(_PARTS.split(" ")), max_size=7).map(" ".join),
    )
)
def test_no_text_raises(raw: str) -> None:
    """Any text gives a moment with a precision and a plausible year, or None; the same one each time."""
    for language in ("vi", "en"):
        moment = parse_moment(raw, language=language)
        assert moment == parse_moment(raw, language=language)
        if moment is not None:
            assert 1969 <= moment.at.year <= 2101
            assert moment.at.utcoffset() is not None
            assert moment.precision in ("second", "minute", "hour", "day")
            assert len(moment.raw) <= 64


@settings(deadline=None)
@given(st.datetimes(datetime(1975, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0)))
def test_every_written_form_reads_back(at: datetime) -> None:
    """A moment written as ISO, RFC 822 or Vietnamese label reads back as itself."""
    utc = at.replace(tzinfo=UTC)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for raw in (
        utc.isoformat(),
        f"{at:%d} {months[at.month - 1]} {at.year} {at:%H:%M:%S} GMT",
        f"{at.day}/{at.month}/{at.year}, {at:%H:%M:%S} (GMT+0)",
    ):
        moment = parse_moment(raw)
        assert moment is not None and moment.at == utc and moment.flags == ()
