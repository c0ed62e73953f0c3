"""Which articles are about the topic, and why."""

from diembao.topics.gazetteer import Gazetteer, parse_gazetteer, read_gazetteer_version
from diembao.topics.matcher import Matcher, TopicsMatcher
from diembao.topics.places import place_topic
from diembao.topics.profile import check_topic, format_profile, free_topic, parse_profile, profile_hash
from diembao.topics.scoring import (
    is_blocked_rule,
    is_unclear_rule,
    is_weak_rule,
    list_rule_keys,
    match_stratum,
    reason_key,
)

#: changes when the rules change, so that stored decisions are known to be old
MATCHER_VERSION = "3"

__all__ = [
    "MATCHER_VERSION",
    "Gazetteer",
    "Matcher",
    "TopicsMatcher",
    "check_topic",
    "format_profile",
    "free_topic",
    "is_blocked_rule",
    "is_unclear_rule",
    "is_weak_rule",
    "list_rule_keys",
    "match_stratum",
    "parse_gazetteer",
    "parse_profile",
    "place_topic",
    "profile_hash",
    "read_gazetteer_version",
    "reason_key",
]
