"""The SQLite file of what people and the collector did."""

from __future__ import annotations

from diembao.desk.addresses import hash_address, name_article
from diembao.desk.audit import AuditEntry, ChainCheck
from diembao.desk.clips import Clip
from diembao.desk.commits import Commit
from diembao.desk.database import Desk
from diembao.desk.imports import ImportRun
from diembao.desk.migrations import copy_desk
from diembao.desk.profiles import Profile
from diembao.desk.snapshots import ReportRecord, name_snapshot
from diembao.desk.times import SystemClock, from_us, to_us

__all__ = [
    "AuditEntry",
    "ChainCheck",
    "Clip",
    "Commit",
    "Desk",
    "ImportRun",
    "Profile",
    "ReportRecord",
    "SystemClock",
    "copy_desk",
    "from_us",
    "hash_address",
    "name_article",
    "name_snapshot",
    "to_us",
]
