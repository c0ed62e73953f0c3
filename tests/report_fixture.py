"""A report of a made-up press for tests: fictional outlets, everyday matters, fixed seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from diembao.i18n.formats import find_monday, list_months
from diembao.report.model import (
    Account,
    ArticleRow,
    Bin,
    BinPair,
    BusyDay,
    ClassRow,
    ClipRow,
    ClipsComparison,
    ClockRow,
    Collection,
    DecisionRow,
    GapRow,
    GapSummary,
    HealthRow,
    KeyFigure,
    Limits,
    LowerBound,
    Method,
    Notice,
    Number,
    OutletDay,
    OutletNote,
    OutletRow,
    PlaceRow,
    ReportModel,
    ReportSpec,
    RowsRef,
    Span,
    StratumRow,
    TruthRow,
    Volume,
    VolumeComparison,
    Word,
)
from diembao.types import Phrase, Snapshot

NOW = Span(date(2026, 7, 1), date(2026, 9, 30))
THEN = Span(date(2025, 7, 1), date(2025, 9, 30))
OUTAGE = Span(date(2026, 8, 10), date(2026, 8, 22))

#: name, id, class; none of them exists
OUTLETS = (
    ("Báo Bình Minh", "binhminh.example", "central"),
    ("Nhật báo Sông Thương", "songthuong.example", "central"),
    ("Tin Chiều", "tinchieu.example", "central"),
    ("Báo Xứ Hồi", "xuhoi.example", "provincial"),
    ("Đài Phát thanh Kỳ Cùng", "kycung.example", "provincial"),
    ("Báo Mẫu Sơn Xanh", "mausonxanh.example", "local"),
    ("Thời báo Nông sản", "nongsan.example", "sector"),
    ("Giao thông Ngày mới", "giaothongmoi.example", "sector"),
    ("Du lịch Bốn mùa", "bonmua.example", "sector"),
    ("The Lychee Post", "lycheepost.example", "foreign"),
    ("Tổng hợp Tin nhanh", "tinnhanh.example", "aggregator"),
    ("Báo Chợ Phiên", "chophien.example", "chợ và hàng quán"),
)
PLACES = (
    ("ls", "Lạng Sơn", "tỉnh", None),
    ("ls.dk", "Đồng Kinh", "phường", None),
    ("ls.kl", "Kỳ Lừa", "phường", None),
    ("ls.dd", "Đồng Đăng", "xã", None),
    ("ls.bs", "Bắc Sơn", "xã", None),
    ("ls.hl", "Hữu Lũng", "huyện", date(2025, 6, 30)),
    ("ls.cl", "Chi Lăng", "huyện", date(2025, 6, 30)),
    ("ls.vl", "Văn Lãng", "huyện", date(2025, 6, 30)),
)
MATTERS = (
    "Chợ phiên {place} mở thêm gian hàng nông sản cuối tuần",
    "{place} sửa xong cầu treo trước mùa mưa",
    "Học sinh {place} nhận sách giáo khoa mới",
    "Na vào vụ, thương lái về {place} từ sáng sớm",
    "Hội đua thuyền {place} dời ngày vì mưa lớn",
    "Xe buýt liên huyện chạy thêm chuyến qua {place}",
    "Bảo tàng {place} trưng bày bộ ảnh phố cũ",
    "Cửa hàng ở {place} thử thanh toán không tiền mặt",
)
DECISIONS = ("about", "mentions", "unclear")
STRATA = ("title", "lead", "body2", "body1", "unclear")


def days_of(span: Span) -> list[date]:
    """All days of a span."""
    return [span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1)]


def build_articles(seed: int, mean: float) -> tuple[ArticleRow, ...]:
    """Articles of both periods; `mean` a day."""
    rng = random.Random(seed)
    rows: list[ArticleRow] = []
    for span in (THEN, NOW):
        for day in days_of(span):
            in_outage = OUTAGE.first <= day <= OUTAGE.last
            n = max(0, round(rng.gauss(mean * (0.45 if in_outage else 1.0), mean * 0.45)))
            for _ in range(n):
                # the longest tail of the outlets is quiet on purpose
                outlet = OUTLETS[min(int(rng.expovariate(0.35)), len(OUTLETS) - 1)]
                place = rng.choice(PLACES)
                decision = rng.choices(DECISIONS, (6, 3, 1))[0]
                stratum = rng.choices(STRATA[:4], (5, 3, 2, 2))[0] if decision != "unclear" else "unclear"
                ordinal = len(rows) + 1
                rows.append(
                    ArticleRow(
                        ordinal=ordinal,
                        article_id=f"{ordinal:016x}",
                        revision=f"{ordinal * 7:016x}",
                        outlet_id=outlet[1],
                        outlet_name=outlet[0],
                        title=rng.choice(MATTERS).format(place=place[1]),
                        url=f"https://{outlet[1]}/{day:%Y/%m/%d}/bai-{ordinal}.html",
                        published=day,
                        decision=decision,  # type: ignore[arg-type]
                        stratum=stratum,  # type: ignore[arg-type]
                        rule="full_name" if stratum == "title" else "hierarchy",
                        places=(place[0],),
                        is_corrected=outlet[1] == "tinchieu.example",
                        in_comparison=span is THEN,
                    )
                )
    return tuple(rows)


class Maker:
    """Makes Numbers from the articles of one fixture."""

    def __init__(self, articles: Sequence[ArticleRow]) -> None:
        self.articles = articles

    def count(
        self, number_id: str, formula: str, pick: Callable[[ArticleRow], bool], **values: object
    ) -> Number:
        """A count of articles with the articles behind it."""
        at_least = bool(values.pop("at_least", False))
        rows = tuple(row.ordinal for row in self.articles if pick(row))
        return Number(
            number_id,
            len(rows),
            "rule_count",
            "articles",
            formula,
            values,
            rows=RowsRef(rows),
            at_least=at_least,
        )  # type: ignore[arg-type]

    def plain(self, number_id: str, value: float, unit: str, formula: str, **values: object) -> Number:
        """A full count whose rows are in a table."""
        rows = RowsRef(table="outlet_days", where=(("state", "good"),))
        return Number(number_id, value, "full_count", unit, formula, values, rows=rows)  # type: ignore[arg-type]

    def share(self, number_id: str, part: Number, whole: Number) -> Number:
        """One count of another."""
        value = (part.value or 0) / whole.value if whole.value else None
        inputs = (part.number_id, whole.number_id)
        return Number(
            number_id,
            value,
            "share",
            "share",
            "share",
            inputs=inputs,
            missing="" if value is not None else "too_few",
        )


def inside(span: Span) -> Callable[[ArticleRow], bool]:
    """Whether an article was published in a span."""
    return lambda row: span.first <= row.published <= span.last


def cut(span: Span, whole: Span) -> Span:
    """A span cut to a period."""
    return Span(max(span.first, whole.first), min(span.last, whole.last))


def month_spans(whole: Span) -> list[Span]:
    """The months of a period."""
    starts = list_months(whole.first, whole.last)
    ends = [start - timedelta(days=1) for start in starts[1:]] + [whole.last]
    return [cut(Span(start, end), whole) for start, end in zip(starts, ends, strict=True)]


def week_spans(whole: Span) -> list[Span]:
    """The weeks of a period."""
    mondays = sorted({find_monday(day) for day in days_of(whole)})
    return [cut(Span(day, day + timedelta(days=6)), whole) for day in mondays]


def make_bin(maker: Maker, prefix: str, span: Span) -> Bin:
    """One week or month with its coverage."""
    name = f"{span.first.isoformat()}" if prefix.startswith("week") else f"{span.first:%Y-%m}"
    lost = sum(1 for day in days_of(span) if OUTAGE.first <= day <= OUTAGE.last)
    coverage = round(1 - 0.45 * lost / len(days_of(span)), 4) if lost else 1.0 - 0.01 * (span.first.day % 4)
    count = maker.count(f"volume.{prefix}.{name}", "count_span", inside(span), span=span)
    covered = Number(
        f"coverage.{prefix}.{name}",
        coverage,
        "share",
        "share",
        "coverage",
        {"span": span},
        rows=RowsRef(
            table="outlet_days", where=(("day", f"{span.first.isoformat()}..{span.last.isoformat()}"),)
        ),
    )
    return Bin(span, count, covered, is_thin=coverage < 0.8)


def pair_bins(maker: Maker, prefix: str, spans: Callable[[Span], list[Span]]) -> tuple[BinPair, ...]:
    """Bins of both periods side by side."""
    now = [make_bin(maker, prefix, span) for span in spans(NOW)]
    then = [make_bin(maker, prefix, span) for span in spans(THEN)]
    return tuple(BinPair(bin_, then[place] if place < len(then) else None) for place, bin_ in enumerate(now))


def build_health(maker: Maker) -> tuple[HealthRow, ...]:
    """A calendar with an outage, a late start, a quiet holiday and weak days."""
    rng = random.Random(11)
    rows = []
    for place, (name, outlet_id, _) in enumerate(OUTLETS):
        days = []
        for day in days_of(NOW):
            state = "good"
            if OUTAGE.first <= day <= OUTAGE.last and place % 5 != 4:
                state = "gap"
            elif place == 3 and day < date(2026, 7, 20):
                state = "unknown"
            elif day == date(2026, 9, 2):
                state = "quiet"
            elif rng.random() < 0.03:
                state = "low"
            received = {"good": 40, "low": 9, "gap": 0, "quiet": 4, "unknown": 0}[state]
            days.append(OutletDay(day, state, received, 40.0, 0))  # type: ignore[arg-type]
        where = (("outlet_id", outlet_id), ("state", "good"))
        good = sum(1 for day in days if day.state == "good")
        good_days = Number(
            f"health.good_days.{outlet_id}",
            good,
            "full_count",
            "days",
            "good_days",
            {"outlet": name, "span": NOW},
            rows=RowsRef(table="outlet_days", where=where),
        )
        possible = maker.plain(
            f"health.days.{outlet_id}",
            sum(1 for day in days if day.state != "unknown"),
            "days",
            "outlet_days_possible",
            outlet=name,
            span=NOW,
        )
        rows.append(HealthRow(outlet_id, name, tuple(days), good_days, possible))
    return tuple(rows)


def build_model(
    *, seed: int = 7, mean: float = 4.0, title: str = "", outlet: str = "", phrase: str = "chợ phiên"
) -> ReportModel:
    """The whole fixture; `title`, `outlet` and `phrase` put strangers' text where it enters a report."""
    articles = build_articles(seed, mean)
    if title or outlet:
        from dataclasses import replace

        articles = tuple(
            replace(row, title=title or row.title, outlet_name=outlet or row.outlet_name) for row in articles
        )
    maker = Maker(articles)
    now, then = inside(NOW), inside(THEN)
    total = maker.count("volume.total", "count_span", now, span=NOW)
    total_then = maker.count("volume.total.then", "count_span", then, span=THEN)
    decisions = tuple(build_split(maker, "decision", DECISIONS, total, DecisionRow))
    strata = tuple(build_split(maker, "stratum", STRATA, total, StratumRow))
    health = build_health(maker)
    good = {row.outlet_id: row.good_days for row in health}
    comparison = build_comparison(maker, total, total_then)
    outlets = tuple(
        OutletRow(
            outlet_id,
            outlet or name,
            outlet_class,
            maker.count(
                f"outlet.{outlet_id}",
                "count_outlet",
                lambda row, o=outlet_id: now(row) and row.outlet_id == o,  # type: ignore[misc]
                outlet=outlet or name,
                span=NOW,
                at_least=outlet_id == "kycung.example",
            ),
            (outlet_id,),
            "delivered",
            maker.count(
                f"outlet.{outlet_id}.then",
                "count_outlet",
                lambda row, o=outlet_id: then(row) and row.outlet_id == o,  # type: ignore[misc]
                outlet=outlet or name,
                span=THEN,
            ),
            good[outlet_id],
        )
        for name, outlet_id, outlet_class in OUTLETS
    )
    about = decisions[0]
    delivered = maker.plain("outlets.delivered", len(OUTLETS), "outlets", "outlets_delivered", span=NOW)
    lost = maker.plain("outlet_days.lost", 118, "outlet_days", "outlet_days_lost", span=NOW)
    figures = (
        KeyFigure("matched", total, {"outlets": delivered}),
        KeyFigure("about", about.count, {"share": about.share}),
        KeyFigure(
            "mentions",
            decisions[1].count,  # type: ignore[attr-defined]
            {
                "share": decisions[1].share,  # type: ignore[attr-defined]
                "unclear": decisions[2].count,  # type: ignore[attr-defined]
                "unclear_share": decisions[2].share,  # type: ignore[attr-defined]
            },
        ),
        KeyFigure(
            "matched_now",
            comparison.matched_now,
            {
                "then": comparison.matched_then,
                "days": comparison.matched_days,
                "possible": comparison.possible_days,
            },
        ),
        KeyFigure("gap_days", lost, {"possible": comparison.possible_days}),
    )
    months = pair_bins(maker, "month", month_spans)
    smallest = min(
        (pair.now.count for pair in months if pair.now.count), key=lambda number: number.value or 0
    )
    return ReportModel(
        spec=ReportSpec(
            "lang-son",
            "Lạng Sơn",
            "place",
            NOW,
            THEN,
            build_command="diembao report build --topic lang-son --from 2026-07-01 --to 2026-09-30",
            verify_command="diembao report verify reports/lang-son-2026q3",
            sample_press=True,
        ),
        created_at=datetime(2026, 10, 4, 2, 30, tzinfo=UTC),
        key_figures=figures,
        notices=(
            Notice("few_a_month", {"n": smallest}),
            Notice(
                "no_good_day",
                {"n": maker.plain("outlets.no_good_day", 1, "outlets", "outlets_no_good_day", span=NOW)},
                {"outlets": outlet or "Báo Yên Lặng"},
            ),
            Notice("many_gaps", {"lost": lost, "possible": comparison.possible_days}),
        ),
        volume=Volume(months, pair_bins(maker, "week", week_spans), total, total_then),
        comparison=comparison,
        collection=build_collection(maker),
        health=health,
        outlets=outlets,
        classes=tuple(build_classes(maker, total)),
        decisions=decisions,  # type: ignore[arg-type]
        strata=strata,  # type: ignore[arg-type]
        places=tuple(build_places(maker)),
        units_current=maker.plain("places.current", 4, "places", "units_current"),
        units_former=maker.plain("places.former", 3, "places", "units_former"),
        busiest=tuple(build_busiest(maker)),
        clips=build_clips(maker),
        truth=build_truth(maker, total),
        method=build_method(maker),
        limits=Limits(
            phrases=(Phrase(phrase), Phrase("Nhà hát Xứ Hồi", "institution")),
            exclusions=(Phrase("bánh Lạng Sơn kiểu mới"),),
            aliases=(("Lạng Sơn", "tỉnh Lạng Sơn", "A"), ("Đồng Đăng", "Đồng Đăng", "B")),
            left_out=(OutletNote("yenlang.example", "Báo Yên Lặng", "never_delivered"),),
            unverified=(OutletNote("tramxa.example", "Trạm Xa", "unverified"),),
            audit_head="9f31c2e07d1a44b8",
        ),
        articles=articles,
    )


