"""How the site of each fictional outlet is built, and the outlets that exist only while the press is served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from diembao.sample.outlets import HABITS, Habit, make_outlet
from diembao.types import Feed, Outlet

FeedKind = Literal["rss", "cdata", "atom", "rdf", "json"]
RobotsKind = Literal["open", "delay", "closed", "absent", "failing"]
SitemapKind = Literal["months", "months_gz", "flat", "none"]
AmpKind = Literal["", "path", "query"]
EntityKind = Literal["", "decimal", "hex", "named"]
MissingKind = Literal["404", "soft", "410"]
#: what an outlet of the live press has been made for
Trouble = Literal["", "tdm", "challenge", "login", "charsets", "types", "broken"]

CRAWL_DELAY_S = 3


@dataclass(frozen=True, slots=True)
class Site:
    """An outlet's site: which layouts its pages have and which habits its server has."""

    habit: Habit
    layouts: tuple[str, ...]
    feed: FeedKind = "rss"
    robots: RobotsKind = "open"
    sitemap: SitemapKind = "months"
    amp: AmpKind = ""
    entities: EntityKind = ""
    missing: MissingKind = "404"
    trouble: Trouble = ""
    is_chunked: bool = False
    #: answers with ETag and Last-Modified
    is_cached: bool = True
    is_packed: bool = True

    @property
    def outlet(self) -> Outlet:
        """The outlet whose site this is."""
        return self.habit.outlet

    @property
    def domain(self) -> str:
        """Its only domain."""
        return self.habit.outlet.domains[0]


_SITES: dict[str, dict[str, object]] = {
    "thong-tan-mau": {"layouts": ("metro", "metro-wide"), "feed": "atom", "sitemap": "months_gz"},
    "ban-mai-mau": {"layouts": ("daily", "daily-long"), "feed": "cdata", "missing": "soft", "amp": "path"},
    "thoi-cuoc-mau": {"layouts": ("youth", "youth-long"), "missing": "410", "is_chunked": True},
    "bao-mau-ky-cung": {"layouts": ("gazette", "province"), "sitemap": "flat"},
    "bao-mau-song-thuong": {"layouts": ("youth", "province"), "is_cached": False},
    "bao-mau-nui-coc": {"layouts": ("gazette", "metro"), "sitemap": "none"},
    "bao-mau-song-bang": {"layouts": ("province", "metro"), "robots": "delay"},
    "dai-mau-na-sam": {"layouts": ("table", "journal"), "feed": "rdf", "robots": "absent", "sitemap": "none"},
    "trang-mau-ky-lua": {"layouts": ("journal", "province"), "feed": "json", "is_packed": False},
    "trang-mau-huu-lung": {"layouts": ("journal", "table"), "sitemap": "none"},
    "tap-chi-mau-cua-khau": {"layouts": ("soldier", "youth"), "feed": "rdf", "entities": "decimal"},
    "bao-mau-nong-thon": {"layouts": ("province", "soldier"), "entities": "named", "amp": "query"},
    "sample-highland-post": {"layouts": ("journal", "daily"), "feed": "atom", "sitemap": "flat"},
    "diem-tin-mau": {"layouts": ("daily", "metro"), "feed": "cdata", "entities": "hex", "sitemap": "none"},
}

_LIVE: tuple[tuple[str, str, tuple[tuple[str, str], ...], dict[str, object]], ...] = (
    ("bao-mau-cam-cua", "Báo Mẫu Cấm Cửa", (("", "rss/tin-moi.rss"),), {"robots": "closed"}),
    ("bao-mau-nghen-mang", "Báo Mẫu Nghẽn Mạng", (("", "rss/tin-moi.rss"),), {"robots": "failing"}),
    ("tap-chi-mau-giu-quyen", "Tạp chí Mẫu Giữ Quyền", (("", "rss/tin-moi.rss"),), {"trouble": "tdm"}),
    ("bao-mau-chan-cua", "Báo Mẫu Chắn Cửa", (("", "rss/tin-moi.rss"),), {"trouble": "challenge"}),
    ("bao-mau-thu-phi", "Báo Mẫu Thu Phí", (("", "rss/tin-moi.rss"),), {"trouble": "login"}),
    ("bao-mau-chu-cu", "Báo Mẫu Chữ Cũ", (("", "rss/tin-moi.rss"),), {"trouble": "charsets"}),
    ("bao-mau-da-dang", "Báo Mẫu Đa Dạng", (("", "rss/tin-moi.rss"),), {"trouble": "types"}),
    (
        "bao-mau-hong-hoc",
        "Báo Mẫu Hỏng Hóc",
        (("", "rss/tin-moi.rss"), ("Hỏng", "rss/hong.rss"), ("Cũ", "rss/cu.rss")),
        {"trouble": "broken", "robots": "absent", "sitemap": "none"},
    ),
)
#: answers 503, always
FAILING_FEED = "bao-mau-hong-hoc/hong"
#: answers with a page where a feed is expected
PAGE_FEED = "bao-mau-hong-hoc/cu"


def list_sites() -> tuple[Site, ...]:
    """Every site of the live press: those of the two years first, then the ones made for trouble."""
    known = tuple(_make_site(habit, _SITES[habit.outlet.outlet_id]) for habit in HABITS)
    return known + tuple(
        _make_site(_live_habit(outlet_id, name, feeds), {"layouts": ("metro", "gazette"), **traits})
        for outlet_id, name, feeds, traits in _LIVE
    )


def list_live_outlets() -> tuple[Outlet, ...]:
    """The outlets that have no history: what goes wrong on real sites, one outlet for each kind."""
    return tuple(site.outlet for site in list_sites()[len(HABITS) :])


def find_feed(site: Site, path: str) -> Feed | None:
    """The outlet's feed at a path of its site."""
    wanted = f"https://{site.domain}{path}"
    return next((feed for feed in site.outlet.feeds if feed.url == wanted), None)


def _make_site(habit: Habit, traits: dict[str, object]) -> Site:
    return replace(Site(habit, ()), **traits)  # type: ignore[arg-type]


def _live_habit(outlet_id: str, name: str, feeds: tuple[tuple[str, str], ...]) -> Habit:
    outlet = make_outlet(outlet_id, name, "sector", feeds)
    return Habit(outlet, rate=1.7, home_share=0.3, address="number", window=8, end_mark=len(outlet_id) % 4)
