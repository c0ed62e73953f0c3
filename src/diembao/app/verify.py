"""`report verify`: compute every printed number again from the pinned state, and compare."""

from __future__ import annotations

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from diembao.app.coverage import check_clocks
from diembao.app.process import name_rules, record_profile
from diembao.app.project import Project
from diembao.app.reports import Request, compose, find_folder, find_last_folder, label_folder
from diembao.app.snapshots import hash_truth
from diembao.app.topics import get_topic, load_gazetteer, load_matcher
from diembao.app.view import View, open_view
from diembao.corpus.snapshot import find_changes, open_snapshot
from diembao.desk import Desk, Profile
from diembao.errors import DiembaoError, ReportError
from diembao.report.bundle import MANIFEST, check_report, read_report
from diembao.report.manifest import Manifest, digest, read_manifest
from diembao.report.model import Span
from diembao.report.printed import Mismatch
from diembao.types import Snapshot, Topic

#: how many problems are told one by one
TOLD = 50


def verify_report(project: Project, folder: Path | None = None) -> dict[str, Any]:
    """Whether every number of a report holds; `problems` says in words what does not.

    Without a folder: the report in the folder we stand in, else the one built last.

    Nothing that was computed before is trusted: rows are hashed, clocks are judged, articles are matched and
    numbers are counted again from the pinned tables.
    """
    if folder is None:
        here = Path.cwd()
        folder = here if (here / MANIFEST).is_file() else find_last_folder(project)
    folder = find_folder(project, folder)
    files = read_report(folder)
    manifest = read_manifest(files[MANIFEST])
    with project.open_desk() as desk:
        snapshot = desk.snapshots.get(str(manifest.snapshot.get("snapshot_id")))
        problems = _check_manifest_snapshot(manifest, snapshot)
        problems += _check_inputs(project, desk, snapshot)
        topic, profile = _find_profile(desk, snapshot, str(manifest.spec.get("topic_id")))
        problems += _check_profile(desk, profile)
        notes = _note_profile(project, desk, topic.topic_id, profile)
        with open_view(project, desk, snapshot) as view:
            problems += _check_clocks(view)
            problems += _check_decisions(view, topic, profile)
            erased = _count_erased(view)
            problems += _check_clustering(view, erased)
        request = _read_request(manifest, _find_label(project, desk, folder, files[MANIFEST]))
        model = compose(project, desk, snapshot, topic, profile.profile_hash, request)
        mismatches = check_report(files, model)
    problems += [_tell(mismatch) for mismatch in mismatches]
    return {
        "folder": str(folder),
        "ok": not problems,
        "snapshot": snapshot.snapshot_id,
        "numbers": len(manifest.numbers),
        "printed": _count_printed(files),
        "erased": erased,
        "notes": notes,
        "problems": [problem[:500] for problem in problems[:TOLD]],
        "problem_count": len(problems),
    }


def _tell(mismatch: Mismatch) -> str:
    number = f" ({mismatch.number_id})" if mismatch.number_id else ""
    where = f"{mismatch.file}, {mismatch.where}{number}"
    return f"{where}: printed {mismatch.found}, recomputed {mismatch.expected}"


def _find_label(project: Project, desk: Desk, folder: Path, manifest: bytes) -> str:
    """How the report's printed command named its folder when it was built."""
    record = desk.reports.find(digest(manifest)[:16])
    return str(record.parameters["label"]) if record is not None else label_folder(project, folder)


