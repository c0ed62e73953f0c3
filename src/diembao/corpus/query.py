"""The search language: words and "phrases", `-` excludes, `title:` `lead:` `text:` `outlet:` name a field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diembao.errors import UsageError
from diembao.text.normal import exact_key, folded_key, has_diacritics

FIELDS = ("title", "lead", "text")
_WORD = re.compile(r"\w+")
_PART = re.compile(
    r'(?P<minus>-)?(?:(?P<field>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))',
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to look for or exclude; with accents it is compared exactly, else without them."""

    words: tuple[str, ...]
    is_exact: bool
    is_excluded: bool = False
    field: str | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a person typed, understood: all terms must hold, none of the excluded, any of the outlets."""

    terms: tuple[Term, ...]
    outlets: tuple[str, ...] = ()
    excluded_outlets: tuple[str, ...] = ()


def split_words(text: str, *, is_exact: bool) -> tuple[str, ...]:
    """The words of a text as they are indexed."""
    return tuple(_WORD.findall(exact_key(text) if is_exact else folded_key(text)))


def parse_query(text: str) -> SearchQuery:
    """Understand a query; what cannot mean anything is refused with a sentence."""
    plain = re.sub("[“”„«»]", '"', text)
    if plain.count('"') % 2:
        raise UsageError(
            "a quotation mark is missing in {query!r}",
            key="corpus.quote",
            next_step='close the phrase, as in "cao tốc"',
            query=text,
        )
    terms: list[Term] = []
    outlets: dict[bool, list[str]] = {False: [], True: []}
    position = 0
    while position < len(plain):
        if plain[position].isspace():
            position += 1
            continue
        match = _PART.match(plain, position)
        if match is None:
            raise _nothing(plain[position:])
        position = match.end()
        name, value = match["field"], match["phrase"] if match["word"] is None else match["word"]
        is_excluded = match["minus"] is not None
        if name is not None and name.lower() == "outlet":
            outlets[is_excluded].append(value)
        else:
            terms.append(_make_term(value, match[0], name, is_excluded))
    if not terms and not outlets[False] and not outlets[True]:
        raise _nothing(text)
    return SearchQuery(tuple(terms), tuple(outlets[False]), tuple(outlets[True]))


def _make_term(value: str, part: str, name: str | None, is_excluded: bool) -> Term:
    if name is not None and name.lower() not in FIELDS:
        raise UsageError(
            "there is no field {field!r} to search in",
            key="corpus.search_field",
            next_step="fields are title: lead: text: outlet:, or put the words in quotation marks",
            field=name,
        )
    is_exact = has_diacritics(value)
    words = split_words(value, is_exact=is_exact)
    if not words:
        raise _nothing(part)
    return Term(words, is_exact, is_excluded, None if name is None else name.lower())


def _nothing(part: str) -> UsageError:
    return UsageError(
        "there is no word to look for in {part!r}",
        key="corpus.no_words",
        next_step='type words or a phrase, as in "cao tốc" -"Chi Lăng"',
        part=part,
    )