def build_split(
    maker: Maker, field: str, codes: Iterable[str], total: Number, record: Callable[..., object]
) -> Iterable[object]:
    """Counts and shares of one code, this period and the earlier one."""
    for code in codes:
        values = {field: Word(f"report.{field}.{code}")}
        parts = [
            maker.count(
                f"{field}.{code}{suffix}",
                f"count_{field}",
                lambda row, c=code, w=where: w(row) and getattr(row, field) == c,  # type: ignore[misc]
                span=span,
                **values,
            )
            for suffix, where, span in (("", inside(NOW), NOW), (".then", inside(THEN), THEN))
        ]
        yield record(code, parts[0], maker.share(f"{field}.{code}.share", parts[0], total), parts[1])


def build_comparison(maker: Maker, total: Number, total_then: Number) -> VolumeComparison:
    """Matched days are those outside the outage, of both years."""

    def good(span: Span) -> Callable[[ArticleRow], bool]:
        return lambda row: (
            inside(span)(row) and not (8, 10) <= (row.published.month, row.published.day) <= (8, 22)
        )

    matched = maker.count("compare.matched.now", "count_matched", good(NOW), span=NOW)
    matched_then = maker.count("compare.matched.then", "count_matched", good(THEN), span=THEN)

    def imputed(number_id: str, seen: Number, span: Span, extra: float) -> Number:
        value = (seen.value or 0) + extra
        return Number(
            number_id,
            value,
            "imputed",
            "articles",
            "imputed",
            {"span": span},
            (seen.number_id,),
            low=max(0.0, value - 11.4),
            high=value + 11.4,
            level=0.95,
        )

    now, then = (
        imputed("compare.imputed.now", total, NOW, 21.6),
        imputed("compare.imputed.then", total_then, THEN, 0.0),
    )
    ratio = (
        Number(
            "compare.matched.ratio",
            (matched.value or 0) / matched_then.value,
            "ratio",
            "ratio",
            "ratio",
            inputs=(matched.number_id, matched_then.number_id),
            decimals=2,
        )
        if matched_then.value
        else None
    )
    return VolumeComparison(
        True,
        "rule_count",
        maker.plain("compare.matched_days", 948, "outlet_days", "matched_days", span=NOW, then_span=THEN),
        maker.plain("compare.possible_days", 1104, "outlet_days", "possible_days", span=NOW),
        matched,
        matched_then,
        total,
        total_then,
        now,
        then,
        ratio,
    )


