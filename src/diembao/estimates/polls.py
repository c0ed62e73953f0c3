"""What single readings of a feed prove: that it could not be had, that we may not have it, that news was missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from diembao.types import FeedPoll, Gap, GapKind

GOOD = ("ok", "unchanged")
#: outcomes by which a publisher says no
REFUSED = ("robots", "blocked", "reserved")
#: fewer failures in a row than this, and a shorter time, and the next answer shows that nothing was missed
MIN_FAILURES = 3
MIN_FAILING = timedelta(hours=6)
#: a feed of one or two entries is full of news now and then by its nature
MIN_WINDOW = 3

FullWindow = tuple[str, str | None, datetime, datetime]


def judge_polls(
    polls: Iterable[tuple[str, FeedPoll]], *, ended: Mapping[str, datetime] | None = None
) -> tuple[list[Gap], list[FullWindow]]:
    """Gaps of feeds that were read one by one, and the times before answers in which all entries were new.

    `polls` are (outlet id, poll), in any order. An answer that shares no entry with the one before proves that
    the window moved on by its whole length at least: what else stood in it meanwhile is unknown. A feed that
    failed the last time lasts so until the last reading of any feed, or until it was dropped (`ended`, by id).
    """
    gaps: list[Gap] = []
    full: list[FullWindow] = []
    order = sorted(polls, key=lambda pair: (pair[0], pair[1].feed_id, pair[1].at))
    last_at = max((poll.at for _, poll in order), default=None)
    for (outlet_id, feed_id), group in groupby(order, key=lambda pair: (pair[0], pair[1].feed_id)):
        mine = [poll for _, poll in group]
        until = max((ended or {}).get(feed_id, last_at or mine[-1].at), mine[-1].at)
        gaps += _find_failures(outlet_id, feed_id, mine, min(until, last_at or until))
        times = _find_full(mine)
        full += [(outlet_id, feed_id, start, end) for start, end in times]
        if times:
            gaps.append(_tell_full(outlet_id, feed_id, mine, times))
    return gaps, full


def _find_failures(outlet_id: str, feed_id: str, polls: Sequence[FeedPoll], last_at: datetime) -> list[Gap]:
    """`unreachable` and `refused`: from the last answer (or the first try) to the next one (or `last_at`)."""
    gaps: list[Gap] = []
    place = 0
    for is_good, group in groupby(polls, key=lambda poll: poll.outcome in GOOD):
        run = list(group)
        before = polls[place - 1] if place else None
        place += len(run)
        after = polls[place] if place < len(polls) else None
        if is_good:
            continue
        start = before.at if before is not None else run[0].at
        end = after.at if after is not None else last_at
        missed = (
            after is not None and after.entries > 0 and after.fresh == after.entries and before is not None
        )
        refused = all(poll.outcome in REFUSED for poll in run)
        failing = (end if after is not None else run[-1].at) - start
        if not (refused or missed or len(run) >= MIN_FAILURES or failing >= MIN_FAILING):
            continue
        kind: GapKind = "refused" if refused else "unreachable"
        evidence: dict[str, object] = {
            "tries": len(run),
            "outcomes": dict(sorted(Counter(poll.outcome for poll in run).items())),
        }
        if after is None:
            evidence["until_the_end"] = True
        if end > start:
            gaps.append(Gap(outlet_id, feed_id, start, end, kind, evidence))
        else:
            gaps.append(Gap(outlet_id, feed_id, start, start + timedelta(seconds=1), kind, evidence))
    return gaps


def _find_full(polls: Sequence[FeedPoll]) -> list[tuple[datetime, datetime]]:
    answers = [poll for poll in polls if poll.outcome in GOOD]
    return [
        (before.at, poll.at)
        for before, poll in pairwise(answers)
        if poll.outcome == "ok" and poll.entries >= MIN_WINDOW and poll.fresh == poll.entries
    ]


def _tell_full(
    outlet_id: str, feed_id: str, polls: Sequence[FeedPoll], times: Sequence[tuple[datetime, datetime]]
) -> Gap:
    ends = {end for _, end in times}
    evidence: dict[str, object] = {
        "cap": max(poll.entries for poll in polls if poll.at in ends),
        "runs_at_cap": len(times),
        "runs_with_items": sum(1 for poll in polls if poll.fresh),
        "runs": len(polls),
        "no_known_entry": True,
    }
    return Gap(outlet_id, feed_id, times[0][0], times[-1][1], "overflow", evidence)
