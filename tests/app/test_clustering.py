"""Reprints, stories and uses of releases in a project: made by `process`, corrected by people, pinned by reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from diembao.app.clustering import find_differences
from diembao.app.imports import import_articles, import_history
from diembao.app.outlets import add_outlet
from diembao.app.process import process_project
from diembao.app.project import Project, init_project
from diembao.app.releases import import_releases
from diembao.app.reports import build_report
from diembao.app.reprints import show_reprints
from diembao.app.stories import (
    list_edits,
    list_stories,
    merge_stories,
    pin_story,
    show_story,
    split_story,
    withdraw_edit,
)
from diembao.app.topics import new_topic
from diembao.app.verify import verify_report
from diembao.app.view import open_view
from diembao.cli.root import invoke
from diembao.corpus.check import check_project
from diembao.errors import SourceError, UsageError

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
TEXTS = "url=url,title=title,lead=lead,text=text,published=published,outlet=outlet,fetched=fetched"

LEAD = "Ban quản lý chợ Kỳ Lừa ở Lạng Sơn thông báo chợ đêm sẽ mở lại từ cuối tuần này sau ba tháng sửa chữa mái và nền."
WIRE = (
    "Theo thông báo, chợ mở từ mười tám giờ đến hai mươi ba giờ các ngày thứ sáu, thứ bảy và chủ nhật. "
    "Khu hàng ăn được dời về phía bờ sông, khu hàng thủ công giữ nguyên chỗ cũ với sáu mươi gian. "
    "Người bán đăng ký lại gian hàng tại văn phòng ban quản lý, hạn chót là trưa thứ năm. "
    "Xe máy gửi ở sân vận động, xe ô tô không được vào các phố quanh chợ trong giờ mở cửa. "
    "Những ngày mưa lớn, chợ đóng sớm một giờ và sẽ có loa báo trước cho người mua lẫn người bán. "
    "Ban quản lý cho biết tiền thuê gian không tăng so với năm ngoái, riêng tiền điện tính theo công tơ."
)
OWN = (
    "Phóng viên đi một vòng các phố quanh chợ chiều qua thì thấy thợ đang quét vôi lại hàng cột phía tây. "
    "Một người bán bún nói chị mong ngày mở lại vì ba tháng nay phải bán nhờ ở vỉa hè phố bên. "
    "Trẻ con trong ngõ đã ra tập múa sư tử, tiếng trống vang tới tận đầu cầu. "
)
OTHER = (
    "Đoàn công tác của Bộ Công Thương khảo sát khu logistics cạnh cửa khẩu Hữu Nghị ở Lạng Sơn trong hai ngày. "
    "Đoàn xem bãi đỗ ba trăm xe, kho lạnh và hệ thống cân tự động vừa lắp xong hồi tháng trước. "
    "Hải quan địa phương đề nghị thêm làn cho xe chở hoa quả vì vào vụ lượng xe tăng gấp đôi ngày thường. "
)
RELEASE = (
    "Sở Y tế tỉnh Lạng Sơn tổ chức tiêm phòng miễn phí bệnh dại cho chó mèo tại hai mươi mốt xã vùng cao. "
    "Mỗi xã có một điểm tiêm đặt tại nhà văn hóa, mở từ bảy giờ sáng đến mười sáu giờ chiều trong ba ngày liền. "
    "Người dân mang theo sổ hộ khẩu hoặc căn cước để cán bộ ghi sổ và cấp thẻ đeo cổ cho vật nuôi. "
    "Nơi đường xa, tổ lưu động sẽ đến tận bản theo lịch mà trưởng bản đã thông báo từ tuần trước. "
)


class FixedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return datetime(2026, 4, 10, 5, tzinfo=UTC)


def article(
    slug: str, outlet: str, hours: float, title: str, lead: str, text: str, *, fetched: bool = True
) -> dict[str, Any]:
    at = START + timedelta(hours=hours)
    row = {"url": f"https://{outlet}.example/{slug}", "outlet": f"Báo {outlet}", "title": title, "lead": lead}
    row |= {"text": text, "published": at.isoformat()}
    return row | ({"fetched": (at + timedelta(minutes=5)).isoformat()} if fetched else {})


ROWS = [
    article("cho-dem-1", "hang-tin", 0, "Chợ đêm Kỳ Lừa ở Lạng Sơn mở lại", LEAD, WIRE),
    article(
        "cho-dem-2", "bao-hai", 3, "Lạng Sơn: Chợ đêm Kỳ Lừa mở lại", LEAD, WIRE + "\nTheo Báo hang-tin."
    ),
    article("cho-dem-3", "bao-ba", 5, "Chợ đêm Kỳ Lừa ở Lạng Sơn mở lại", "Tin từ Lạng Sơn. " + LEAD, WIRE),
    article("cho-dem-4", "bao-bon", 9, "Chờ chợ đêm Kỳ Lừa ở Lạng Sơn", OWN, OWN + WIRE[: len(WIRE) // 2]),
    article("logistics", "bao-ba", 7, "Khảo sát khu logistics ở Lạng Sơn", OTHER[:110], OTHER),
    article("tiem-phong", "bao-hai", 30, "Lạng Sơn tiêm phòng dại cho chó mèo", RELEASE[:100], RELEASE),
]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with six articles of four outlets, a release and a topic, processed."""
    made = init_project(tmp_path / "project", clock=FixedClock())
    for name in ("hang-tin", "bao-hai", "bao-ba", "bao-bon"):
        add_outlet(made, domains=[f"{name}.example"], name=f"Báo {name}", outlet_class="central")
    new_topic(made, place="Lạng Sơn")
    add_articles(made, ROWS)
    add_release(made)
    process_project(made)
    yield made


