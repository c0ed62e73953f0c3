"""The page layouts of the live press: element order and class names as content systems write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LabelForm = Literal["weekday", "dash", "bar", "both", "plain"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One template: which elements hold headline, date, lead and body, in which order, with which metadata.

    `order`: c = path of sections, t = headline, d = date, l = lead, b = body. `meta`: what the head states.
    """

    name: str
    title: tuple[str, str]
    lead: tuple[str, str]
    body: tuple[str, str]
    date: tuple[str, str]
    order: str
    label: LabelForm
    meta: tuple[str, ...]
    para: str = ""
    wrap: tuple[str, str] = ("div", "content-detail")
    #: the lead is the first paragraph of the body's container
    is_lead_inside: bool = False
    #: figures and headings between the paragraphs
    is_long: bool = False
    #: what stands between headline and outlet in the page's title
    sign: str = " - "
    related: Literal["before", "inside", "after"] = "after"

    @property
    def states_seconds(self) -> bool:
        """Whether the head (or a `time` element) states the publication to the second."""
        return bool({"json_ld", "published", "pubdate", "time"} & set(self.meta))


_ALL = ("json_ld", "og", "published", "pubdate")

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            "metro",
            title=("h1", "title-detail"),
            lead=("p", "description"),
            body=("article", "fck_detail"),
            date=("span", "date"),
            order="cdtlb",
            label="weekday",
            meta=_ALL,
            para="Normal",
            wrap=("section", "section page-detail top-detail"),
            related="inside",
        ),
        Layout(
            "metro-wide",
            title=("h1", "title-detail"),
            lead=("p", "description"),
            body=("article", "fck_detail width_common"),
            date=("span", "date"),
            order="ctldb",
            label="weekday",
            meta=("og", "pubdate"),
            para="Normal",
            wrap=("section", "section page-detail wide"),
            is_long=True,
        ),
        Layout(
            "daily",
            title=("h1", "detail-title article-title"),
            lead=("h2", "detail-sapo"),
            body=("div", "detail-content afcbc-body"),
            date=("div", "detail-time"),
            order="ctdlb",
            label="plain",
            meta=_ALL,
            wrap=("div", "detail__main"),
            related="inside",
        ),
        Layout(
            "daily-long",
            title=("h1", "detail-title article-title"),
            lead=("h2", "detail-sapo"),
            body=("div", "detail-content afcbc-body"),
            date=("div", "detail-time"),
            order="tldb",
            label="plain",
            meta=("json_ld", "og"),
            wrap=("div", "detail__emagazine"),
            is_long=True,
        ),
        Layout(
            "youth",
            title=("h1", "title-page detail"),
            lead=("h2", "singular-sapo"),
            body=("div", "singular-content"),
            date=("time", "author-time"),
            order="ctdlb",
            label="dash",
            meta=("json_ld", "og", "time"),
            wrap=("article", "singular-container"),
            sign=" | ",
        ),
        Layout(
            "youth-long",
            title=("h1", "title-page magazine"),
            lead=("h2", "singular-sapo"),
            body=("div", "e-magazine__body"),
            date=("time", "e-magazine__meta"),
            order="tdlb",
            label="dash",
            meta=("og", "published", "time"),
            wrap=("article", "e-magazine"),
            is_long=True,
            sign=" | ",
            related="before",
        ),
        Layout(
            "gazette",
            title=("h1", "article__title cms-title"),
            lead=("div", "article__sapo cms-desc"),
            body=("div", "article__body cms-body"),
            date=("div", "article__meta"),
            order="ctldb",
            label="bar",
            meta=("json_ld", "og", "published"),
            wrap=("div", "article"),
            related="before",
        ),
        Layout(
            "soldier",
            title=("h1", "post-title"),
            lead=("div", "post-summary"),
            body=("div", "post-content"),
            date=("span", "post-subinfo"),
            order="cdtlb",
            label="weekday",
            meta=("og", "pubdate"),
            wrap=("div", "post-detail"),
            related="inside",
        ),
        Layout(
            "province",
            title=("h1", "detail-title"),
            lead=("h2", "sapo"),
            body=("div", "detail-content"),
            date=("div", "box-date"),
            order="ctdlb",
            label="both",
            meta=("og",),
            wrap=("div", "article-detail"),
        ),
        Layout(
            "journal",
            title=("h1", "entry-title"),
            lead=("p", "entry-lead"),
            body=("div", "entry-content"),
            date=("time", "entry-date published"),
            order="dtb",
            label="plain",
            meta=("og", "published", "time"),
            wrap=("article", "post type-post hentry"),
            is_lead_inside=True,
        ),
        Layout(
            "table",
            title=("td", "tieude"),
            lead=("td", "trichdan"),
            body=("td", "noidung"),
            date=("td", "ngaydang"),
            order="tdlb",
            label="bar",
            meta=(),
            wrap=("table", ""),
        ),
    )
}
