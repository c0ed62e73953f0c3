"""Bring everything derived up to date: clocks, gaps, topic matches, texts counted once, stories, search index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from diembao.app.coverage import check_clocks, find_gaps_now
from diembao.app.project import Project
from diembao.app.topics import find_gazetteer_version, get_topic, list_topic_ids, load_matcher
from diembao.app.view import open_view
from diembao.corpus.batch import Decided
from diembao.corpus.read import CorpusReader
from diembao.corpus.search import SearchIndex
from diembao.corpus.writer import CorpusWriter
from diembao.desk import Desk, Profile
from diembao.progress import Tally
from diembao.types import Topic

if TYPE_CHECKING:
    from diembao.topics import Matcher

#: revisions matched and committed together
BATCH_ROWS = 5_000


def process_project(project: Project, *, progress: Callable[[Tally], None] | None = None) -> dict[str, Any]:
    """Process what was not processed yet; run again it changes nothing.

    Clock findings come first, because they decide under which day an article counts.
    """
    with project.open_desk() as desk, CorpusWriter.open(project.folder, desk) as writer:
        reread = read_for_topics(project, desk, writer)
        findings = refresh_findings(project, desk)
        topics = []
        for topic_id in list_topic_ids(project):
            topic = get_topic(project, topic_id)
            profile = record_profile(desk, topic)
            topics.append(_match_pending(project, desk, writer, topic, profile, progress))
        clustered = cluster_texts(project, desk, writer)
        with CorpusReader(project.folder, writer.commit.versions) as reader:
            indexed = SearchIndex(project.folder).catch_up(
                reader, desk, zone=project.settings.text("project.timezone")
            )
            articles = int(reader.value("SELECT count(*) FROM current") or 0)
    return {
        "articles": articles,
        "indexed": indexed,
        "topics": topics,
        "findings": findings,
        "reread": reread,
        **clustered,
    }


def cluster_texts(project: Project, desk: Desk, writer: CorpusWriter) -> dict[str, int]:
    """Compare all texts, and replace what is known of reprints, stories and uses of releases; counts of each."""
    from diembao.app.clustering import METHOD, count_rows, describe_basis, make_clustering

    with open_view(project, desk) as view:
        basis = describe_basis(view)
        held = desk.stories.find_clustering()
        if held is not None and held.basis == basis:
            return dict(held.counts)
        tables = make_clustering(view)
        counts = count_rows(tables)
    writer.replace_derived(tables)
    desk.stories.put_clustering(METHOD, basis, counts)
    return counts


def read_for_topics(project: Project, desk: Desk, writer: CorpusWriter) -> int:
    """Look again, in the archive, at pages that were only looked at for other topics; how many."""
    from diembao.app.collecting.batch import ReadingBatch
    from diembao.app.collecting.readings import Reader, find_topics, open_sandbox
    from diembao.app.collecting.rereading import Rereader

    looked = find_topics(project, desk)
    if not desk.readings.has_looked(looked.basis):
        return 0
    run = desk.imports.start("reread", "archive", file_sha256="", file_size=0, mapping={})
    with open_sandbox(desk, looked) as box:
        rereader = Rereader(project.folder, desk, Reader(project, desk, box, looked.basis))
        batch = ReadingBatch(desk, run, folder=project.folder, writer=writer)
        done = rereader.read_looked(batch, looked.basis, project.clock.now())
    desk.imports.finish(run.import_id)
    return done


def record_profile(desk: Desk, topic: Topic) -> Profile:
    """The topic's profile under its hash; comments and spacing of the file do not change it."""
    from diembao.topics import format_profile

    return desk.profiles.put(topic.topic_id, format_profile(topic), name_rules())


def name_rules() -> str:
    """The versions of the gazetteer and of the matching rules that hold in this software."""
    from diembao.topics import MATCHER_VERSION

    return f"{find_gazetteer_version()}+{MATCHER_VERSION}"


def is_processed(project: Project, desk: Desk, topic_id: str) -> bool:
    """Whether nothing is pending for a topic and the findings fit the rows that are there."""
    last = desk.commits.last()
    if last is None:
        return False
    profile = record_profile(desk, get_topic(project, topic_id))
    if _is_look_pending(project, desk):
        return False
    basis = _describe_basis(desk)
    if any(desk.findings.find_basis(kind) != basis for kind in ("clocks", "gaps")):
        return False
    with CorpusReader(project.folder, last.versions) as reader:
        if any(reader.list_pending(topic_id, profile.profile_hash, rows=1)):
            return False
    return True