def add_articles(project: Project, rows: list[dict[str, Any]], name: str = "bai.jsonl") -> None:
    path = project.folder / name
    mapping = TEXTS if "fetched" in rows[0] else TEXTS.removesuffix(",fetched=fetched")
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    assert import_articles(project, path, mapping).accepted == len(rows)


def add_release(project: Project) -> None:
    path = project.folder / "thong-cao.jsonl"
    row = {"release_id": "tc-1", "title": "Tiêm phòng dại", "text": RELEASE}
    row["published"] = (START + timedelta(hours=24)).isoformat()
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    assert import_releases(project, path).accepted == 1


def read(project: Project, sql: str) -> list[dict[str, Any]]:
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        return view.rows(sql)


def by_slug(project: Project) -> dict[str, str]:
    rows = read(project, "SELECT DISTINCT article_id, url FROM current")
    return {row["url"].rpartition("/")[2]: row["article_id"] for row in rows}


def places(project: Project) -> dict[str, tuple[str, str]]:
    """For each slug its role and the slug of the text it counts as."""
    slugs = {article_id: slug for slug, article_id in by_slug(project).items()}
    rows = read(project, "SELECT * FROM reprints")
    return {slugs[row["article_id"]]: (row["role"], slugs[row["unit_id"]]) for row in rows}


def test_reprints_count_as_the_text_they_carry(project: Project) -> None:
    """Full copies with another lead or a credit count as the first text, a half in own words does not."""
    assert places(project) == {
        "cho-dem-1": ("original", "cho-dem-1"),
        "cho-dem-2": ("reprint", "cho-dem-1"),
        "cho-dem-3": ("reprint", "cho-dem-1"),
        "cho-dem-4": ("partial", "cho-dem-4"),
    }
    uses = read(project, "SELECT * FROM uses")
    assert [(use["release_id"], use["is_origin"], use["is_best"]) for use in uses] == [("tc-1", True, True)]
    assert uses[0]["article_id"] == by_slug(project)["tiem-phong"]
    assert uses[0]["share_of_article"] > 0.9


def test_passages_stand_side_by_side(project: Project) -> None:
    """An article leads to its source and to the passages, which are words of both texts."""
    ids = by_slug(project)
    found = show_reprints(project, ids["cho-dem-4"])
    assert found["role"] == "partial"
    assert found["source_id"] == ids["cho-dem-1"]
    first = next(row for row in found["shares_with"] if row["article_id"] == ids["cho-dem-1"])
    assert all(passage["text"].rstrip("…") in OWN + WIRE for passage in first["passages"])
    assert max(passage["words"] for passage in first["passages"]) > 40
    used = show_reprints(project, ids["tiem-phong"])
    assert [row["release_id"] for row in used["releases"]] == ["tc-1"]
    assert used["releases"][0]["passages"]


