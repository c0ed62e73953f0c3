"""Stories: what is about one event, whether or not it shares text."""

from diembao.stories.events.constraints import find_vanished
from diembao.stories.events.grouping import STORIES_VERSION, THRESHOLD, WINDOW, find_stories, group_stories
from diembao.stories.events.records import (
    StoryDay,
    StoryEdits,
    StoryMerge,
    StoryPin,
    StorySplit,
    StoryText,
    StoryView,
)
from diembao.stories.events.view import describe_story

__all__ = [
    "STORIES_VERSION",
    "THRESHOLD",
    "WINDOW",
    "StoryDay",
    "StoryEdits",
    "StoryMerge",
    "StoryPin",
    "StorySplit",
    "StoryText",
    "StoryView",
    "describe_story",
    "find_stories",
    "find_vanished",
    "group_stories",
]
