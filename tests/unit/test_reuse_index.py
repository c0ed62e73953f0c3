"""The index of shared passages: outlets' footers, days added, files that survive a killed write."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reuse_fixture import make_text, pair_set

from diembao.desk import steps
from diembao.errors import CorpusError, UsageError
from diembao.stories import ReuseIndex, find_reuse
from diembao.stories.reuse import vault
from diembao.types import ReuseEdge

_STORY = make_text(1, 150)
_FIRST_DAY = {f"d1-{n}": make_text(50 + n) for n in range(20)} | {"wire": _STORY, "gone": "ba chữ thôi"}
_SECOND_DAY = {"copy": _STORY, "late": make_text(3, 20) + " " + _STORY, "other": make_text(4)}


def all_edges(folder: Path) -> set[ReuseEdge]:
    with ReuseIndex(folder) as index:
        return set(index.edges())


def test_new_day_is_compared_with_the_archive(tmp_path: Path) -> None:
    """`add` gives the edges of the new texts to the old ones, after a restart as well."""
    with ReuseIndex(tmp_path) as index:
        assert index.add(_FIRST_DAY.items()) == []
        assert (len(index), "wire" in index, "copy" in index) == (22, True, False)
    with ReuseIndex(tmp_path) as index:
        added = index.add(_SECOND_DAY.items())
    assert pair_set(added) == {("copy", "wire"), ("copy", "late"), ("late", "wire")}
    assert all_edges(tmp_path) == set(find_reuse((_FIRST_DAY | _SECOND_DAY).items()))


def test_adding_twice_changes_nothing(tmp_path: Path) -> None:
    """An id that is held already is passed over, so that a run that was cut off can simply be repeated."""
    with ReuseIndex(tmp_path) as index:
        index.add((_FIRST_DAY | _SECOND_DAY).items())
        before = set(index.edges())
        assert index.add([*_SECOND_DAY.items(), ("wire", "another text")]) == []
        assert (set(index.edges()), len(index)) == (before, 25)


def test_footer_of_one_outlet_makes_no_reprints(tmp_path: Path) -> None:
    """Ten short texts of one outlet with one footer are not related; the same from no known outlet seem to be."""
    footer = make_text(5, 40)
    texts = {f"a{n}": f"{make_text(200 + n, 60)} {footer}" for n in range(10)}
    with ReuseIndex(tmp_path / "known") as index:
        assert index.add(texts.items(), outlets=dict.fromkeys(texts, "a")) == []
    with ReuseIndex(tmp_path / "unknown") as index:
        assert len(index.add(texts.items())) == 45


def test_footer_learned_later_clears_older_texts(tmp_path: Path) -> None:
    """Five texts seem related by their footer; when the outlet's next ten come, they no longer are."""
    footer = make_text(5, 40)
    texts = {f"a{n:02}": f"{make_text(200 + n, 60)} {footer}" for n in range(15)}
    items = list(texts.items())
    outlets = dict.fromkeys(texts, "a")
    with ReuseIndex(tmp_path) as index:
        assert len(index.add(items[:5], outlets=outlets)) == 10
        assert index.add(items[5:], outlets=outlets) == []
        assert list(index.edges()) == []


def test_wire_story_in_one_outlet_is_no_footer(tmp_path: Path) -> None:
    """A long story that one outlet ran ten times, with another lead each, is reuse and no formula."""
    texts = {f"a{n}": f"{make_text(300 + n, 20)} {_STORY}" for n in range(10)}
    with ReuseIndex(tmp_path) as index:
        assert len(index.add(texts.items(), outlets=dict.fromkeys(texts, "a"))) == 45


class _Killed(BaseException):
    """The process ends here."""


def test_killed_write_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each point of a write, a killed process leaves the index as it was or as it should be; a repeat completes it."""
    names: list[str] = []
    with ReuseIndex(tmp_path / "count") as index:
        index.add(_FIRST_DAY.items())
        monkeypatch.setattr(steps, "listener", names.append)
        index.add(_SECOND_DAY.items())
        monkeypatch.setattr(steps, "listener", None)
    old, new = set(find_reuse(_FIRST_DAY.items())), set(find_reuse((_FIRST_DAY | _SECOND_DAY).items()))
    assert len(names) > 20
    for stop in range(len(names)):
        folder = tmp_path / str(stop)
        with ReuseIndex(folder) as index:
            index.add(_FIRST_DAY.items())
        left = iter(range(stop))

        def kill(_: str, left: object = left) -> None:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise _Killed

        index = ReuseIndex(folder)
        monkeypatch.setattr(steps, "listener", kill)
        with pytest.raises(_Killed):
            index.add(_SECOND_DAY.items())
        monkeypatch.setattr(steps, "listener", None)
        assert set(index.edges()) in (old, new)
        index.close()
        assert all_edges(folder) in (old, new)
        with ReuseIndex(folder) as index:
            index.add(_SECOND_DAY.items())
            assert set(index.edges()) == new


def test_segments_stay_few_and_nothing_is_left_over(tmp_path: Path) -> None:
    """Thirty additions leave a handful of segments and no file that is not named."""
    with ReuseIndex(tmp_path) as index:
        for number in range(30):
            index.add([(f"t{number}", make_text(400 + number // 2))])
        assert len(list(index.edges())) == 15
    names = {path.name for path in tmp_path.iterdir()}
    segments = [name for name in names if name.endswith(".runs")]
    assert len(segments) <= 6
    assert len(names) == 3 * len(segments) + 2


def test_damaged_index_is_told(tmp_path: Path) -> None:
    """Another program's file, a cut file and another version are refused with what to do."""
    (tmp_path / "index.json").write_text("{}")
    with pytest.raises(CorpusError, match="not what the index"):
        ReuseIndex(tmp_path)
    for cut in ("1.runs", "1.postings", "1.texts.npz", "2.state.npz"):
        folder = tmp_path / cut
        with ReuseIndex(folder) as index:
            index.add(_FIRST_DAY.items())
        (folder / cut).write_bytes((folder / cut).read_bytes()[:-40])
        with pytest.raises(CorpusError) as caught:
            ReuseIndex(folder)
        assert str(folder) in str(caught.value.next_step)


def test_another_containment_is_refused(tmp_path: Path) -> None:
    """An index keeps the containment it was built with."""
    with ReuseIndex(tmp_path, min_containment=0.3) as index:
        index.add(_FIRST_DAY.items())
    with ReuseIndex(tmp_path) as index:
        assert index.min_containment == 0.3
    with pytest.raises(UsageError):
        ReuseIndex(tmp_path, min_containment=0.2)


def test_empty_and_odd_texts_are_taken_in(tmp_path: Path) -> None:
    """Nothing, an empty text, a lone surrogate in text and id, thousands of equal texts."""
    with ReuseIndex(tmp_path) as index:
        assert index.add([]) == []
        assert index.add([("e", ""), ("\ud800", "\ud800 " + _STORY)]) == []
        assert len(index.add((f"{n:04}", _STORY) for n in range(1_000))) == 1_000
    assert len(all_edges(tmp_path)) == 1_000
    assert vault.VERSION == 1