def test_the_order_of_import_makes_no_difference(project: Project, tmp_path: Path) -> None:
    """A later day against what is there gives what one import of everything gives, and the data stays sound."""
    other = init_project(tmp_path / "other", clock=FixedClock())
    for name in ("hang-tin", "bao-hai", "bao-ba", "bao-bon"):
        add_outlet(other, domains=[f"{name}.example"], name=f"Báo {name}", outlet_class="central")
    new_topic(other, place="Lạng Sơn")
    for number, row in enumerate(reversed(ROWS)):
        add_articles(other, [row], f"{number}.jsonl")
        process_project(other)
    add_release(other)
    process_project(other)
    for table in ("reuse", "reprints", "stories", "uses"):
        sql = f"SELECT * EXCLUDE (batch_no) FROM {table} ORDER BY ALL"
        assert read(project, sql) == read(other, sql)
        assert read(project, sql)
    with other.open_desk() as desk:
        assert [check for check in check_project(other.folder, desk) if not check.ok] == []


def test_nothing_is_compared_again_without_need(project: Project) -> None:
    """`process` twice makes one clustering; a new article makes another."""
    with project.open_desk() as desk:
        before = desk.commits.last()
    process_project(project)
    with project.open_desk() as desk:
        assert desk.commits.last() == before
        assert before is not None
    more = article("cho-dem-5", "bao-bon", 12, "Chợ đêm Kỳ Lừa ở Lạng Sơn mở lại", LEAD, WIRE)
    add_articles(project, [more], "them.jsonl")
    process_project(project)
    assert places(project)["cho-dem-5"] == ("reprint", "cho-dem-1")


def test_edits_of_people_survive_new_runs(project: Project) -> None:
    """Merged, split and pinned stories stay so when more articles come; taken back, they fall back; all is on record."""
    ids = by_slug(project)
    alone = {row["story_id"]: row for row in list_stories(project, least_texts=1)}
    assert len(alone) >= 2
    merged = merge_stories(project, list(alone), note="thử")
    assert merged["stories"] == 1
    more = article("cho-dem-5", "bao-bon", 12, "Chợ đêm Kỳ Lừa ở Lạng Sơn mở lại", LEAD, WIRE)
    add_articles(project, [more], "them.jsonl")
    process_project(project)
    (story,) = list_stories(project)
    assert story["articles"] == len(ROWS) + 1
    split_story(project, story["story_id"], [ids["logistics"]])
    names = {row["article_id"]: row["story_id"] for row in read(project, "SELECT * FROM stories")}
    assert names[ids["logistics"]] != names[ids["cho-dem-1"]]
    assert names[ids["cho-dem-2"]] == names[ids["cho-dem-1"]]
    pinned = pin_story(project, names[ids["cho-dem-1"]])
    assert show_story(project, names[ids["cho-dem-1"]])["edits"][-1]["edit"] == pinned["edit"]
    for edit in list_edits(project):
        withdraw_edit(project, edit["edit"])
    assert list_edits(project) == []
    assert len(list_stories(project, least_texts=1)) == len(alone)
    with project.open_desk() as desk:
        events = [entry.event for entry in desk.audit.list_entries()]
        assert events.count("story_edited") == 6
        assert desk.audit.verify_chain().is_intact


def test_wrong_edits_are_refused_in_a_sentence(project: Project) -> None:
    """Nothing happens when a story, an article or an edit is not there, or a split leaves nothing."""
    (first, *_) = list_stories(project, least_texts=1)
    with pytest.raises(SourceError, match="no story"):
        show_story(project, "s-none")
    with pytest.raises(UsageError, match="two different"):
        merge_stories(project, [first["story_id"]] * 2)
    with pytest.raises(SourceError, match="not in story"):
        split_story(project, first["story_id"], ["00" * 8])
    every = [a for text in show_story(project, first["story_id"])["texts"] for a in text["articles"]]
    with pytest.raises(UsageError, match="leave some"):
        split_story(project, first["story_id"], every)
    with pytest.raises(UsageError, match="no edit"):
        withdraw_edit(project, 99)
    assert list_edits(project) == []


