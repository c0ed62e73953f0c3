"""Pinning the present state: what a report is a function of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version

from diembao.app.project import Project
from diembao.corpus.snapshot import create_snapshot
from diembao.desk import Desk
from diembao.types import Snapshot


def take_snapshot(project: Project) -> Snapshot:
    """Pin the present state of the whole project; the same state has the same id."""
    from diembao.app.process import record_profile
    from diembao.app.topics import get_topic, list_topic_ids

    with project.open_desk() as desk:
        profiles = {
            f"profile:{topic_id}": record_profile(desk, get_topic(project, topic_id)).profile_hash
            for topic_id in list_topic_ids(project)
        }
        return pin_state(project, desk, profiles)


def pin_state(project: Project, desk: Desk, hashes: Mapping[str, str]) -> Snapshot:
    """Pin tables and desk together with the hashes of what else numbers depend on."""
    from diembao.app.topics import load_gazetteer

    whole = {
        **hashes,
        "settings": project.settings.numbers_hash(),
        "settings_values": project.settings.numbers_text(),
        "gazetteer": load_gazetteer().version,
        "audit": desk.audit.head(),
        "truth": hash_truth(project),
    }
    return create_snapshot(project.folder, desk, hashes=whole, code_version=version("diembao"))


def hash_truth(project: Project) -> str:
    """SHA-256 over the truth of a sample press; "" for a project on real press."""
    from diembao.app.reporting.truth import TRUTH_FILES

    digest = hashlib.sha256()
    for path in (project.folder / name for name in TRUTH_FILES):
        if not path.is_file():
            return ""
        digest.update(path.read_bytes())
    return digest.hexdigest()
