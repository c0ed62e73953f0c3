"""The invariants of a project's data, one line a rule; what `diembao verify` prints."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diembao.corpus import tables
from diembao.corpus.read import CorpusReader
from diembao.corpus.schemas import DERIVED, PINNED, TABLES
from diembao.corpus.search import SearchIndex
from diembao.corpus.trouble import explain_damage
from diembao.desk import Commit, Desk
from diembao.errors import DiembaoError

Detail = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: whether it holds, how many things were looked at, how many break it, and examples."""

    rule: str
    ok: bool
    checked: int = 0
    broken: int = 0
    detail: Detail = field(default_factory=dict)


#: a rule looks and returns (checked, broken, detail)
_Rule = Callable[["_Data"], tuple[int, int, Detail]]


@dataclass(frozen=True, slots=True)
class _Data:
    folder: Path
    desk: Desk
    commit: Commit
    reader: CorpusReader


def check_project(folder: Path, desk: Desk) -> Iterator[Check]:
    """Each rule with its result. Rules that need the corpus are left out only when there is none yet."""
    yield _run("desk_intact", lambda: _check_desk(desk))
    yield _run("audit_chain", lambda: _check_audit(desk))
    yield _run("import_counts", lambda: _check_imports(desk))
    commit = desk.commits.last()
    if commit is None:
        return
    yield _run("versions_readable", lambda: _check_versions(folder, desk))
    yield _run("desk_and_tables_of_one_age", lambda: _check_same_backup(folder, commit))
    yield _run("row_counts", lambda: _check_row_counts(folder, commit))
    try:
        reader = CorpusReader(folder, commit.versions)
    except DiembaoError as error:
        yield Check("corpus_opens", False, 1, 1, {"reason": str(error)})
        return
    with reader:
        data = _Data(folder, desk, commit, reader)
        for name, rule in _RULES.items():
            yield _run(name, lambda rule=rule: rule(data))  # type: ignore[misc]


def _run(name: str, look: Callable[[], tuple[int, int, Detail]]) -> Check:
    try:
        checked, broken, detail = look()
    except DiembaoError as error:
        return Check(name, False, 0, 1, {"reason": str(error)})
    return Check(name, broken == 0, checked, broken, detail)


# ------------------------------------------------------------------ the desk alone


