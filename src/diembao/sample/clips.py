"""The office's own list of clippings: it misses some of what was collected and has some that was not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from diembao.sample.dice import Dice
from diembao.sample.forms import HANOI
from diembao.sample.model import Clip, SampleArticle
from diembao.sample.outlets import get_habit

CLIPS_FROM = date(2026, 1, 1)
CLIPS_TO = date(2026, 6, 30)
_SEEN = 118
_MISSED = 20
_PRINT = ("Nguyệt san Mẫu Biên Giới (báo in)", "Bản tin Mẫu xã (báo in)")


def list_clippings(
    seed: int, articles: list[SampleArticle], first_seen: Mapping[int, datetime]
) -> tuple[Clip, ...]:
    """About 150 rows for the first half of 2026, in order of day."""
    dice = Dice(seed, "clips")
    period = [
        article
        for article in articles
        if article.truth.decision == "about"
        and CLIPS_FROM <= article.published_at.astimezone(HANOI).date() <= CLIPS_TO
    ]
    seen = [article for article in period if article.number in first_seen]
    missed = [article for article in period if article.number not in first_seen]
    chosen = dice.take(seen, _SEEN) + dice.take(missed, _MISSED)
    dated = [(article.published_at.astimezone(HANOI), _clip(article, dice)) for article in chosen]
    for k in range(8):
        at = datetime(2026, 1 + dice.below(6), 1 + dice.below(28), tzinfo=HANOI)
        title = f"Lạng Sơn: chuyện ghi từ cơ sở, số {k + 1}"
        dated.append((at, Clip(_day(at), _PRINT[k % 2], title, "", None)))
    for k in range(4):
        at = datetime(2026, 1 + dice.below(6), 1 + dice.below(28), tzinfo=HANOI)
        link = f"https://bao-la-mau.example/lang-son-{k + 1}.html"
        dated.append((at, Clip(_day(at), "Báo Lạ Mẫu", f"Lạng Sơn qua ống kính, kỳ {k + 1}", link, None)))
    dated.sort(key=lambda entry: (entry[0], entry[1].title))
    return tuple(clip for _, clip in dated)


def _day(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year}"


def _clip(article: SampleArticle, dice: Dice) -> Clip:
    """A row as typed in an office: tracking in links, headlines in capitals, links missing."""
    link = article.url
    roll = dice.roll()
    if roll < 0.2 and "?" not in link:
        link += "?utm_source=zalo"
    elif roll < 0.3:
        link = link.replace("https://", "http://www.", 1)
    elif roll < 0.34:
        link = ""
    title = article.title.upper() if dice.chance(0.08) else article.title
    name = get_habit(article.outlet_id).outlet.name
    return Clip(_day(article.published_at.astimezone(HANOI)), name, title, link, article.number)
