"""The sample press: same bytes each time, honest about being a sample, and its plantings really there."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from diembao.sample import build_press, count_true, describe_truth, list_true, map_truth, write_history
from diembao.sample.collector import SOCIAL_LINKS, STRANGER
from diembao.sample.dice import Dice
from diembao.sample.faults import BATCH, DEAD_FEED, DEAD_FROM, FROZEN, FROZEN_FEED, MUTE_FEED, OUTAGE
from diembao.sample.forms import HANOI, old_tones
from diembao.sample.history import render_articles, render_clips, render_history, render_runs, render_truth
from diembao.sample.model import NEW_UNITS_FROM, SampleArticle, SamplePress
from diembao.sample.outlets import get_habit
from diembao.sample.places import HOME, list_provinces, read_provinces
from diembao.sample.truth import BASE_PERIOD, MAIN_PERIOD, list_months, local_day

pytestmark = pytest.mark.xdist_group("sample")

#: changes only when the sample press is changed on purpose
CONTENT_HASH = "9b2f3dc61eb03e5d720ebb7e17a83c8c51b18a5559c64c786a7f95df2df67b83"
STAMP = re.compile(r"-(\d{14})\d{3}\.htm$")


@cache
def press() -> SamplePress:
    return build_press()


@cache
def history() -> list[dict[str, str]]:
    return [json.loads(line) for line in render_history(press()).decode().splitlines()]


def feed_rows(feed_id: str) -> list[dict[str, str]]:
    outlet = next(o for o in press().outlets if o.outlet_id == feed_id.split("/", maxsplit=1)[0])
    url = next(feed.url for feed in outlet.feeds if feed.feed_id == feed_id)
    return [row for row in history() if row["feed"] == url]


def rows_of(outlet_id: str) -> list[dict[str, str]]:
    return [row for row in history() if urlsplit(row["feed"]).hostname == f"{outlet_id}.example"]


def true_rows(outlet_id: str) -> list[tuple[dict[str, str], SampleArticle]]:
    by_number = {article.number: article for article in press().articles}
    return [
        (raw, by_number[row.article])
        for raw, row in zip(history(), press().rows, strict=True)
        if row.article is not None and by_number[row.article].outlet_id == outlet_id
    ]


# ------------------------------------------------------------------ the same everywhere


def test_same_seed_gives_the_same_contents() -> None:
    """Every file of the sample press is the same on every machine and with every Python."""
    digest = hashlib.sha256()
    for render in (render_history, render_runs, render_articles, render_clips, render_truth):
        digest.update(render(press()))
    assert digest.hexdigest() == CONTENT_HASH


def test_another_seed_gives_another_press() -> None:
    """The seed decides what is written."""
    assert Dice(1, "a").roll() != Dice(2, "a").roll()
    assert Dice(1, "a").roll() == Dice(1, "a").roll() == 0.6910489777590064


def test_written_twice_gives_the_same_files(tmp_path: Path) -> None:
    """Files, packed ones included, do not depend on when or where they are written."""
    first, second = write_history(press(), tmp_path / "a"), write_history(press(), tmp_path / "b" / "c")
    names = sorted(path.name for path in first.folder.iterdir())
    assert names == sorted(path.name for path in second.folder.iterdir())
    assert all((first.folder / n).read_bytes() == (second.folder / n).read_bytes() for n in names)
    assert gzip.decompress(first.history.read_bytes()) == render_history(press())
    feeds = json.loads(first.feeds.read_text(encoding="utf-8"))["sources"]
    assert {row["source"] for row in history()} <= {feed["name"] for feed in feeds}
    assert len({feed["name"] for feed in feeds}) == len(feeds)


# ------------------------------------------------------------------ honest about itself


def test_each_article_says_that_it_is_a_sample() -> None:
    """Text and summary of each article carry the mark, and no outlet has a name that could be real."""
    for article in press().articles:
        plain = unicodedata.normalize("NFC", f"{article.lead}\n{article.text.splitlines()[-1]}")
        assert ("(Bài mẫu)" in plain and "\nBài mẫu" in plain) or (
            "(Sample article)" in plain and "\nSample article" in plain
        )
    assert all("Mẫu" in outlet.name or "Sample" in outlet.name for outlet in press().outlets)
    assert all("Thông cáo mẫu" in release.text for release in press().releases)


def test_no_address_leads_to_a_real_site() -> None:
    """All addresses are under .example; the only others are the social links that must be refused."""
    social = {urlsplit(link).hostname for link in SOCIAL_LINKS}
    links = [row["link"] for row in history()] + [article.url for article in press().articles]
    links += [feed.url for outlet in press().outlets for feed in outlet.feeds]
    links += [clip.link for clip in press().clips]
    hosts = {urlsplit(link).hostname for link in links if link}
    assert {host for host in hosts if host and not host.endswith(".example")} == social


def test_nobody_is_named() -> None:
    """Roles speak, never named persons."""
    named = re.compile(r"\b(?:[Ôô]ng|[Bb]à|[Cc]hị|anh|Mr\.?|Mrs\.?|Ms\.?) [A-ZĐ]")
    for article in press().articles:
        assert not named.search(unicodedata.normalize("NFC", article.text).replace("xã Bà Nà", ""))


def test_texts_have_the_wanted_length_and_no_leftovers() -> None:
    """Texts have 5 to 16 sentences (credit and added trap included) and no pattern signs."""
    for article in press().articles:
        assert 4 <= len(article.sentences) <= 16
        assert not re.search(r"[{}\[\]|]|  | ,", f"{article.title}{article.lead}{article.text}")
        assert 10 <= len(article.title) <= 170


# ------------------------------------------------------------------ size and shape


def test_the_press_has_the_wanted_size() -> None:
    """Two years, 14 outlets of six classes, 12,000 to 16,000 rows, 1,500 to 2,500 articles about Lạng Sơn."""
    assert len(press().outlets) == 14
    classes = Counter(outlet.outlet_class for outlet in press().outlets)
    assert classes == {
        "central": 3, "provincial": 4, "local": 3, "sector": 2, "foreign": 1, "aggregator": 1
    }  # fmt: skip
    assert 12_000 <= len(history()) <= 16_000
    assert 1_500 <= len(list_true(press())) <= 2_500
    days = {local_day(article) for article in press().articles}
    assert min(days) == date(2024, 7, 1)
    assert max(days) == date(2026, 6, 30)
    assert len({article.url for article in press().articles}) == len(press().articles)


def test_weekends_and_tet_are_quiet_and_bursts_loud() -> None:
    """Volume follows the week and the year, and three kinds of weeks stand out."""
    daily = Counter(local_day(article) for article in press().articles)
    weekday = sum(n for day, n in daily.items() if day.weekday() < 5) / 5
    weekend = sum(n for day, n in daily.items() if day.weekday() >= 5) / 2
    assert weekend < 0.7 * weekday
    tet = [daily[date(2026, 2, 14) + timedelta(days=k)] for k in range(9)]
    assert sum(tet) / 9 < 0.5 * sum(daily.values()) / len(daily)
    about = Counter(local_day(article) for article in list_true(press()))
    flood = sum(about[date(2026, 6, 8) + timedelta(days=k)] for k in range(7))
    before = sum(about[date(2026, 5, 25) + timedelta(days=k)] for k in range(7))
    assert flood > 1.5 * before


def test_units_follow_the_reform() -> None:
    """Before 1 July 2025 districts are named, after it new communes, and old names live on in a few."""
    old, new, former = 0, 0, 0
    for article in list_true(press()):
        has_district = any(unit.startswith("huyện") for unit in article.truth.units)
        if local_day(article) < NEW_UNITS_FROM - timedelta(days=3):
            old += has_district
            assert "phường Kỳ Lừa" not in article.truth.units
        elif local_day(article) > NEW_UNITS_FROM + timedelta(days=3):
            former += has_district
            new += "phường Kỳ Lừa" in article.truth.units
    assert old > 500
    assert new > 50
    assert 20 < former < 200


def test_other_provinces_bear_no_name_of_a_lang_son_unit() -> None:
    """What is not planted as a homonym does not become one by accident."""
    provinces = read_provinces()
    home = {
        unit.split(" ", 1)[1]
        for area in provinces[HOME].areas
        for unit in (*[u for u, _ in area.before], *area.after)
    }
    for name, province in provinces.items():
        if name != HOME:
            units = {unit for area in province.areas for unit in (*[u for u, _ in area.before], *area.after)}
            assert not {unit.split(" ", 1)[1] for unit in units} & home
    assert "Bắc Giang" not in {province.name for province in list_provinces(date(2025, 7, 1), "roads")}


def test_an_article_that_is_none_of_ours_never_says_lang_son() -> None:
    """Reason "none" means that the name does not occur, in any typing."""
    for article in press().articles:
        if article.truth.reason == "none" and article.outlet_id != "bao-mau-ky-cung":
            plain = unicodedata.normalize("NFC", f"{article.title} {article.lead} {article.text}")
            assert "Lạng\u00a0Sơn" not in plain
            assert not re.search(r"lạng sơn|lang son|xứ lạng", plain, re.IGNORECASE)


def test_where_says_the_field_that_names_the_place() -> None:
    """An about article names Lạng Sơn or a unit in the field that its truth states, and later ones too."""
    counts = count_true(list_true(press()), "where")
    assert set(counts) == {"lead", "text", "title"}
    assert counts["title"] > counts["lead"] > counts["text"] > 30
    for article in list_true(press()):
        if article.truth.where == "text" and article.language == "vi":
            assert "Lạng Sơn" in unicodedata.normalize("NFC", article.text) or article.truth.units


def test_every_trap_occurs() -> None:
    """Homonyms and weak mentions of all planned kinds are there, each with its decision."""
    reasons = Counter((article.truth.decision, article.truth.reason) for article in press().articles)
    mentions = {reason for decision, reason in reasons if decision == "mentions"}
    nots = {reason for decision, reason in reasons if decision == "not"}
    assert mentions == {
        "route", "list", "plate", "origin", "delegate", "compare", "project", "history", "model", "troupe"
    }  # fmt: skip
    assert nots == {
        "none", "street", "commune", "stadium", "ward", "tanthanh", "craft", "langgiang", "hospital",
        "substring", "commonwords",
    }  # fmt: skip
    assert min(reasons.values()) >= 8


# ------------------------------------------------------------------ planted, counted from the files alone


def test_outage_of_eleven_days() -> None:
    """No run and no row falls into the outage, and runs come every two hours around it."""
    runs = [datetime.fromisoformat(line) for line in render_runs(press()).decode().split()[1:]]
    assert not [run for run in runs if OUTAGE[0] <= run < OUTAGE[1]]
    assert not [row for row in history() if OUTAGE[0] <= datetime.fromisoformat(row["fetched"]) < OUTAGE[1]]
    steps = [later - earlier for earlier, later in pairwise(runs)]
    assert timedelta(days=10, hours=22) < max(steps) < timedelta(days=11, hours=4)
    assert sorted(steps)[len(steps) // 2] < timedelta(hours=2, minutes=10)
    assert sorted(steps)[-2] < timedelta(hours=9)
    lost = list_true(press(), date(2025, 4, 14), date(2025, 4, 24), decision=None, seen=False)
    assert len(lost) > 20


def test_dead_mute_and_frozen_feeds() -> None:
    """One feed ends, one never delivers, one repeats its old items for three weeks."""
    dead = [datetime.fromisoformat(row["fetched"]) for row in feed_rows(DEAD_FEED)]
    assert DEAD_FROM - timedelta(days=3) < max(dead) < DEAD_FROM
    assert len(list_true(press(), date(2026, 1, 1), decision=None, seen=False)) > 100
    assert feed_rows(MUTE_FEED) == []
    frozen = [row for row in feed_rows(FROZEN_FEED)
              if FROZEN[0] + timedelta(hours=3) < datetime.fromisoformat(row["fetched"]) < FROZEN[1]]  # fmt: skip
    earlier = {urlsplit(row["link"]).path for row in feed_rows(FROZEN_FEED)
               if datetime.fromisoformat(row["fetched"]) <= FROZEN[0] + timedelta(hours=3)}  # fmt: skip
    assert frozen
    assert all(urlsplit(row["link"]).path in earlier for row in frozen)


def test_clocks_lie_as_planted() -> None:
    """Stated times against those in the addresses: seven hours behind, one ahead from a day on, fetch time."""
    for row, _ in true_rows("thoi-cuoc-mau"):
        stamp = STAMP.search(urlsplit(row["link"]).path)
        assert stamp
        true = datetime.strptime(stamp[1], "%Y%m%d%H%M%S").replace(tzinfo=HANOI)
        assert true - datetime.fromisoformat(row["published"]) == timedelta(hours=7)
    early = 0
    for row, article in true_rows("bao-mau-song-bang"):
        shift = datetime.fromisoformat(row["published"]) - article.published_at
        since = article.published_at >= datetime(2026, 2, 1, tzinfo=HANOI)
        assert shift == timedelta(hours=1 if since else 0)
        early += datetime.fromisoformat(row["published"]) > datetime.fromisoformat(row["fetched"])
    assert early > 20
    for row, _ in true_rows("bao-mau-song-thuong"):
        behind = datetime.fromisoformat(row["fetched"]) - datetime.fromisoformat(row["published"])
        assert timedelta(0) < behind < timedelta(milliseconds=2)
        assert STAMP.search(urlsplit(row["link"]).path)


def test_stated_times_come_in_several_forms() -> None:
    """GMT+7 strings, UTC, a bare day and plain ISO are all there."""
    good = [row for row, truth in zip(history(), press().rows, strict=True) if truth.article is not None]
    by_host = defaultdict(set)
    for row in good:
        by_host[urlsplit(row["feed"]).hostname].add(re.sub(r"\d+", "9", row["published"]))
    assert all(form.endswith("GMT+9") for form in by_host["bao-mau-ky-cung.example"])
    assert by_host["sample-highland-post.example"] == {"9-9-9T9:9:9Z"}
    assert by_host["dai-mau-na-sam.example"] == {"9-9-9"}
    assert by_host["ban-mai-mau.example"] == {"9-9-9T9:9:9+9:9"}


def test_all_other_clocks_are_right() -> None:
    """Outside the planted faults a stated time is the true one, to the second or to the day."""
    wrong = {clock.outlet_id for clock in press().clocks}
    for article in press().articles:
        if article.outlet_id in wrong:
            continue
        if article.stated.endswith("GMT+7"):
            stated = datetime.strptime(article.stated[:-6], "%a, %d %b %Y %H:%M:%S").replace(tzinfo=HANOI)
        elif len(article.stated) == 10:
            assert date.fromisoformat(article.stated) == local_day(article)
            continue
        else:
            stated = datetime.fromisoformat(article.stated)
        assert stated == article.published_at


def test_first_seen_lags_as_in_a_real_collection() -> None:
    """Half of the articles are seen within about an hour, nearly all within a few, none before publication."""
    lags = sorted(
        press().first_seen[article.number] - article.published_at
        for article in press().articles
        if article.number in press().first_seen
    )
    assert lags[0] > timedelta(0)
    assert timedelta(minutes=30) < lags[len(lags) // 2] < timedelta(hours=2)
    assert lags[int(len(lags) * 0.95)] < timedelta(hours=6)


def test_overflow_weeks_lose_articles_of_the_busiest_outlet() -> None:
    """While the feed holds five items and the day comes out at once, earlier ones are never seen."""
    first, last = BATCH[0].date(), BATCH[1].date() - timedelta(days=1)
    during = [a for a in list_true(press(), first, last, decision=None) if a.outlet_id == "ban-mai-mau"]
    lost = [article for article in during if article.number not in press().first_seen]
    assert len(lost) >= 20
    runs = Counter(
        row["fetched"][:16]
        for row, _ in true_rows("ban-mai-mau")
        if row["feed"].endswith("tin-moi.rss")
        and BATCH[0] < datetime.fromisoformat(row["fetched"]) < BATCH[1]
    )
    assert max(runs.values()) == 5


def test_bad_rows_are_there_in_known_numbers() -> None:
    """Rows without link, from social networks, from a stranger and with a broken date, as counted in truth."""
    truth = describe_truth(press())
    social = {urlsplit(link).hostname for link in SOCIAL_LINKS}
    hosts = Counter(urlsplit(row["link"]).hostname for row in history())
    assert truth["refused"] == {"no_link": 9, "social": 6, "stranger": 8, "bad_date": 7}
    assert truth["refused"] == {
        "no_link": sum(not row["link"] for row in history()),
        "social": sum(hosts[host] for host in social),
        "stranger": hosts[STRANGER],
        "bad_date": sum("31/02" in row["published"] for row in history()),
    }


def test_addresses_come_in_twins() -> None:
    """The same article appears with tracking, www, m, amp and http addresses."""
    links = [row["link"] for row in history()]
    assert sum("utm_source=" in link for link in links) > 100
    assert all(any(sign in link for link in links) for sign in ("fbclid=", "zarsrc=", "gclid=", "#"))
    for label in ("www.", "m.", "amp."):
        assert sum(link.startswith(f"https://{label}") for link in links) > 50
    assert sum(link.startswith("http://") for link in links) > 50
    own = {article.url for article in press().articles}
    plain = sum(link in own for link in links)
    assert plain > 0.7 * len(links)


def test_only_planted_texts_are_not_nfc() -> None:
    """NFD stands only where it was planted; ASCII headlines, capitals, no-break spaces and hoà are there."""
    for article in press().articles:
        whole = f"{article.title}{article.lead}{article.text}"
        assert unicodedata.is_normalized("NFC", whole) == ("nfd" not in article.forms)
        assert ("\u00a0" in whole) == ("nbsp" in article.forms)
        if "ascii_title" in article.forms:
            assert article.title.isascii()
    forms = describe_truth(press())["forms"]
    assert set(forms) == {"ascii_title", "caps_title", "nbsp", "nfd", "old_tones"}
    assert min(forms.values()) > 50
    assert old_tones("Thanh Hóa, khỏe, Hòa, quý, hoàn") == "Thanh Hoá, khoẻ, Hoà, quý, hoàn"


# ------------------------------------------------------------------ reuse


def grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def body(article: SampleArticle) -> str:
    return " ".join((article.lead, *article.sentences))


def test_texts_of_different_events_share_no_long_passages() -> None:
    """Two originals of one subject about different events contain less than 30 % of each other's 5-grams."""
    dice = Dice("overlap")
    by_subject = defaultdict(list)
    for article in press().articles:
        if article.truth.origin == "original" and article.truth.release_id is None:
            by_subject[(article.truth.subject, article.language)].append(article)
    shares = []
    for articles in by_subject.values():
        some = [(a, grams(body(a))) for a in dice.take(articles, 40)]
        for i, (first, one) in enumerate(some):
            for second, two in some[:i]:
                if first.truth.story_id != second.truth.story_id and first.language == second.language:
                    shares.append(len(one & two) / min(len(one), len(two)))
    assert len(shares) > 9_000
    assert max(shares) < 0.3
    assert sum(shares) / len(shares) < 0.05