def build_collection(maker: Maker) -> Collection:
    """One outage, one dead feed, one wrong clock, one full feed."""
    start = datetime(2026, 8, 9, 17, tzinfo=UTC)
    gaps = (
        GapRow(
            "*",
            "",
            "",
            start,
            start + timedelta(days=13),
            "not_running",
            {"pause_h": "312.4", "usual_pause_h": "2.0", "runs": "431"},
        ),
        GapRow(
            "bonmua.example",
            "Du lịch Bốn mùa",
            "bonmua.example/tin",
            start,
            start + timedelta(days=30),
            "silent",
            {"runs": "360", "expected_items": "186.2", "probability": "2e-09"},
        ),
    )

    def summary(kind: str, gaps_: int, outlets: int, days: int) -> GapSummary:
        word = {"kind": Word(f"report.gap.{kind}"), "span": NOW}
        return GapSummary(
            kind,  # type: ignore[arg-type]
            maker.plain(f"gaps.{kind}", gaps_, "gaps", "gaps_of_kind", **word),
            maker.plain(f"gaps.{kind}.outlets", outlets, "outlets", "gap_outlets", **word),
            maker.plain(f"gaps.{kind}.days", days, "outlet_days", "gap_outlet_days", **word),
        )

    name = "Tin Chiều"
    touched = maker.count(
        "clock.tinchieu.articles",
        "clock_articles",
        lambda row: row.outlet_id == "tinchieu.example" and inside(NOW)(row),
        outlet=name,
    )
    shift = maker.plain("clock.tinchieu.shift", 7, "hours", "clock_shift", outlet=name)
    clock = ClockRow(
        "tinchieu.example",
        name,
        "tinchieu.example/moi",
        "shift",
        shift,
        touched,
        start,
        start + timedelta(days=40),
        {"lag_min_h": "7.041", "lag_q50_h": "7.6", "address_edge_h": "-7.003", "address_rows": "1310"},
    )
    times = maker.plain("overflow.kycung", 7, "runs", "times_full", feed="kycung.example/tin")
    return Collection(
        (summary("not_running", 1, 12, 117), summary("silent", 1, 1, 30)),
        gaps,
        (clock,),
        (LowerBound("kycung.example", "Đài Phát thanh Kỳ Cùng", "kycung.example/tin", times),),
    )