def _read_request(manifest: Manifest, label: str) -> Request:
    try:
        period = _read_span(manifest.spec["period"])
        compare = _read_span(manifest.spec["compare"]) if manifest.spec["compare"] else None
        return Request(
            str(manifest.spec["topic_id"]), period.first, period.last, compare, manifest.language, label
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ReportError(
            "the manifest does not say what the report was asked for",
            key="app.bad_spec",
            next_step="build the report again with `diembao report build`",
        ) from error


def _read_span(text: object) -> Span:
    first, last = (date.fromisoformat(day) for day in str(text).split("/"))
    return Span(first, last)


# ------------------------------------------------------------------ inputs


def _check_manifest_snapshot(manifest: Manifest, snapshot: Snapshot) -> list[str]:
    """What the report says of its snapshot must be what the desk says."""
    told = {
        "versions": dict(snapshot.versions),
        "desk_seq": snapshot.desk_seq,
        "hashes": dict(snapshot.hashes),
        "code_version": snapshot.code_version,
    }
    return [
        f"the manifest's {name} of the snapshot are not those of the project"
        for name, value in told.items()
        if manifest.snapshot.get(name) != value
    ]


def _check_inputs(project: Project, desk: Desk, snapshot: Snapshot) -> list[str]:
    """Rows, settings, gazetteer, audit chain and the sample's truth are what they were."""
    problems = []
    with open_snapshot(project.folder, desk, snapshot) as reader:
        for name in find_changes(reader, snapshot):
            problems.append(f"stored rows were changed since the snapshot ({name} hash differs)")
    if snapshot.hashes.get("settings") != project.settings.numbers_hash():
        changed = ", ".join(_list_changed_settings(project, snapshot))
        problems.append(f"settings behind the numbers were changed since the report was built: {changed}")
    if snapshot.code_version != version("diembao"):
        problems.append(
            f"the report was built by diembao {snapshot.code_version}, this is {version('diembao')}: "
            "differences below may come from the software"
        )
    if snapshot.hashes.get("gazetteer") != load_gazetteer().version:
        problems.append("the gazetteer is another one than when the report was built")
    if snapshot.hashes.get("truth") != hash_truth(project):
        problems.append("the truth of the sample press was changed since the report was built")
    chain = desk.audit.verify_chain(published_heads=(snapshot.hashes.get("audit", ""),))
    if not chain.is_intact:
        problems.append(f"the audit chain is broken at entry {chain.broken_at}")
    return problems


def _list_changed_settings(project: Project, snapshot: Snapshot) -> list[str]:
    before = json.loads(snapshot.hashes.get("settings_values", "{}"))
    now = json.loads(project.settings.numbers_text())
    return [
        f"{name} was {before.get(name)!r}, is {now[name]!r}" for name in now if before.get(name) != now[name]
    ]


def _find_profile(desk: Desk, snapshot: Snapshot, topic_id: str) -> tuple[Topic, Profile]:
    """The topic as it was: from the text kept on the desk, not from the file as it stands today."""
    from dataclasses import replace

    from diembao.topics import parse_profile

    profile = desk.profiles.find(snapshot.hashes.get("profile", ""))
    if profile is None:
        raise ReportError(
            "the profile behind the report is not on the desk",
            key="app.no_profile",
            next_step="restore the whole project folder from one backup",
        )
    return replace(parse_profile(profile.text), topic_id=topic_id), profile


def _check_profile(desk: Desk, profile: Profile) -> list[str]:
    """The kept text must still have the hash it is named by."""
    again = desk.profiles.put(profile.topic_id, profile.text, profile.gazetteer_version)
    if again.profile_hash != profile.profile_hash:
        return ["the topic profile kept on the desk was changed"]
    if profile.gazetteer_version != name_rules():
        return [
            f"gazetteer or matching rules were {profile.gazetteer_version} when the report was built, they are "
            f"{name_rules()} now: verify it with the software it was built with, or build it again"
        ]
    return []


def _note_profile(project: Project, desk: Desk, topic_id: str, profile: Profile) -> list[str]:
    """A topic file that was edited since is no fault of the report, but its reader should know."""
    try:
        now = record_profile(desk, get_topic(project, topic_id))
    except DiembaoError as error:
        return [f"topic {topic_id} cannot be read any more: {error}"]
    if now.profile_hash == profile.profile_hash:
        return []
    return [f"topic {topic_id} was changed since; the report was counted again with its profile as it was"]


def _check_clocks(view: View) -> list[str]:
    """Clock findings of the report, judged again from the pinned rows."""
    recorded = [(f.outlet_id, f.feed_id, f.kind, f.shift_s, f.n) for f in view.findings]
    again = [(f.outlet_id, f.feed_id, f.kind, f.shift_s, f.n) for f in check_clocks(view)]
    return [] if recorded == again else ["clock findings differ when they are computed again"]


def _check_decisions(view: View, topic: Topic, profile: Profile) -> list[str]:
    """Every decision behind the report, matched again from titles and texts that are still there."""
    matcher = load_matcher(topic)
    problems = []
    rows = view.reader.batches(
        f"""
        SELECT x.article_id, x.decision, a.title, t.lead, t.text,
               a.text_hash IN ({_tombstones(view)}) AS erased,
               coalesce(a.published_at, a.url_published_at, a.first_seen_at) AS at
        FROM decisions x JOIN articles a USING (article_id, revision) LEFT JOIN texts t USING (text_hash)
        WHERE x.topic_id = $topic AND x.profile_hash = $profile
        """,
        {"topic": topic.topic_id, "profile": profile.profile_hash},
    )
    for batch in rows:
        for row in batch.to_pylist():
            if row["erased"]:
                continue
            match = matcher.match(
                title=row["title"] or "",
                lead=row["lead"] or "",
                text=row["text"] or "",
                published_on=row["at"].date(),
            )
            if match.decision != row["decision"]:
                problems.append(
                    f"article {row['article_id']} was decided {row['decision']}, "
                    f"matched again it is {match.decision}"
                )
    return problems


def _tombstones(view: View) -> str:
    hashes = sorted(view.desk.erasures.list_tombstones())
    return ", ".join(f"'{text_hash}'" for text_hash in hashes) or "''"


def _check_clustering(view: View, erased: int) -> list[str]:
    """Texts are compared again, units, stories and uses are made again, and laid beside the pinned rows.

    Of erased texts nothing can be compared: then the pinned rows stand as they are, and the count of erased texts
    says so. A report from before texts were compared has nothing to check.
    """
    from diembao.app.clustering import METHOD, find_differences

    made = view.desk.stories.find_clustering(at=view.state.seq)
    if made is None or erased:
        return []
    if made.method != METHOD:
        return [f"texts were compared by other rules ({made.method}) than this software has ({METHOD})"]
    return [
        f"{name}: {count} rows differ when texts are compared again" for name, count in find_differences(view)
    ]


def _count_erased(view: View) -> int:
    """Revisions behind the snapshot whose text was erased since."""
    return int(
        view.reader.value(f"SELECT count(*) FROM articles WHERE text_hash IN ({_tombstones(view)})") or 0
    )


def _count_printed(files: dict[str, bytes]) -> int:
    """How many figures stand in the page and were compared."""
    return files.get("report.html", b"").count(b"<data ")