def test_reprints_contain_their_source_and_come_later() -> None:
    """Reprints hold most of the source's text, partial uses some of it, and neither is older."""
    by_number = {article.number: article for article in press().articles}
    kinds: Counter[str] = Counter()
    for article in press().articles:
        if article.truth.source is None:
            continue
        source = by_number[article.truth.source]
        assert article.published_at > source.published_at
        assert article.truth.story_id == source.truth.story_id
        assert article.truth.decision == source.truth.decision
        mine, theirs = grams(" ".join(article.sentences)), grams(" ".join(source.sentences))
        kinds[article.truth.origin] += 1
        if article.truth.origin == "reprint":
            assert len(mine & theirs) / len(mine) > 0.75
        else:
            assert 0.2 < len(mine & theirs) / len(theirs) < 0.95
    assert kinds["reprint"] > 400
    assert kinds["partial"] > 100


def test_releases_are_picked_up_wholly_partly_or_not() -> None:
    """The pick-up that a release's record states is what the articles show."""
    used = defaultdict(Counter)  # type: ignore[var-annotated]
    for article in press().articles:
        if article.truth.release_id is not None:
            used[article.truth.release_id][article.truth.origin] += 1
    for release in press().releases:
        assert used[release.release_id]["reprint"] == release.picked_whole
        assert used[release.release_id]["partial"] == release.picked_partly
    assert 40 <= len(press().releases) <= 60
    assert 10 < sum(not used[release.release_id] for release in press().releases) < 35