def _check_desk(desk: Desk) -> tuple[int, int, Detail]:
    """SQLite finds its file intact, and no foreign key points nowhere."""
    try:
        found = [str(row[0]) for row in desk.connection.execute("PRAGMA integrity_check(20)")]
        found += [f"{row[0]} row {row[1]}" for row in desk.connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.Error as error:
        raise explain_damage(desk.path, error) from error
    broken = [line for line in found if line != "ok"]
    return 1, len(broken), {"first": broken[:3]} if broken else {}


def _check_audit(desk: Desk) -> tuple[int, int, Detail]:
    """The audit chain holds, and the heads that reports printed are in it."""
    heads = tuple(
        str(report.results["audit_head"])
        for report in desk.reports.list_reports()
        if "audit_head" in report.results
    )
    chain = desk.audit.verify_chain(published_heads=heads)
    detail: dict[str, object] = {"head": chain.head}
    if chain.broken_at is not None:
        detail["broken_at"] = chain.broken_at
    return chain.entries, int(not chain.is_intact), detail


def _check_imports(desk: Desk) -> tuple[int, int, Detail]:
    """Of every import, rows read = accepted + known + refused, and each refusal has its reason."""
    runs = desk.imports.list_runs()
    reasons = {
        row["import_id"]: row["n"]
        for row in desk.rows("SELECT import_id, count(*) AS n FROM refusals GROUP BY import_id")
    }
    bad = [
        run.import_id
        for run in runs
        if run.rows != run.accepted + run.known + run.refused or run.refused != reasons.get(run.import_id, 0)
    ]
    unfinished = [run.import_id for run in runs if run.finished_at is None]
    return (
        len(runs),
        len(bad),
        {"imports": bad[:5], "interrupted": unfinished[:5]} if bad or unfinished else {},
    )


# ------------------------------------------------------------------ the files


def _check_versions(folder: Path, desk: Desk) -> tuple[int, int, Detail]:
    """Every version that is committed now or pinned by a snapshot opens, and all its files are there."""
    commit = desk.commits.last()
    wanted = set(commit.versions.items()) if commit else set()
    for snapshot in desk.snapshots.list_snapshots():
        wanted |= {(name, version) for name, version in snapshot.versions.items() if name in PINNED}
    bad: list[str] = []
    for name, version in sorted(wanted):
        path = tables.table_folder(folder, name)
        try:
            files = tables.list_files(tables.open_table(folder, name, version), path)
            bad += [str(file) for file in files if not file.is_file()]
        except DiembaoError as error:
            bad.append(f"{name} {version}: {error}")
    return len(wanted), len(bad), {"first": bad[:3]} if bad else {}


def _check_same_backup(folder: Path, commit: Commit) -> tuple[int, int, Detail]:
    """No table holds a batch beyond the next one: else the desk is an older copy than the tables."""
    ahead = []
    for name in TABLES:
        path = tables.table_folder(folder, name)
        newest = int(tables.open_table(folder, name).version())
        batches = [tables.find_batch_no(path, v) for v in range(commit.versions[name] + 1, newest + 1)]
        if any(batch is not None and batch > commit.batch_no + 1 for batch in batches):
            ahead.append(name)
    detail = {"older": "desk.sqlite", "newer": ahead, "desk_batch": commit.batch_no} if ahead else {}
    return len(TABLES), len(ahead), detail


def _check_row_counts(folder: Path, commit: Commit) -> tuple[int, int, Detail]:
    """Each data file has the size and the number of rows that the log says, and its footer reads."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    checked, bad = 0, []
    for name in TABLES:
        path = tables.table_folder(folder, name)
        for action in tables.list_actions(tables.open_table(folder, name, commit.versions[name])):
            checked += 1
            file = path / str(action["path"])
            try:
                rows = pq.ParquetFile(file).metadata.num_rows
                if rows != action["num_records"] or file.stat().st_size != action["size_bytes"]:
                    bad.append(f"{file}: {rows} rows, the log says {action['num_records']}")
            except (OSError, pa.ArrowException) as error:
                bad.append(f"{file}: {error}")
    return checked, len(bad), {"first": bad[:3]} if bad else {}


# ------------------------------------------------------------------ the rows


def _query(data: _Data, counted: str, broken_sql: str) -> tuple[int, int, Detail]:
    """Count the rows of a table, and those that a query finds to break the rule."""
    checked = int(data.reader.value(f"SELECT count(*) FROM {counted}"))
    broken = int(data.reader.value(f"SELECT count(*) FROM ({broken_sql})"))
    first = data.reader.rows(f"SELECT * FROM ({broken_sql}) LIMIT 3") if broken else []
    return checked, broken, {"first": first} if first else {}


def _check_outlets(data: _Data) -> tuple[int, int, Detail]:
    """Every article belongs to a registered outlet."""
    known = {outlet.outlet_id for outlet in data.desk.outlets.list_outlets()}
    counts = data.reader.rows("SELECT outlet_id, count(*) AS n FROM articles GROUP BY outlet_id ORDER BY 1")
    bad = {row["outlet_id"]: row["n"] for row in counts if row["outlet_id"] not in known}
    return sum(row["n"] for row in counts), sum(bad.values()), {"outlets": bad} if bad else {}


def _check_texts(data: _Data) -> tuple[int, int, Detail]:
    """Every text that an article names is stored or has a tombstone; no text is stored that was erased."""
    erased = set(data.desk.erasures.list_tombstones())
    missing = {
        row["text_hash"]
        for row in data.reader.rows(
            "SELECT DISTINCT text_hash FROM articles a WHERE NOT EXISTS "
            "(SELECT 1 FROM texts t WHERE t.text_hash = a.text_hash)"
        )
    }
    doubled = data.reader.value("SELECT count(*) - count(DISTINCT text_hash) FROM texts")
    kept = data.reader.value(
        "SELECT count(*) FROM texts WHERE text_hash IN (SELECT unnest($erased))", {"erased": sorted(erased)}
    )
    lost = sorted(missing - erased)
    checked = int(data.reader.value("SELECT count(DISTINCT text_hash) FROM articles"))
    detail = {"missing": lost[:3], "doubled": doubled, "still_there": kept} if lost or doubled or kept else {}
    return checked, len(lost) + int(doubled) + int(kept), detail


def _check_items(data: _Data) -> tuple[int, int, Detail]:
    """Every sighting is of a stored revision, and every revision was sighted."""
    return _query(
        data,
        "items",
        "SELECT article_id, revision FROM items ANTI JOIN articles USING (article_id, revision) UNION ALL "
        "SELECT article_id, revision FROM articles ANTI JOIN items USING (article_id, revision)",
    )


def _check_doubles(data: _Data) -> tuple[int, int, Detail]:
    """No revision and no sighting is stored twice."""
    return _query(
        data,
        "articles",
        "SELECT article_id, revision FROM articles GROUP BY ALL HAVING count(*) > 1 UNION ALL "
        "SELECT article_id, revision FROM (SELECT article_id, revision, outlet_id, feed_id, seen_at, "
        "split_part(source, ':', 1) AS kind FROM items GROUP BY ALL HAVING count(*) > 1)",
    )


def _check_prints(data: _Data) -> tuple[int, int, Detail]:
    """Fingerprints belong to a stored revision, once."""
    return _query(
        data,
        "prints",
        "SELECT article_id, revision FROM prints ANTI JOIN articles USING (article_id, revision) UNION ALL "
        "SELECT article_id, revision FROM prints GROUP BY ALL HAVING count(*) > 1",
    )


def _check_marks(data: _Data) -> tuple[int, int, Detail]:
    """The marks that make the common case fast are true: no further revision or early sighting lacks it."""
    return _query(
        data,
        "articles",
        "SELECT article_id, 'further' AS mark FROM articles GROUP BY article_id "
        "HAVING count(*) - count(*) FILTER (is_further) <> 1 UNION ALL "
        "SELECT i.article_id, 'order' FROM items i JOIN articles a USING (article_id, revision) "
        "WHERE NOT i.out_of_order AND (i.seen_at < a.first_seen_at "
        "OR (i.seen_at = a.first_seen_at AND coalesce(i.feed_id, '') < coalesce(a.feed_id, '')))",
    )


def _check_addresses(data: _Data) -> tuple[int, int, Detail]:
    """Every address leads to a stored article, and every article has the address that named it."""
    rows = data.desk.rows("SELECT DISTINCT article_id FROM addresses")
    known = {row[0] for row in rows}
    stored = set(data.reader.table("SELECT DISTINCT article_id FROM articles").column(0).to_pylist())
    bad = sorted(known ^ stored)
    return len(rows), len(bad), {"first": bad[:3]} if bad else {}


def _check_known(data: _Data) -> tuple[int, int, Detail]:
    """What the desk holds for known is what the corpus holds: no row was lost, none came twice."""
    found = data.desk.known.count()
    erased = len(data.desk.erasures.list_tombstones())
    stored = {
        "revisions": int(data.reader.value("SELECT count(*) FROM articles")),
        "sightings": int(data.reader.value("SELECT count(*) FROM items")),
        "texts": int(data.reader.value("SELECT count(*) FROM texts")) + erased,
    }
    bad = {name: [found[name], stored[name]] for name in stored if found[name] != stored[name]}
    return sum(stored.values()), len(bad), bad


def _check_decisions(data: _Data) -> tuple[int, int, Detail]:
    """Every decision is on a stored revision by a recorded profile, once; every mention has its decision."""
    profiles = [profile.profile_hash for profile in data.desk.profiles.list_profiles()]
    listed = ", ".join(f"'{name}'" for name in profiles if name.isalnum()) or "''"
    key = "topic_id, profile_hash, article_id, revision"
    return _query(
        data,
        "decisions",
        "SELECT article_id, revision FROM decisions ANTI JOIN articles USING (article_id, revision) "
        f"UNION ALL SELECT article_id, revision FROM decisions WHERE profile_hash NOT IN ({listed}) "
        f"UNION ALL SELECT article_id, revision FROM "
        f"(SELECT {key} FROM decisions GROUP BY ALL HAVING count(*) > 1) "
        f"UNION ALL SELECT article_id, revision FROM mentions ANTI JOIN decisions USING ({key})",
    )


def _check_reuse(data: _Data) -> tuple[int, int, Detail]:
    """Shared passages, units, stories and uses are those of stored articles, each pair and article once."""
    doubles = [*DERIVED.items(), ("uses WHERE is_best", ("article_id",))]
    strangers = [
        f"SELECT {column} FROM {name} WHERE {column} NOT IN (SELECT article_id FROM articles)"
        for name, key in DERIVED.items()
        for column in key
        if column != "release_id"
    ]
    return _query(
        data,
        "reprints",
        " UNION ALL ".join(
            [
                *strangers,
                *(
                    f"SELECT min({key[0]}) FROM {name} GROUP BY {', '.join(key)} HAVING count(*) > 1"
                    for name, key in doubles
                ),
                "SELECT unit_id FROM reprints WHERE unit_id NOT IN (SELECT article_id FROM reprints)",
            ]
        ),
    )


def _check_search(data: _Data) -> tuple[int, int, Detail]:
    """The search index is derived: it may lag behind, but it must stand at a batch that was committed."""
    state = SearchIndex(data.folder).state()
    if state is None:
        return 0, 0, {"indexed": 0, "committed": data.commit.batch_no}
    is_known = state.batch_no <= data.commit.batch_no and data.desk.commits.has_batch(
        state.batch_no, state.batch_id
    )
    return 1, int(not is_known), {"indexed": state.batch_no, "committed": data.commit.batch_no}


_RULES: dict[str, _Rule] = {
    "outlets_registered": _check_outlets,
    "texts_stored": _check_texts,
    "sightings_of_revisions": _check_items,
    "no_doubles": _check_doubles,
    "prints_of_revisions": _check_prints,
    "marks_true": _check_marks,
    "addresses_lead_to_articles": _check_addresses,
    "known_matches_stored": _check_known,
    "decisions_of_revisions": _check_decisions,
    "reuse_of_articles": _check_reuse,
    "search_follows": _check_search,
}
