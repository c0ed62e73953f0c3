"""How well a grouping agrees with a labelled one: B-cubed, adjusted Rand index, pairs.

B-cubed: Bagga and Baldwin 1998, "Algorithms for scoring coreference chains"; Amigó et al. 2009, "A comparison of
         extrinsic clustering evaluation metrics based on formal constraints"
ARI:     Hubert and Arabie 1985, "Comparing partitions"
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

from diembao.errors import UsageError


@dataclass(frozen=True, slots=True)
class Agreement:
    """The scores, all 0 to 1 but for `ari`, which is about 0 for a random grouping and may be below."""

    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    ari: float
    pair_precision: float
    pair_recall: float
    texts: int
    events: int
    stories: int


def measure_agreement(events: Mapping[str, str], stories: Mapping[str, str]) -> Agreement:
    """Compare stories with labelled events, both by text id; of `stories` only labelled texts count.

    Where no two texts share a story, pair precision is 1; where none share an event, pair recall is 1.

    :raises UsageError: nothing is labelled, or a labelled text has no story
    """
    missing = sorted(set(events) - set(stories))
    if missing or not events:
        raise UsageError(
            "cannot compare groupings: {count} labelled texts, {missing} of them without a story",
            key="events.not_comparable",
            count=len(events),
            missing=len(missing),
        )
    cells = Counter((label, stories[text]) for text, label in events.items())
    by_event = Counter(events.values())
    by_story = Counter(stories[text] for text in events)
    n = len(events)
    # a cell of c texts adds c · c / size: each of its texts shares c / size of its story (its event)
    precision = sum(c * c / by_story[story] for (_, story), c in cells.items()) / n
    recall = sum(c * c / by_event[event] for (event, _), c in cells.items()) / n
    both = sum(comb(c, 2) for c in cells.values())
    same_event = sum(comb(c, 2) for c in by_event.values())
    same_story = sum(comb(c, 2) for c in by_story.values())
    expected = same_event * same_story / comb(n, 2) if n > 1 else 0.0
    spread = (same_event + same_story) / 2 - expected
    return Agreement(
        bcubed_precision=precision,
        bcubed_recall=recall,
        bcubed_f1=2 * precision * recall / (precision + recall),
        ari=(both - expected) / spread if spread else 1.0,
        pair_precision=both / same_story if same_story else 1.0,
        pair_recall=both / same_event if same_event else 1.0,
        texts=n,
        events=len(by_event),
        stories=len(by_story),
    )