# ------------------------------------------------------------------ the office's list and the truth


def test_clippings_miss_some_and_have_some_that_were_missed() -> None:
    """About 150 rows of the main period: most were collected, some the collection missed, some are strange."""
    rows = list(csv.DictReader(io.StringIO(render_clips(press()).decode("utf-8-sig"))))
    assert 140 <= len(rows) <= 160
    assert list(rows[0]) == ["STT", "Ngày đăng", "Cơ quan báo chí", "Tiêu đề", "Đường dẫn"]
    known = [clip.article for clip in press().clips if clip.article is not None]
    assert len(set(known)) == len(known)
    assert sum(number in press().first_seen for number in known) > 100
    assert sum(number not in press().first_seen for number in known) >= 15
    days = [datetime.strptime(row["Ngày đăng"], "%d/%m/%Y").date() for row in rows]
    assert days == sorted(days)
    assert MAIN_PERIOD[0] <= min(days) <= max(days) <= MAIN_PERIOD[1]


def test_truth_adds_up() -> None:
    """Months add up to the whole, groups to their total, and what was seen is part of what exists."""
    truth = describe_truth(press())
    whole = truth["periods"]["all"]
    for key in ("articles", "about", "about_seen", "mentions", "homonyms"):
        assert sum(month[key] for month in truth["months"]) == whole[key]
    for period in (*truth["months"], *truth["periods"].values()):
        for key in ("about_by_outlet", "about_by_class", "about_by_origin", "about_by_subject"):
            assert sum(period[key].values()) == period["about"]
        assert sum(period["about_seen_by_outlet"].values()) == period["about_seen"] <= period["about"]
    assert len(list_months()) == 24
    assert list_months()[-1] == (date(2026, 6, 1), date(2026, 6, 30))
    assert truth["periods"]["base"]["from"] == BASE_PERIOD[0].isoformat()
    lines = [json.loads(line) for line in render_truth(press()).decode().splitlines()]
    assert len(lines) == len(press().articles) == len(map_truth(press()))
    assert sum(line["seen"] for line in lines) == whole["articles_seen"]


def test_seen_follows_from_the_history_alone() -> None:
    """Every article that truth calls seen has a row in the history, and no other has."""
    paths = defaultdict(set)
    for row in history():
        split = urlsplit(row["link"])
        host = re.sub(r"^(www|m|amp)\.", "", split.hostname or "")
        paths[host].add(f"{split.path}?{split.query}" if split.query.startswith("id=") else split.path)
    for article in press().articles:
        split = urlsplit(article.url)
        path = f"{split.path}?{split.query}" if split.query else split.path
        domain = get_habit(article.outlet_id).outlet.domains[0]
        assert (path in paths[domain]) == (article.number in press().first_seen)
    assert all(moment.astimezone(UTC) for moment in press().first_seen.values())
