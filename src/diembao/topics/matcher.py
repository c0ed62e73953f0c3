"""Which articles are about a topic: one pass for most, a careful reading where a name stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from diembao.text.normal import Folded, fold_text
from diembao.topics.atlas import Atlas, open_atlas
from diembao.topics.contexts import find_kind, is_history
from diembao.topics.digests import is_digest, is_enumeration
from diembao.topics.free import PhraseFinder
from diembao.topics.gazetteer import Gazetteer
from diembao.topics.judge import Judge, belongs_on
from diembao.topics.names import NameFinder, NameHit, has_accents
from diembao.topics.resolve import KIND_RANK, Reading, is_numbered
from diembao.topics.scan import Scanner
from diembao.topics.scoring import Judged, Others, as_mention, decide_free, decide_place
from diembao.types import FieldName, Mention, Topic, TopicMatch

NO_MATCH = TopicMatch("not", 0.0, "no_hit")
FIELDS: tuple[FieldName, ...] = ("title", "lead", "text")
_Fields = dict[FieldName, Folded]


class Matcher:
    """Decides for one topic. Everything it needs is built when the first article needs it, and kept."""

    def __init__(self, topic: Topic, gazetteer: Gazetteer) -> None:
        self.topic = topic
        self._gazetteer = gazetteer
        self._place: PlaceMatcher | None = None
        self._free: FreeMatcher | None = None
        self._scanner: Scanner | None = None

    def match(self, *, title: str, text: str, lead: str = "", published_on: date | None = None) -> TopicMatch:
        """The decision for one article with every hit that belongs to the topic, weak ones included."""
        return self._judge(_fold(title, lead, text), published_on, explain=False)

    def explain(
        self, *, title: str, text: str, lead: str = "", published_on: date | None = None
    ) -> TopicMatch:
        """As `match`, with the hits that were set aside too (rules `blocked:…`, no place id)."""
        return self._judge(_fold(title, lead, text), published_on, explain=True)

    def may_match(self, shown: str) -> bool:
        """False only if no title, lead and text taken from what a page shows could be decided other than `not`.

        `shown` is the page's text, with `text.pieces.CUT` wherever markup stood in it.
        """
        if self._scanner is None:
            self._scanner = Scanner((self.topic,), self._gazetteer)
        return bool(self._scanner.find(shown))

    def _judge(self, fields: _Fields, on: date | None, *, explain: bool) -> TopicMatch:
        if self.topic.kind == "free":
            if self._free is None:
                self._free = FreeMatcher(self.topic)
            return self._free.match(fields, explain=explain)
        if self._place is None:
            self._place = PlaceMatcher(self.topic, open_atlas(self._gazetteer))
        return self._place.match(fields, on, explain=explain)


class TopicsMatcher:
    """Decides for many topics at once: the names of an article are read one time for all of them."""

    def __init__(self, topics: Iterable[Topic], gazetteer: Gazetteer) -> None:
        listed = list(topics)
        atlas = open_atlas(gazetteer) if any(t.kind == "place" for t in listed) else None
        self._free = {t.topic_id: FreeMatcher(t) for t in listed if t.kind == "free"}
        self._places = {
            t.topic_id: PlaceMatcher(t, atlas) for t in listed if t.kind == "place" and atlas is not None
        }
        self._atlas = atlas
        self._topics_of: dict[str, list[tuple[str, date | None]]] = {}
        self._loose_pairs: set[tuple[str, str]] = set()
        for topic_id, place in self._places.items():
            self._loose_pairs |= place.loose_pairs
            for place_id, since in place.members.items():
                self._topics_of.setdefault(place_id, []).append((topic_id, since))

    def match(
        self, *, title: str, text: str, lead: str = "", published_on: date | None = None
    ) -> dict[str, TopicMatch]:
        """The topics that the article touches (decision other than `not`), by topic id."""
        fields = _fold(title, lead, text)
        found = self._match_places(fields, published_on)
        for topic_id, free in self._free.items():
            found[topic_id] = free.match(fields, explain=False)
        return {topic_id: match for topic_id, match in found.items() if match.decision != "not"}

    def _match_places(self, fields: _Fields, on: date | None) -> dict[str, TopicMatch]:
        if self._atlas is None:
            return {}
        readings = self._atlas.read(_texts(fields), on)
        touched = self._find_touched(readings, on)
        found = {}
        for topic_id, place in self._places.items():
            if place.atlas is not self._atlas:
                found[topic_id] = place.match(fields, on, explain=False)
            elif topic_id in touched:
                found[topic_id] = place.judge(fields, readings, on, explain=False, namesakes=False)
        return found

    def _find_touched(self, readings: Sequence[Reading], on: date | None) -> set[str]:
        """The topics that may come out of the careful reading; for all others every hit would be set aside."""
        touched = set()
        for reading in readings:
            alone = reading.how == "name" and reading.kind is None and not reading.is_event
            for place_id in reading.candidates:
                if alone and not any((name, place_id) in self._loose_pairs for name in reading.hit.names):
                    continue
                for topic_id, since in self._topics_of.get(place_id, ()):
                    if belongs_on(since, on):
                        touched.add(topic_id)
        return touched


class PlaceMatcher:
    """A place topic over an atlas."""

    def __init__(self, topic: Topic, atlas: Atlas) -> None:
        self.atlas = atlas.extended_by(topic.places)
        self._judge = Judge(topic, self.atlas)
        self.members = {p.place_id: p.belongs_from for p in topic.places}
        self.loose_pairs = self._judge.loose_pairs
        self._finder = NameFinder(
            (*self._judge.names, *self._judge.names_above), strong=self.atlas.strong_names
        )
        self._exclusions = PhraseFinder(topic.exclusions)
        self._narrow = {
            at
            for at, phrase in enumerate(topic.exclusions)
            if any(name.lower() in phrase.text.lower() for name in self._judge.names)
        }

    def match(self, fields: _Fields, on: date | None, *, explain: bool) -> TopicMatch:
        """The decision; most articles end after one pass of the topic's own names."""
        if not explain and not self._may_hit(fields):
            return NO_MATCH
        return self.judge(fields, self.atlas.read(_texts(fields), on), on, explain=explain)

    def judge(
        self,
        fields: _Fields,
        readings: Sequence[Reading],
        on: date | None,
        *,
        explain: bool,
        namesakes: bool = True,
    ) -> TopicMatch:
        """The decision from the names already read."""
        texts = _texts(fields)
        judged, others = self._judge.judge(texts, readings, on, namesakes=namesakes)
        if not judged:
            return NO_MATCH
        judged, out = self._exclude(texts, judged)
        decision, score, rule = (
            ("not", 0.0, f"excluded: {out}")
            if out
            else decide_place(
                judged,
                others,
                len(texts["text"].strip()),
                is_digest=_is_digest(texts["title"], judged, others),
            )
        )
        kept = judged if explain else [h for h in judged if h.standing != "blocked"]
        return TopicMatch(decision, score, rule, _mentions(fields, kept))  # type: ignore[arg-type]

    def _may_hit(self, fields: _Fields) -> bool:
        """Whether a careful reading could find anything.

        A name of class A or B could; one of class C only with its kind before it, or with a unit above it
        somewhere in the article.
        """
        bare = hits = above = 0
        for folded in fields.values():
            text = folded.text
            for hit in self._finder.find(text) if text else ():
                hits += 1
                above += any(name in self._judge.names_above for name in hit.names)
                if not any(name in self._judge.ranks for name in hit.names):
                    continue
                if self._stands_alone(text, hit):
                    return True
                bare += 1
        return bare > 0 and above > 0 and hits > 1

    def _stands_alone(self, text: str, hit: NameHit) -> bool:
        if any(name in self._judge.loose_names or is_numbered(name) for name in hit.names):
            return True
        kind = find_kind(text, hit.start, accented=has_accents(text))
        if kind is None:
            return is_history(text, hit.start)
        rank = KIND_RANK.get(kind.name, 0)
        ranks = {r for name in hit.names for r in self._judge.ranks.get(name, ())}
        return rank in ranks or (rank == 0 and bool(ranks & {0, 1}))

    def _exclude(self, texts: Mapping[FieldName, str], judged: list[Judged]) -> tuple[list[Judged], str]:
        kept = judged
        for name, text in texts.items():
            for start, end, at in self._exclusions.find(text):
                if at not in self._narrow:
                    return judged, self._exclusions.phrases[at].text
                kept = [
                    h.blocked("excluded") if h.field == name and h.start < end and start < h.end else h
                    for h in kept
                ]
        return kept, ""


