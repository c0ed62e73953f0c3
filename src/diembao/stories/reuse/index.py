"""An index of texts on disk that new texts are put into, with the same result as a search over all at once.

What holds is a function of the set of texts alone: long lists are judged by their texts of lowest rank, ranks come
from the content, and a decision that new texts overturn is followed to the pairs of older texts it touches.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Self

import numpy as np

from diembao.errors import UsageError
from diembao.stories.reuse.candidates import (
    MANY,
    choose_pairs,
    make_pairs,
    need_prints,
    pair_numbers,
    sum_pairs,
    try_lists,
)
from diembao.stories.reuse.edges import copy_edges, name_leads, pair_edges
from diembao.stories.reuse.find import check_containment, learn_from_lists
from diembao.stories.reuse.intake import check_number, take_texts
from diembao.stories.reuse.lists import (
    TEXT_BITS,
    PrintLists,
    join_lists,
    list_texts,
    run_of,
)
from diembao.stories.reuse.masks import Masks, is_among, learn_outlets, masked_sets
from diembao.stories.reuse.measure import Flags, Measured, Sets, measure_pairs
from diembao.stories.reuse.runs import Counts, Runs, Wide
from diembao.stories.reuse.texts import TextRuns, fold_copies
from diembao.stories.reuse.vault import Arrays, Vault
from diembao.types import ReuseEdge

#: texts put in and committed together
_ROUND = 50_000
_NO_PRINTS = np.empty(0, np.uint64)
_NO_RUNS = np.empty(0, np.uint32)
_SHIFT = np.uint64(32)
_STATE = ("related", "unrelated", "formulas", "masked", "of_outlets", "pairs", "size_a", "size_b", "shared")


class ReuseIndex:
    """Texts that share passages, kept in a folder and added to day by day.

    `min_containment` is that of `find_reuse` (0.15 for a new index; an index keeps its own). Each call of `add` is on
    disk when it returns; a killed one leaves the texts of whole rounds of 50,000. One process at a time may write.
    Raises `CorpusError` for a folder with something else in it, `UsageError` for another `min_containment`.
    """

    _outlets: dict[str, int]
    _ids: list[str]
    _known: set[str]
    _outlet_of: Counts
    _counts: Counts
    _digests: Wide
    _printed: Counts
    _first: Counts
    _texts: TextRuns
    _related: Wide
    _unrelated: Wide
    _masks: Masks
    _pair_a: Counts
    _pair_b: Counts
    _size_a: Counts
    _size_b: Counts
    _shared: Counts

    def __init__(self, folder: os.PathLike[str], *, min_containment: float | None = None) -> None:
        check_containment(0.15 if min_containment is None else min_containment)
        self._vault = Vault(folder)
        held = self._vault.settings.setdefault("min_containment", min_containment or 0.15)
        if min_containment not in (None, held):
            raise UsageError(
                "the index in {folder} was built with min_containment {held}, not {value}",
                key="reuse.other_containment",
                next_step="open it without min_containment, or build another index in another folder",
                folder=folder,
                held=held,
                value=min_containment,
            )
        self.min_containment = float(held)
        self._outlets: dict[str, int] = {
            name: n for n, name in enumerate(self._vault.settings.get("outlets", []))
        }
        self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, text_id: object) -> bool:
        return text_id in self._known

    def close(self) -> None:
        """Close the files; what was added is on disk already."""
        self._vault.close()

    # ------------------------------------------------------------------ reading

    def edges(self) -> Iterator[ReuseEdge]:
        """All edges, as `find_reuse` over all texts gives them (with the outlets' formulas taken out)."""
        everything = np.ones(len(self._pair_a), dtype=bool)
        return self._edges(everything, None)

    def _edges(self, pairs: Flags, of: set[str] | None) -> Iterator[ReuseEdge]:
        leads = name_leads(self._ids, self._first)
        for edge in copy_edges(self._ids, self._first, leads, self._sets):
            if of is None or edge.a in of or edge.b in of:
                yield edge
        found = Measured(self._size_a[pairs], self._size_b[pairs], self._shared[pairs])
        yield from pair_edges(self._pair_a[pairs], self._pair_b[pairs], found, leads, self.min_containment)

    # ------------------------------------------------------------------ adding

    def add(
        self, articles: Iterable[tuple[str, str]], *, outlets: Mapping[str, str] | None = None
    ) -> list[ReuseEdge]:
        """Put texts (id, text) in; gives the edges of the new ones to each other and to all older ones.

        `outlets` names the outlet of an id where it is known: passages that many of an outlet's texts carry are taken
        out of that outlet's texts. An id that the index holds already is passed over. Edges between older texts may
        change with what the new ones teach about formulas: `edges()` gives all.
        """
        fresh: set[str] = set()
        todo = iter(articles)
        while batch := list(islice(todo, _ROUND)):
            new: dict[str, str] = {}
            for text_id, text in batch:
                if text_id not in self._known:
                    new.setdefault(text_id, text)
            if new:
                try:
                    self._add_round(new, outlets or {})
                except BaseException:
                    self._reload()
                    raise
                fresh |= new.keys()
        if not fresh:
            return []
        of_fresh = np.zeros(len(self._ids), dtype=bool)
        of_fresh[self._first[[number for number, text_id in enumerate(self._ids) if text_id in fresh]]] = True
        return list(self._edges(of_fresh[self._pair_a] | of_fresh[self._pair_b], fresh))

    def _reload(self) -> None:
        """Go back to what is on disk."""
        self._vault.close()
        self._vault = Vault(self._vault.folder)
        self._outlets = {name: number for number, name in enumerate(self._vault.settings.get("outlets", []))}
        self._vault.settings.setdefault("min_containment", self.min_containment)
        self._load()

    def _add_round(self, new: Mapping[str, str], outlets: Mapping[str, str]) -> None:
        check_number(len(self._ids) + len(new))
        older = len(self._ids)
        postings = self._store(new, outlets)
        is_lead = self._first == np.arange(len(self._ids))
        prints = np.unique(postings[is_lead[_text_of(postings)]] >> np.uint64(TEXT_BITS))
        touched, quiet = self._read_lists(prints, is_lead, older)
        before = self._skipped()
        masks_before = self._masks
        related = self._judge(touched, quiet, prints)
        self._learn(join_lists([related, quiet]), older)
        after = self._skipped()
        recount = self._recount(before, after, is_lead, older)
        told = related.drop_prints(is_among(related.prints, after))
        short = touched.pick(touched.counts <= MANY)
        chosen = self._new_pairs(join_lists([short.without_prints(), told.without_prints()]), older)
        self._replace_pairs(recount, chosen, masks_before)
        self._vault.settings["outlets"] = list(self._outlets)
        self._vault.commit(self._state())

    def _store(self, new: Mapping[str, str], outlets: Mapping[str, str]) -> Wide:
        """Hash the texts into a new segment; gives its postings."""
        number, handle = self._vault.start_segment()
        with handle:
            batches = []
            for batch in take_texts(new.values(), len(self._ids)):
                self._vault.append_runs(handle, batch.runs)
                batches.append(replace(batch, runs=_NO_RUNS, sketches=_NO_RUNS))
        codes = [self._outlet(outlets.get(text_id)) for text_id in new]
        texts: Arrays = {**_pack_ids(new), "outlets": np.array(codes, dtype=np.int64)}
        for name in ("counts", "digests", "printed"):
            texts[name] = np.concatenate([getattr(batch, name) for batch in batches])
        packed = np.concatenate([batch.postings for batch in batches])
        packed.sort()
        self._vault.add_segment(number, int(texts["counts"].sum()), packed, texts)
        self._take_texts([texts])
        return packed

    def _outlet(self, name: str | None) -> int:
        return -1 if name is None else self._outlets.setdefault(name, len(self._outlets))

    # ------------------------------------------------------------------ long lists

    def _read_lists(self, prints: Wide, is_lead: Flags, older: int) -> tuple[PrintLists, PrintLists]:
        """The lists that a new text is in, and the related long lists that none is in."""
        wanted = np.union1d(prints, self._related)
        lists = list_texts(self._vault.find_postings(wanted, TEXT_BITS), is_lead)
        is_new = np.zeros(len(lists.counts), dtype=bool)
        is_new[lists.owners[lists.texts >= older]] = True
        return lists.pick(is_new), lists.pick(~is_new & (lists.counts > MANY))

    def _judge(self, touched: PrintLists, quiet: PrintLists, prints: Wide) -> PrintLists:
        """Judge the long lists that new texts are in; gives those whose texts are related."""
        long = touched.pick(touched.counts > MANY)
        texts = self._texts
        tried = try_lists(long, texts.ranks, texts.sketches)
        related, unrelated = long.pick(tried), long.pick(~tried)
        self._related = np.sort(np.concatenate((quiet.prints, related.prints)))
        untouched = self._unrelated[~is_among(self._unrelated, prints)]
        self._unrelated = np.sort(np.concatenate((untouched, unrelated.prints)))
        return related

    def _learn(self, related: PrintLists, older: int) -> None:
        """Learn the formulas of all texts in related lists, and those of the outlets of new texts."""
        masked = np.zeros(len(self._ids), dtype=bool)
        masked[related.texts] = True
        formulas = learn_from_lists(related, self._texts) if len(related.counts) else _NO_RUNS
        outlets = np.unique(self._outlet_of[older:])
        outlets = outlets[outlets >= 0]
        kept = self._masks.of_outlets[~np.isin((self._masks.of_outlets >> _SHIFT).astype(np.int64), outlets)]
        published = self._published()
        learned = learn_outlets(published, outlets, self._texts)
        self._masks = Masks(formulas, masked, np.sort(np.concatenate((kept, learned))), published)

    def _published(self) -> Wide:
        known = np.flatnonzero((self._outlet_of >= 0) & (self._first >= 0))
        leads = self._first[known].astype(np.uint64)
        return np.unique((leads << _SHIFT) | self._outlet_of[known].astype(np.uint64))

    def _skipped(self) -> Wide:
        """The prints that give no pairs."""
        formal = self._related[is_among(run_of(self._related), self._masks.formulas)]
        return np.union1d(self._unrelated, formal)

    # ------------------------------------------------------------------ pairs

    def _new_pairs(self, lists: PrintLists, older: int) -> tuple[Counts, Counts]:
        """Pairs with at least one new text that share enough prints."""
        packed = [chunk[pair_numbers(chunk)[1] >= older] for chunk in make_pairs(lists)]
        summed = sum_pairs(np.concatenate([_NO_PRINTS, *packed]))
        return choose_pairs(summed, self._printed, self.min_containment)

    def _recount(self, before: Wide, after: Wide, is_lead: Flags, older: int) -> tuple[Wide, Flags]:
        """The pairs of older texts whose lists were judged anew, and which of them share enough prints now."""
        gone, come = np.setdiff1d(after, before), np.setdiff1d(before, after)
        of_old = is_lead.copy()
        of_old[older:] = False
        held = _pack_pairs(self._pair_a, self._pair_b)
        keys = [_NO_PRINTS]
        for prints, only_held in ((gone, True), (come, False)):
            lists = list_texts(self._vault.find_postings(prints, TEXT_BITS), of_old)
            for chunk in make_pairs(lists.without_prints()):
                packed = _pack_pairs(*pair_numbers(chunk))
                keys.append(packed[is_among(packed, held)] if only_held else packed)
        pairs = np.unique(np.concatenate(keys))
        a, b = _unpack_pairs(pairs)
        runs = np.unique(run_of(after))
        found = measure_pairs(a, b, partial(_prints_without, self._texts.prints, runs), self._texts.counts)
        smaller = np.minimum(self._printed[a], self._printed[b])
        return pairs, found.shared >= need_prints(smaller, self.min_containment)

    def _replace_pairs(
        self, recount: tuple[Wide, Flags], chosen: tuple[Counts, Counts], before: Masks
    ) -> None:
        """Put new pairs in, take those out that share too little now, and count again where masks changed."""
        recounted, enough = recount
        held = _pack_pairs(self._pair_a, self._pair_b)
        stays = ~is_among(held, recounted[~enough])
        added = recounted[enough]
        added = np.concatenate((added[~is_among(added, held)], _pack_pairs(*chosen)))
        stale = self._is_stale(before)
        keys = np.concatenate((held[stays], added))
        sizes = [
            np.concatenate((column[stays], np.zeros(len(added), np.int64))) for column in self._columns()
        ]
        order = np.argsort(keys)
        self._pair_a, self._pair_b = _unpack_pairs(keys[order])
        fresh = np.concatenate((np.zeros(int(stays.sum()), bool), np.ones(len(added), bool)))[order]
        fresh |= stale[self._pair_a] | stale[self._pair_b]
        self._size_a, self._size_b, self._shared = (column[order] for column in sizes)
        found = measure_pairs(self._pair_a[fresh], self._pair_b[fresh], self._sets, self._texts.counts)
        self._size_a[fresh], self._size_b[fresh], self._shared[fresh] = (
            found.size_a,
            found.size_b,
            found.shared,
        )

    def _is_stale(self, before: Masks) -> Flags:
        """The texts from which other runs are taken out than before."""
        now = self._masks
        older = len(before.masked)
        stale = np.zeros(len(now.masked), dtype=bool)
        if np.array_equal(before.formulas, now.formulas):
            stale[:older] = now.masked[:older] != before.masked
        else:
            stale[:older] = now.masked[:older] | before.masked
        changed = np.setxor1d(before.of_outlets, now.of_outlets) >> _SHIFT
        outlets = now.published & np.uint64(0xFFFFFFFF)
        stale[(now.published[np.isin(outlets, changed)] >> _SHIFT).astype(np.int64)] = True
        joined = np.setdiff1d(now.published, before.published) >> _SHIFT
        stale[joined.astype(np.int64)] = True
        return stale

    def _sets(self, texts: Counts) -> tuple[Runs, Counts]:
        return masked_sets(self._texts, self._masks, texts)

    def _columns(self) -> tuple[Counts, Counts, Counts]:
        return self._size_a, self._size_b, self._shared

    # ------------------------------------------------------------------ state

    def _take_texts(self, segments: Iterable[Arrays]) -> None:
        for held in segments:
            ids = _unpack_ids(held)
            self._ids += ids
            self._known.update(ids)
            self._outlet_of = np.concatenate((self._outlet_of, held["outlets"]))
            self._counts = np.concatenate((self._counts, held["counts"]))
            self._digests = np.concatenate((self._digests, held["digests"]))
            self._printed = np.concatenate((self._printed, held["printed"]))
        self._texts = TextRuns(self._vault, self._counts, self._digests)
        self._first = fold_copies(self._counts, self._digests)

    def _load(self) -> None:
        self._ids = []
        self._known = set()
        self._outlet_of = np.empty(0, np.int64)
        self._counts = np.empty(0, np.int64)
        self._digests = np.empty(0, np.uint64)
        self._printed = np.empty(0, np.int64)
        self._take_texts(self._vault.load_texts())
        held = self._vault.load_state()
        masked = np.zeros(len(self._ids), dtype=bool)
        if held:
            masked[held["masked"]] = True
        self._related = held.get("related", _NO_PRINTS)
        self._unrelated = held.get("unrelated", _NO_PRINTS)
        formulas = held.get("formulas", _NO_RUNS)
        self._masks = Masks(formulas, masked, held.get("of_outlets", _NO_PRINTS), self._published())
        self._pair_a, self._pair_b = _unpack_pairs(held.get("pairs", _NO_PRINTS))
        none = np.empty(0, np.int64)
        self._size_a, self._size_b, self._shared = (held.get(name, none) for name in _STATE[-3:])

    def _state(self) -> Arrays:
        values = (
            self._related,
            self._unrelated,
            self._masks.formulas,
            np.flatnonzero(self._masks.masked),
            self._masks.of_outlets,
            _pack_pairs(self._pair_a, self._pair_b),
            *self._columns(),
        )
        return dict(zip(_STATE, values, strict=True))


def _pack_ids(ids: Iterable[str]) -> Arrays:
    """Ids as bytes one after the other, and the length of each."""
    encoded = [text_id.encode("utf-8", "surrogatepass") for text_id in ids]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    return {"ids": np.frombuffer(b"".join(encoded), np.uint8), "id_lengths": lengths}


def _unpack_ids(held: Arrays) -> list[str]:
    packed = held["ids"].tobytes()
    stops = np.cumsum(held["id_lengths"]).tolist()
    starts = [0, *stops[:-1]]
    return [packed[a:b].decode("utf-8", "surrogatepass") for a, b in zip(starts, stops, strict=True)]


def _text_of(postings: Wide) -> Counts:
    return (postings & np.uint64((1 << TEXT_BITS) - 1)).astype(np.int64)


def _pack_pairs(a: Counts, b: Counts) -> Wide:
    return (a.astype(np.uint64) << _SHIFT) | b.astype(np.uint64)


def _unpack_pairs(pairs: Wide) -> tuple[Counts, Counts]:
    return (pairs >> _SHIFT).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _prints_without(prints: Sets, skipped: Runs, texts: Counts) -> tuple[Runs, Counts]:
    runs, counts = prints(texts)
    kept = ~is_among(runs, skipped)
    return runs[kept], np.bincount(np.repeat(np.arange(len(texts)), counts)[kept], minlength=len(texts))