def build_classes(maker: Maker, total: Number) -> Iterable[ClassRow]:
    """All classes of the fixture's outlets, one of them custom."""
    for outlet_class in dict.fromkeys(entry[2] for entry in OUTLETS):
        members = [entry for entry in OUTLETS if entry[2] == outlet_class]
        slug = "market" if outlet_class.startswith("chợ") else outlet_class
        ids = {entry[1] for entry in members}
        word = (
            {"class": Word(f"report.class.{outlet_class}")}
            if not outlet_class.startswith("chợ")
            else {"class": outlet_class}
        )
        counts = [
            maker.count(
                f"class.{slug}{suffix}",
                "count_class",
                lambda row, w=where, i=ids: w(row) and row.outlet_id in i,  # type: ignore[misc]
                span=span,
                **word,
            )
            for suffix, where, span in (("", inside(NOW), NOW), (".then", inside(THEN), THEN))
        ]
        yield ClassRow(
            outlet_class,
            maker.plain(f"class.{slug}.outlets", len(members), "outlets", "outlets_in_class", **word),
            counts[0],
            maker.share(f"class.{slug}.share", counts[0], total),
            counts[1],
            outlet_class.startswith("chợ"),
            "Báo chuyên về chợ và hàng quán" if outlet_class.startswith("chợ") else "",
            tuple(entry[0] for entry in members),
        )