def test_a_built_report_keeps_its_clustering(project: Project) -> None:
    """A new clustering never changes a report that was built: it verifies, its numbers stand, a new one differs."""
    period = {"topic_id": "lang-son", "start": date(2026, 3, 1), "end": date(2026, 3, 31)}
    built = build_report(project, **period, language="vi")  # type: ignore[arg-type]
    folder = Path(built["folder"])
    before = (folder / "csv" / "text_roles.csv").read_bytes()
    assert verify_report(project, folder)["problems"] == []
    more = article("cho-dem-5", "bao-bon", 12, "Chợ đêm Kỳ Lừa ở Lạng Sơn mở lại", LEAD, WIRE)
    add_articles(project, [more], "them.jsonl")
    process_project(project)
    merge_stories(project, [row["story_id"] for row in list_stories(project, least_texts=1)])
    assert verify_report(project, folder)["problems"] == []
    assert (folder / "csv" / "text_roles.csv").read_bytes() == before
    again = build_report(project, **period, language="vi", output=project.folder / "moi")  # type: ignore[arg-type]
    assert (Path(again["folder"]) / "csv" / "text_roles.csv").read_bytes() != before


def test_a_changed_row_is_found_when_texts_are_compared_again(project: Project) -> None:
    """`report verify` compares texts itself: rows of another clustering under the same state do not pass."""
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        assert find_differences(view) == []
        connection = view.reader.connection
        connection.execute("CREATE TABLE kept AS SELECT * FROM reprints")
        connection.execute("UPDATE kept SET role = 'original' WHERE role = 'partial'")
        connection.execute("DROP VIEW reprints")
        connection.execute("ALTER TABLE kept RENAME TO reprints")
        assert find_differences(view) == [("reprints", 2)]


def test_a_file_that_knows_no_fetching_says_nothing_of_the_first_sighting(tmp_path: Path) -> None:
    """Texts imported later without times of fetching leave the collector's first sighting and its feed as they are."""
    project = init_project(tmp_path / "project", clock=FixedClock())
    add_outlet(project, domains=["bao-hai.example"], name="Báo bao-hai", outlet_class="central")
    row = article("mot", "bao-hai", 0, "Lạng Sơn có mưa", LEAD, WIRE)
    history = project.folder / "lich-su.jsonl"
    history.write_text(json.dumps({**row, "text": "", "feed": "tin"}, ensure_ascii=False), encoding="utf-8")
    mapping = "url=url,title=title,summary=lead,published=published,outlet=outlet,fetched=fetched,feed=feed"
    assert import_history(project, history, mapping).accepted == 1
    (before,) = read(project, "SELECT first_seen_at, feed_id, flags FROM current")
    add_articles(project, [article("mot", "bao-hai", 0, "Lạng Sơn có mưa", LEAD, WIRE, fetched=False)])
    (after,) = read(project, "SELECT first_seen_at, feed_id, flags, kind FROM current")
    assert after["kind"] == "article"
    assert (after["first_seen_at"], after["feed_id"]) == (before["first_seen_at"], before["feed_id"])
    assert "seen_unknown" not in after["flags"]


def test_the_commands_print_stories_and_passages(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stories, one of them, and the passages of a reprint, in words and as JSON."""
    ids = by_slug(project)
    at = ["-C", str(project.folder)]
    assert invoke([*at, "stories", "list", "--least", "1", "--json"]) == 0
    stories = json.loads(capsys.readouterr().out)
    assert invoke([*at, "stories", "show", stories[0]["story_id"]]) == 0
    assert stories[0]["title"] in capsys.readouterr().out
    assert invoke([*at, "articles", "show", ids["cho-dem-2"], "--reprints"]) == 0
    out = capsys.readouterr().out
    assert ids["cho-dem-1"] in out
    assert "Khu hàng ăn được dời về phía bờ sông" in out
    assert invoke([*at, "stories", "show", "s-none"]) != 0
    assert "s-none" in capsys.readouterr().err