def is_up_to_date(project: Project, desk: Desk) -> bool:
    """Whether every topic was matched and texts were compared as they are now: stories rest on all candidates."""
    from diembao.app.clustering import describe_basis

    if not all(is_processed(project, desk, topic_id) for topic_id in list_topic_ids(project)):
        return False
    held = desk.stories.find_clustering()
    with open_view(project, desk) as view:
        return held is not None and held.basis == describe_basis(view)


def _is_look_pending(project: Project, desk: Desk) -> bool:
    """Whether pages lie in the archive that were never looked through for the topics as they are now."""
    from diembao.app.collecting.readings import find_topics

    return desk.readings.has_looked(find_topics(project, desk).basis)


def refresh_findings(project: Project, desk: Desk) -> list[str]:
    """Compute clock findings and gaps from the committed rows and record them; one line each."""
    basis = _describe_basis(desk)
    with open_view(project, desk) as view:
        clocks = check_clocks(view)
    desk.findings.put_clocks(clocks, basis=basis)
    with open_view(project, desk) as view:
        gaps = find_gaps_now(view)
    desk.findings.put_gaps(gaps, basis=basis)
    lines = [f"{c.outlet_id}: {c.kind} {c.shift_s / 3600:+.2f} h ({c.n})" for c in clocks]
    kinds: dict[str, int] = {}
    for gap in gaps:
        kinds[gap.kind] = kinds.get(gap.kind, 0) + 1
    return lines + [f"{kind}: {count}" for kind, count in sorted(kinds.items())]


def _describe_basis(desk: Desk) -> dict[str, object]:
    """What findings are computed from: other rows or other runs need new findings."""
    last = desk.commits.last()
    return {
        "items": last.versions.get("items", 0) if last else 0,
        "runs": len(desk.runs.list_moments()),
        "polls": desk.readings.count_polls(),
        "reserved": sum(row[3] for row in desk.captures.list_reserved()),
    }


def _match_pending(
    project: Project,
    desk: Desk,
    writer: CorpusWriter,
    topic: Topic,
    profile: Profile,
    progress: Callable[[Tally], None] | None,
) -> dict[str, Any]:
    """Ask the profile about every revision it has not seen; counts by decision over the present articles."""
    matcher = load_matcher(topic)
    tally = Tally(f"match {topic.topic_id}", report=progress)
    with CorpusReader(project.folder, writer.commit.versions) as reader:
        for rows in reader.list_pending(topic.topic_id, profile.profile_hash, rows=BATCH_ROWS):
            writer.add_decisions(list(_decide(matcher, topic, profile, rows, tally)))
    with CorpusReader(project.folder, writer.commit.versions) as reader:
        counts = reader.rows(
            "SELECT decision, count(*) AS n FROM decisions JOIN current USING (article_no, revision_no) "
            "WHERE topic_id = $topic AND profile_hash = $profile GROUP BY decision",
            {"topic": topic.topic_id, "profile": profile.profile_hash},
        )
    found = {row["decision"]: int(row["n"]) for row in counts}
    return {
        "topic_id": topic.topic_id,
        "profile_hash": profile.profile_hash,
        "matched_now": tally.total,
        "about": found.get("about", 0),
        "mentions": found.get("mentions", 0),
        "unclear": found.get("unclear", 0),
        "no": found.get("not", 0),
    }


def _decide(
    matcher: Matcher, topic: Topic, profile: Profile, rows: list[dict[str, Any]], tally: Tally
) -> Iterator[Decided]:
    from diembao.topics import match_stratum

    for row in rows:
        published = row["published_at"] or row["url_published_at"] or row["first_seen_at"]
        match = matcher.match(
            title=row["title"] or "",
            lead=row["lead"] or "",
            text=row["text"] or "",
            published_on=published.date() if published else None,
        )
        if match.decision == "not":
            tally.drop("not")
        else:
            tally.passed_on()
        yield Decided(
            topic_id=topic.topic_id,
            profile_hash=profile.profile_hash,
            article_id=row["article_id"],
            revision=row["revision"],
            month=row["month"],
            match=match,
            stratum=match_stratum(match),
        )
