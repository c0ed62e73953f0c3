"""The fictional outlets of the sample press and their habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diembao.types import Feed, Outlet


@dataclass(frozen=True, slots=True)
class Habit:
    """How an outlet works: articles a working day, share about Lạng Sơn, address form, clock and typing."""

    outlet: Outlet
    rate: float
    home_share: float
    address: str
    window: int
    subjects: Mapping[str, float] = field(default_factory=dict)
    stated: str = "iso"
    end_mark: int = 0
    reprints: float = 0.0
    #: feed_id -> the subjects it carries; () = everything
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    near: tuple[str, ...] = ()


def make_outlet(
    outlet_id: str,
    name: str,
    outlet_class: str,
    feeds: tuple[tuple[str, str], ...] = (("", "rss/tin-moi.rss"),),
    *,
    place: str | None = None,
    language: str = "vi",
) -> Outlet:
    """A fictional outlet under .example with its feeds."""
    domain = f"{outlet_id}.example"
    records = tuple(
        Feed(
            f"{outlet_id}/{path.rsplit('/', 1)[-1].split('.')[0]}",
            outlet_id,
            f"https://{domain}/{path}",
            f"{name} - {section}" if section else name,
        )
        for section, path in feeds
    )
    return Outlet(
        outlet_id,
        name,
        (domain,),
        outlet_class,
        place=place,
        language=language,
        feeds=records,
        note="fictional outlet of the sample press",
    )


_ECONOMY = ("border", "farm", "roads", "market")
_LIFE = ("school", "health", "culture", "sport", "tourism")

HABITS: tuple[Habit, ...] = (
    Habit(
        make_outlet(
            "thong-tan-mau",
            "Thông tấn Mẫu",
            "central",
            (("", "rss/tin-moi.rss"), ("Kinh tế", "rss/kinh-te.rss")),
        ),
        rate=2.7,
        home_share=0.075,
        address="section",
        window=10,
        sections={"thong-tan-mau/kinh-te": _ECONOMY},
    ),
    Habit(
        make_outlet(
            "ban-mai-mau",
            "Nhật báo Mẫu Ban Mai",
            "central",
            (("", "rss/tin-moi.rss"), ("Đời sống", "rss/doi-song.rss"), ("Kinh tế", "rss/kinh-te.rss")),
        ),
        rate=3.6,
        home_share=0.06,
        address="number",
        window=12,
        end_mark=1,
        reprints=0.5,
        sections={"ban-mai-mau/doi-song": _LIFE, "ban-mai-mau/kinh-te": _ECONOMY},
    ),
    Habit(
        make_outlet(
            "thoi-cuoc-mau",
            "Báo Mẫu Thời Cuộc",
            "central",
            (("", "rss/tin-moi.rss"), ("Xã hội", "rss/xa-hoi.rss")),
        ),
        rate=1.9,
        home_share=0.065,
        address="stamp",
        window=8,
        end_mark=2,
        reprints=0.4,
        sections={"thoi-cuoc-mau/xa-hoi": ("school", "health", "admin", "weather")},
    ),
    Habit(
        make_outlet(
            "bao-mau-ky-cung",
            "Báo Mẫu Sông Kỳ Cùng",
            "provincial",
            (("", "rss/trang-chu.rss"),),
            place="Lạng Sơn",
        ),
        rate=1.05,
        home_share=0.66,
        address="daypath",
        window=6,
        stated="gmt7",
        reprints=0.35,
    ),
    Habit(
        make_outlet("bao-mau-song-thuong", "Báo Mẫu Sông Thương", "provincial", place="Bắc Ninh"),
        rate=1.0,
        home_share=0.055,
        address="stamp",
        window=5,
        stated="fetch",
        end_mark=3,
        reprints=0.35,
        near=("Bắc Giang", "Bắc Ninh"),
    ),
    Habit(
        make_outlet("bao-mau-nui-coc", "Báo Mẫu Núi Cốc", "provincial", place="Thái Nguyên"),
        rate=0.95,
        home_share=0.07,
        address="number",
        window=5,
        reprints=0.35,
        near=("Thái Nguyên", "Bắc Kạn"),
    ),
    Habit(
        make_outlet("bao-mau-song-bang", "Báo Mẫu Sông Bằng", "provincial", place="Cao Bằng"),
        rate=0.9,
        home_share=0.08,
        address="daypath",
        window=5,
        end_mark=1,
        reprints=0.3,
        near=("Cao Bằng",),
    ),
    Habit(
        make_outlet("dai-mau-na-sam", "Đài Mẫu Na Sầm", "local", place="Lạng Sơn"),
        rate=0.24,
        home_share=0.93,
        address="query",
        window=3,
        stated="day",
        end_mark=2,
        reprints=0.1,
    ),
    Habit(
        make_outlet("trang-mau-ky-lua", "Trang tin Mẫu Kỳ Lừa", "local", place="Lạng Sơn"),
        rate=0.3,
        home_share=0.93,
        address="number",
        window=3,
        end_mark=3,
        reprints=0.15,
    ),
    Habit(
        make_outlet(
            "trang-mau-huu-lung",
            "Trang tin Mẫu Hữu Lũng",
            "local",
            (("", "rss/tin-moi.rss"), ("Truyền hình", "rss/truyen-hinh.rss")),
            place="Lạng Sơn",
        ),
        rate=0.24,
        home_share=0.93,
        address="daypath",
        window=3,
        reprints=0.1,
    ),
    Habit(
        make_outlet("tap-chi-mau-cua-khau", "Tạp chí Mẫu Cửa Khẩu", "sector"),
        rate=0.65,
        home_share=0.2,
        address="query",
        window=4,
        subjects={"border": 6, "roads": 2, "farm": 1, "market": 1},
        end_mark=2,
        reprints=0.2,
    ),
    Habit(
        make_outlet("bao-mau-nong-thon", "Báo Mẫu Nông Thôn", "sector"),
        rate=0.8,
        home_share=0.1,
        address="section",
        window=6,
        subjects={"farm": 6, "forest": 3, "weather": 2, "market": 1},
        end_mark=3,
        reprints=0.3,
    ),
    Habit(
        make_outlet(
            "sample-highland-post",
            "The Sample Highland Post",
            "foreign",
            (("", "rss/latest.xml"),),
            language="en",
        ),
        rate=0.33,
        home_share=0.17,
        address="daypath",
        window=3,
        stated="utc",
    ),
    Habit(
        make_outlet("diem-tin-mau", "Điểm tin Mẫu", "aggregator"),
        rate=0.45,
        home_share=0.08,
        address="number",
        window=5,
        reprints=0.8,
    ),
)

AGENCY = "thong-tan-mau"


def list_outlets() -> tuple[Outlet, ...]:
    """The outlets as a project registers them."""
    return tuple(habit.outlet for habit in HABITS)


def get_habit(outlet_id: str) -> Habit:
    """The habit of an outlet; an unknown id raises KeyError."""
    return _BY_ID[outlet_id]


_BY_ID = {habit.outlet.outlet_id: habit for habit in HABITS}
