"""What holds for any import: order and cutting do not matter, running twice changes nothing, counts add up."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.corpus import Arrival, CorpusReader, CorpusWriter, check_project, hash_content
from diembao.desk import Desk, name_article
from diembao.types import Article, Moment, Outlet, Refusal, Sighting

START = datetime(2025, 8, 31, 20, tzinfo=UTC)
#: (article, version, hour seen, feed)
Row = tuple[int, int, int, int]
ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 6), st.integers(0, 1)), max_size=12
)


def arrive(row: Row) -> Arrival:
    """The row as a source would yield it."""
    number, version, hour, feed = row
    key = f"mau.example/{number}"
    article_id = name_article(key)
    revision = hashlib.sha256(f"{number} {version}".encode()).hexdigest()[:16]
    published = Moment(START + timedelta(hours=number + version), "second", "feed", "raw")
    article = Article(
        article_id,
        revision,
        "mau",
        f"https://{key}",
        key,
        f"t{version}",
        "",
        "",
        "vi",
        "feed_item",
        published,
        None,
    )
    return Arrival(
        article, Sighting(article_id, revision, "mau", f"mau/{feed}", START + timedelta(hours=hour))
    )


def store(
    folder: Path, files: list[list[Row]], refused: int = 0
) -> tuple[str, list[dict[str, object]], list[str]]:
    """Import the files; the content hash, the current view, and the rules that do not hold."""
    with Desk.open(folder) as desk:
        desk.outlets.put([Outlet("mau", "Báo Mẫu", ("mau.example",), "central")])
        with CorpusWriter.open(folder, desk) as writer:
            for number, rows in enumerate(files):
                run = desk.imports.start("history", f"{number}", file_sha256="", file_size=0, mapping={})
                refusals = [Refusal(n, "no_url") for n in range(refused)]
                info = writer.add_articles([arrive(row) for row in rows], run=run, refusals=refusals)
                assert info.accepted + info.known == len(rows)
                done = desk.imports.finish(run.import_id)
                assert done.rows == done.accepted + done.known + done.refused == len(rows) + refused
            versions = writer.commit.versions
        with CorpusReader(folder, versions) as reader:
            columns = "article_id, revision, feed_id, first_seen_at, published_at, revisions"
            current = reader.rows(f"SELECT {columns} FROM current ORDER BY article_id")
            broken = [c.rule for c in check_project(folder, desk) if not c.ok]
            return hash_content(reader), current, broken


@settings(max_examples=15, deadline=None)
@given(rows=ROWS, data=st.data())
def test_order_and_cutting_of_imports_do_not_matter(rows: list[Row], data: st.DataObject) -> None:
    """The same rows in any order, cut into any files, imported once or twice: same content, same current view."""
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first = store(Path(one), [rows])
        second = store(Path(two), [shuffled[cut:], shuffled[:cut], shuffled], refused=2)
    assert first == second
    assert first[2] == []