def build_places(maker: Maker) -> Iterable[PlaceRow]:
    """The units and one that nobody names."""
    for place_id, name, kind, valid_to in (*PLACES, ("ls.zz", "Tràng Xa", "xã", None)):
        count = maker.count(
            f"place.{place_id}",
            "count_place",
            lambda row, p=place_id: inside(NOW)(row) and p in row.places,  # type: ignore[misc]
            place=name,
            span=NOW,
        )
        successors = ("phường Kỳ Lừa", "xã Đồng Đăng") if valid_to else ()
        yield PlaceRow(place_id, name, kind, count, None, valid_to, successors, place_id == "ls")


def build_busiest(maker: Maker) -> Iterable[BusyDay]:
    """The five days with most articles."""
    per_day: dict[date, list[int]] = {}
    for row in maker.articles:
        if inside(NOW)(row):
            per_day.setdefault(row.published, []).append(row.ordinal)
    for day, ordinals in sorted(per_day.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:4]:
        count = maker.count(
            f"day.{day.isoformat()}",
            "count_day",
            lambda row, d=day: row.published == d,
            day=day,  # type: ignore[misc]
        )
        yield BusyDay(day, count, tuple(ordinals), OUTAGE.first <= day <= OUTAGE.last)


def build_clips(maker: Maker) -> ClipsComparison:
    """A list of clippings that missed some and held others."""
    return ClipsComparison(
        ("diem-bao-quy-3.xlsx",),
        maker.plain("clips.all", 96, "articles", "clips_total", span=NOW),
        maker.plain("clips.both", 81, "articles", "clips_both"),
        maker.plain("clips.only_clips", 15, "articles", "clips_only_clips"),
        maker.plain("clips.only_collection", 260, "articles", "clips_only_collection"),
        (
            ClipRow(
                "Phiên chợ đêm đông khách",
                "https://xuhoi.example/cho-dem",
                "Báo Xứ Hồi",
                date(2026, 8, 12),
                "in_gap",
            ),
            ClipRow("Bản tin sáng", "javascript:alert(1)", "Trạm Xa", None, "outlet_unknown"),
        ),
    )


