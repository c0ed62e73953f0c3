"""From judged hits to a decision: about, mentions, not or unclear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from diembao.types import Decision, FieldName, MatchStratum, Mention, TopicMatch

#: the beginning of a body, which usually says where something happened
EARLY = 600
#: of all places named, what a topic must at least have to be what the article is about (PLACES.md)
LEAST_SHARE = 0.34
#: strong speaks of the topic, weak only touches it, unclear may be a namesake, blocked is another thing
Standing = Literal["strong", "weak", "unclear", "blocked"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A hit with what it counts for."""

    field: FieldName
    start: int
    end: int
    place_id: str | None
    standing: Standing
    rule: str
    #: a unit below the province, or one named with its hierarchy
    is_local: bool = False
    #: where the chain of units begins that the hit belongs to; hits of one chain are one naming
    chain_begin: int = -1

    def blocked(self, reason: str) -> Judged:
        """The same hit, set aside."""
        return replace(self, place_id=None, standing="blocked", rule=f"blocked:{reason}")


@dataclass(slots=True)
class Others:
    """Places elsewhere that the article names, by field."""

    title: int = 0
    lead: int = 0
    text: int = 0

    def add(self, name: FieldName) -> None:
        """Count one."""
        setattr(self, name, getattr(self, name) + 1)

    @property
    def total(self) -> int:
        """In all fields."""
        return self.title + self.lead + self.text


def count_strong(hits: Sequence[Judged], name: FieldName) -> int:
    """Strong hits in one field, a chain of units counted once."""
    return len(
        {
            h.chain_begin if h.chain_begin >= 0 else h.start
            for h in hits
            if h.field == name and h.standing == "strong"
        }
    )


def decide_place(
    hits: Sequence[Judged], others: Others, text_chars: int, *, is_digest: bool = False
) -> tuple[Decision, float, str]:
    """The decision on a place topic, its score and the rule that made it.

    3 for the title, 2 for the lead, up to 3 for the body, 2 where a unit below the province is named; at
    least 3, and the topic at least a third of all places named. "xã X, huyện Y, tỉnh Z" is one naming. An
    article that names the topic in its body only must do so early or often, and more than other places. A
    digest of several pieces of news is about the topic only where its body is.
    """
    title, lead, body = (count_strong(hits, f) for f in ("title", "lead", "text"))
    strong = title + lead + body
    if not strong:
        return _decide_without_strong(hits)
    local = any(h.is_local for h in hits if h.standing == "strong")
    score = 3.0 * (title > 0) + 2.0 * (lead > 0) + min(3, body) + 2.0 * local
    share = strong / (strong + others.total)
    if is_digest and (body < 2 or share < 0.5):
        return "mentions", score, "digest"
    if not text_chars and not title:
        if (
            lead
            and not others.total
            and not any(h.field == "title" and h.standing != "blocked" for h in hits)
        ):
            return "about", score, "lead_alone"
        return "mentions", score, "lead_among_others"
    if score < 3:
        return "mentions", score, "too_little"
    if share < LEAST_SHARE:
        return "mentions", score, "other_places_prevail"
    if title or lead:
        return "about", score, "title" if title else "lead"
    return _decide_on_body(hits, body, share, score, text_chars)


def _decide_on_body(
    hits: Sequence[Judged], body: int, share: float, score: float, text_chars: int
) -> tuple[Decision, float, str]:
    first = min(h.start for h in hits if h.standing == "strong")
    is_early = first < max(EARLY / 2, min(EARLY, text_chars / 5))
    if is_early and share >= 0.5:
        return "about", score, "body_early"
    if body >= 4 and share >= 0.5:
        return "about", score, "body_often"
    return "mentions", score, "body_in_passing"


def decide_free(hits: Sequence[Judged], *, has_text: bool) -> tuple[Decision, float, str]:
    """The decision on a topic of phrases: in the title or lead, or three times in the body."""
    title, lead, body = (count_strong(hits, f) for f in ("title", "lead", "text"))
    score = 3.0 * (title > 0) + 2.0 * (lead > 0) + min(3, body)
    if not title + lead + body:
        return _decide_without_strong(hits)
    if score >= 3 or (lead and not has_text):
        return "about", score, "title" if title else "lead" if lead else "body"
    return "mentions", score, "too_little"


def _decide_without_strong(hits: Sequence[Judged]) -> tuple[Decision, float, str]:
    for standing, decision in (("weak", "mentions"), ("unclear", "unclear")):
        rules = list(dict.fromkeys(h.rule for h in hits if h.standing == standing))
        if rules:
            return decision, 0.0, f"only_{standing}: {', '.join(rules[:3])}"  # type: ignore[return-value]
    rules = list(dict.fromkeys(h.rule for h in hits))
    return "not", 0.0, f"blocked: {', '.join(rules[:3])}" if rules else "no_hit"


def match_stratum(match: TopicMatch) -> MatchStratum:
    """Where in the text the topic stands, for drawing a coding sample (ESTIMATES 9)."""
    if match.decision == "not":
        return "none"
    if match.decision == "unclear":
        return "unclear"
    fields = [m.field for m in match.mentions if not is_unclear_rule(m.rule)]
    if "title" in fields:
        return "title"
    if "lead" in fields:
        return "lead"
    if fields:
        return "body2" if len(fields) >= 2 else "body1"
    return "unclear"


def is_unclear_rule(rule: str) -> bool:
    """Whether a mention's rule says that it may be a namesake."""
    return rule.startswith("unclear:")


def is_weak_rule(rule: str) -> bool:
    """Whether a mention's rule says that it only touches the topic."""
    return rule.startswith("weak:")


def is_blocked_rule(rule: str) -> bool:
    """Whether a mention's rule says that it is another thing and was set aside."""
    return rule.startswith("blocked:")


def as_mention(hit: Judged, start: int, end: int, surface: str) -> Mention:
    """The public record of a hit, with its span in the text as given."""
    return Mention(hit.field, start, end, surface, hit.place_id, hit.rule)


def list_rule_keys(rule: str) -> list[str]:
    """The catalogue keys that put a mention's rule into words ("weak:route", "chain+former")."""
    base, _, extra = rule.partition("+")
    standing, _, reason = base.partition(":")
    key = f"rule.{standing}.{reason}" if standing in ("weak", "unclear", "blocked") else f"rule.{standing}"
    return [f"topics.{key}"] + ([f"topics.rule.{extra}"] if extra else [])


def reason_key(rule: str) -> str:
    """The catalogue key that puts the rule of a decision into words."""
    return f"topics.because.{rule.partition(':')[0]}"