class FreeMatcher:
    """A topic of phrases and exclusions."""

    def __init__(self, topic: Topic) -> None:
        self._phrases = PhraseFinder(topic.phrases)
        self._exclusions = PhraseFinder(topic.exclusions)
        texts = [p.text.lower() for p in topic.phrases]
        self._narrow = {
            at for at, p in enumerate(topic.exclusions) if any(text in p.text.lower() for text in texts)
        }

    def match(self, fields: _Fields, *, explain: bool) -> TopicMatch:
        """The decision; an exclusion that contains a phrase takes away that hit, any other the article."""
        judged: list[Judged] = []
        for name, folded in fields.items():
            for start, end, at in self._phrases.find(folded.text):
                judged.append(
                    Judged(name, start, end, None, "strong", f"phrase:{self._phrases.phrases[at].text}")
                )
        if not judged:
            return NO_MATCH
        for name, folded in fields.items():
            for start, end, at in self._exclusions.find(folded.text):
                if at not in self._narrow:
                    return TopicMatch("not", 0.0, f"excluded: {self._exclusions.phrases[at].text}")
                judged = [
                    h.blocked("excluded") if h.field == name and h.start < end and start < h.end else h
                    for h in judged
                ]
        decision, score, rule = decide_free(judged, has_text=bool(fields["text"].text.strip()))
        kept = judged if explain else [h for h in judged if h.standing != "blocked"]
        return TopicMatch(decision, score, rule, _mentions(fields, kept))


def match_many(
    matcher: Matcher, articles: Iterable[tuple[str, str, str, date | None]]
) -> Iterator[TopicMatch]:
    """The matches of a stream of (title, lead, text, published_on), one for one."""
    for title, lead, text, on in articles:
        yield matcher.match(title=title, lead=lead, text=text, published_on=on)


def _fold(title: str, lead: str, text: str) -> _Fields:
    return {"title": fold_text(title), "lead": fold_text(lead), "text": fold_text(text)}


def _is_digest(title: str, judged: Sequence[Judged], others: Others) -> bool:
    hits = [h for h in judged if h.field == "title" and h.standing == "strong"]
    at = hits[0].chain_begin if hits else None
    spans = [(h.start, h.end) for h in hits]
    return is_digest(title, at, accented=has_accents(title)) or is_enumeration(
        title, spans, names_others=others.title > 0
    )


def _texts(fields: _Fields) -> dict[FieldName, str]:
    return {name: folded.text for name, folded in fields.items()}


def _mentions(fields: _Fields, judged: Iterable[Judged]) -> tuple[Mention, ...]:
    mentions = []
    for hit in judged:
        folded = fields[hit.field]
        start, end = folded.given_span(hit.start, hit.end)
        mentions.append(as_mention(hit, start, end, folded.given[start:end]))
    return tuple(mentions)