def build_truth(maker: Maker, total: Number) -> tuple[TruthRow, ...]:
    """Two known answers, one of them missed."""

    def known(number_id: str, value: int, unit: str) -> Number:
        return Number(number_id, value, "truth", unit, "truth")  # type: ignore[arg-type]

    shift = maker.plain("clock.tinchieu.shift", 7, "hours", "clock_shift", outlet="Tin Chiều")
    return (
        TruthRow("articles", total, known("truth.articles", int(total.value or 0) + 3, "articles"), False),
        TruthRow("clock_shift", shift, known("truth.clock", 7, "hours"), True, "Tin Chiều"),
    )


def build_method(maker: Maker) -> Method:
    """Two accounts and two rules."""
    name = "lich-su-tin.jsonl.gz"
    total = maker.plain("account.import.total", 41230, "rows", "account_total", name=name)
    passed = maker.plain("account.import.passed", 40990, "rows", "account_passed", name=name)
    known = maker.plain(
        "account.import.known", 240, "rows", "account_dropped", name=name, reason=Word("report.drop.known")
    )
    rules = tuple(
        (
            rule,
            maker.count(
                f"rule.{rule}",
                "count_rule",
                lambda row, r=rule: inside(NOW)(row) and row.rule == r,  # type: ignore[misc]
                rule=rule,
                span=NOW,
            ),
        )
        for rule in ("full_name", "hierarchy")
    )
    snapshot = Snapshot(
        "2026-10-04.9f31c2e",
        {"articles": 12, "items": 12},
        431,
        {"settings": "77aa01", "gazetteer": "c0ffee"},
        "0.1.0",
        datetime(2026, 10, 4, 2, 0, tzinfo=UTC),
    )
    return Method(
        snapshot,
        "b1946ac92492d234",
        "2025-07-01",
        (Account("import", name, total, passed, (("known", known),)),),
        rules,
    )
