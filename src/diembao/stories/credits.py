"""Which agency or outlet a text says it comes from.

Only names that are registered, or are in the table of agencies, are ever returned: a person who is named as the
source is passed over. Credits for a picture are none for the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from diembao.text.normal import fold_text, folded_key
from diembao.text.suffixes import public_suffix
from diembao.types import Outlet

#: where a credit stands: a line (or the last words) of its own, the dateline, or a sentence of the text
Place = Literal["line", "dateline", "running"]

MAX_CREDIT_CHARS = 120
#: of a longer text the beginning and the end are read: for mentions, and for credits (half of it each)
MAX_TEXT_CHARS = 200_000
MAX_ENDS_CHARS = 1_600
#: of so many mentions in sentences no reader wants one more
MAX_MENTIONS = 200
#: lines at the top and at the end of which the whole may be a name ("TTXVN")
_FIRST, _LAST = 2, 3
_MAX_DATELINE = 70
_MAX_NAME_WORDS = 8

#: agencies, in all the forms in which they are credited; their texts run in outlets of other names
_AGENCIES = """
    ttxvn: TTXVN, Thông tấn xã Việt Nam, TTX Việt Nam, Thông tấn xã VN, VNA, Vietnam News Agency, VietnamPlus, Vietnam+,
        Viet Nam News Agency
    afp: AFP, Agence France-Presse
    reuters: Reuters, Thomson Reuters
    ap: AP, Associated Press, The Associated Press
    xinhua: Xinhua, Tân Hoa Xã, THX, Xinhua News Agency
    yonhap: Yonhap, Yonhap News Agency
    kyodo: Kyodo, Kyodo News
    tass: TASS, Itar-Tass
    dpa: DPA
    efe: EFE
    ansa: ANSA
    bernama: Bernama
    antara: Antara
    jiji: Jiji, Jiji Press
    sputnik: Sputnik, RIA Novosti
    bloomberg: Bloomberg
    upi: UPI
    anadolu: Anadolu
    kcna: KCNA
    pti: PTI
"""
#: sites on which an agency publishes its own texts
_AGENCY_SITES = {
    "vietnamplus.vn": "agency:ttxvn",
    "baotintuc.vn": "agency:ttxvn",
    "bnews.vn": "agency:ttxvn",
    "vnanet.vn": "agency:ttxvn",
    "vietnamnews.vn": "agency:ttxvn",
    "lecourrier.vn": "agency:ttxvn",
    "dantocmiennui.vn": "agency:ttxvn",
    "reuters.com": "agency:reuters",
    "apnews.com": "agency:ap",
    "afp.com": "agency:afp",
    "xinhuanet.com": "agency:xinhua",
    "news.cn": "agency:xinhua",
    "yna.co.kr": "agency:yonhap",
    "kyodonews.net": "agency:kyodo",
}
_PRESS_WORDS = (
    "báo điện tử", "trang tin điện tử", "trang thông tin điện tử", "cổng thông tin điện tử", "tạp chí điện tử",
    "đài phát thanh và truyền hình", "đài phát thanh - truyền hình", "đài pt-th", "đài ptth", "đài truyền hình",
    "đài phát thanh", "hãng thông tấn", "hãng tin", "tạp chí", "nhật báo", "phóng viên", "thông tin từ", "tin từ",
    "nguồn tin", "báo", "đài", "trang", "tờ", "kênh", "hãng", "pv", "trang tin", "the newspaper", "news agency",
)  # fmt: skip
_CREDIT_HEAD = (
    r"(?:dẫn\s+(?:theo|lại|từ|nguồn)|trích\s+(?:từ|nguồn)|tổng\s+hợp\s+(?:từ|theo)|tổng\s+hợp|lược\s+dịch|(?:tin\s+|bài\s+)?theo"
    r"|nguồn\s+tin|nguồn(?:\s+bài)?|source|courtesy\s+of|via|bài\s+và\s+ảnh|tin\s+và\s+ảnh|bài,\s*ảnh|tin,\s*ảnh|tin|bài)"
)
_HEAD = re.compile(rf"\W*{_CREDIT_HEAD}(?!\w)[\s:.–-]*", re.IGNORECASE)
#: words that make a line the credit of a picture or a film
_PICTURE = re.compile(
    r"(?<!\w)(?:ảnh|hình|clip|video|đồ họa|đồ hoạ|infographic|photo|photos|image|picture)(?!\w)",
    re.IGNORECASE,
)
_TEXT_AND_PICTURE = re.compile(r"\W*(?:bài|tin)\s*(?:,|và|&|-)\s*ảnh", re.IGNORECASE)
_TAIL_HEAD = re.compile(
    r"\(?\s*(?<!\w)(?:dẫn theo|dẫn từ|dẫn nguồn|theo|nguồn|source)(?!\w)[\s:]+", re.IGNORECASE
)
_MENTION = re.compile(
    r"(?<!\w)(?:theo|dẫn\s+(?:lời|theo|tin|từ|nguồn)|trích|according\s+to|citing|reported\s+by|told)\s+",
    re.IGNORECASE,
)
_BOUNDS = re.compile(r"[()\[\],;/|]|\s[-–—]+\s|\s[-–—]|(?<!\w)(?:và|and|tổng hợp)(?!\w)")
_SENTENCE_END = re.compile(r"[.!?…”\"’»:]\s*$")
_BEHIND_SENTENCE = re.compile(r"[.!?…”\"’»)]\s+(?=[^\W\d_])")
_DATELINE_NAME = re.compile(r"\(([^()\n]{2,60})\)")
_AFTER_DATELINE = re.compile(r"\s*(?:[-–—:.,]|$)")
_URL_HEAD = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10}", re.ASCII)
_SMALL_WORDS = frozenset(["và", "&", "của", "về", "the", "of", "and", "news", "online", "báo", "tạp", "chí"])


@dataclass(frozen=True, slots=True)
class Credit:
    """A source that a text names: an outlet's id or an agency ("agency:ttxvn"), and where the credit stands."""

    outlet_id: str
    place: Place


def name_outlets(outlets: Iterable[Outlet]) -> dict[str, str]:
    """The written forms of outlets (folded) and their ids, for `find_credits`.

    A name, its domains; the name without "Báo" or "Tạp chí", without spaces; the first label of a domain. A form
    that two outlets share belongs to the one whose it is more directly, else to nobody. A province's bare name is
    no outlet's ("Báo Lạng Sơn" needs its "Báo").
    """
    forms: dict[str, tuple[int, str | None]] = {}
    for outlet in outlets:
        for rank, form in _list_forms(outlet):
            known = forms.get(form, (9, None))
            if rank < known[0]:
                forms[form] = rank, outlet.outlet_id
            elif rank == known[0] and known[1] != outlet.outlet_id:
                forms[form] = rank, None
    return {form: outlet_id for form, (_, outlet_id) in forms.items() if outlet_id is not None}


def name_agencies(outlets: Iterable[Outlet]) -> dict[str, str]:
    """For outlets on whose sites an agency publishes its own texts, that agency ("agency:ttxvn")."""
    found: dict[str, str] = {}
    for outlet in outlets:
        for domain in outlet.domains:
            for site, agency in _AGENCY_SITES.items():
                if domain == site or domain.endswith(f".{site}"):
                    found[outlet.outlet_id] = agency
    return found


def find_credits(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The agencies and outlets that the text credits as its source, on a line of its own or in the dateline.

    `names` leads from folded names and domains to outlet ids (`name_outlets`); it goes before the table of
    agencies. Give the lead and the text, parted by a line break. Each id once, the dateline's first. Names in
    running sentences are not among them.
    """
    return tuple(dict.fromkeys(credit.outlet_id for credit in _list_strong(text, names)))


def list_credits(text: str, names: Mapping[str, str]) -> tuple[Credit, ...]:
    """Every source that the text names, with the place; "running" is weak evidence (a sentence quotes it)."""
    strong = list(_list_strong(text, names))
    known = {credit.outlet_id for credit in strong}
    plain = fold_text(_cut(text, MAX_TEXT_CHARS)).text
    weak = [*_read_middle(plain, names), *_read_mentions(plain, names)]
    return tuple(dict.fromkeys([*strong, *(Credit(name, "running") for name in weak if name not in known)]))


def _list_strong(text: str, names: Mapping[str, str]) -> Iterator[Credit]:
    """The credits at both ends of the text: only those are read."""
    plain = fold_text(_cut(text.strip(), MAX_ENDS_CHARS)).text
    lines = [line for line in map(str.strip, plain.split("\n")) if line]
    for line in lines[:_FIRST]:  # the dateline stands in the lead or at the head of the text
        yield from (Credit(name, "dateline") for name in _read_dateline(line, names))
    for line in lines[:_FIRST]:
        yield from (Credit(name, "line") for name in _read_line(line, names, may_be_bare=False))
    for line in lines[_FIRST:][-_LAST:]:
        found = _read_line(line, names, may_be_bare=True) or _read_tail(line, names)
        yield from (Credit(name, "line") for name in found)
    if 0 < len(lines) <= _FIRST:
        yield from (Credit(name, "line") for name in _read_tail(lines[-1], names))


def _cut(text: str, most: int) -> str:
    """The beginning and the end of a longer text, as lines of their own."""
    return text if len(text) <= most else f"{text[: most // 2]}\n{text[-(most // 2) :]}"


def _read_middle(plain: str, names: Mapping[str, str]) -> Iterator[str]:
    """The sources of lines "Nguồn: X" anywhere: they belong to a picture or a table as often as to the text."""
    for line in map(str.strip, plain.split("\n")):
        if 2 < len(line) <= MAX_CREDIT_CHARS:
            yield from _read_line(line, names, may_be_bare=False)


# ------------------------------------------------------------------ names


def _list_forms(outlet: Outlet) -> Iterator[tuple[int, str]]:
    """Forms of an outlet's name, with how far each is from the name as registered."""
    name = _fold_name(outlet.name)
    bare = _drop_press_word(name)
    is_place = outlet.place is not None and bare == _fold_name(outlet.place)
    yield 0, f"bao {name}" if is_place and name == bare else name
    for form in (name, bare):
        if form != bare or not is_place:
            yield 1, form
            yield 1, form.replace("&", "va")
            yield 2, form.replace(" ", "")
    for domain in outlet.domains:
        host = domain.lower()
        yield 0, host
        label = host.removesuffix(f".{public_suffix(host)}").rpartition(".")[2]
        if len(label) >= 3:
            yield 3, label


@cache
def _agency_names() -> dict[str, str]:
    names: dict[str, str] = {}
    agency = ""
    for word in re.split(r"[,\n]", _AGENCIES):
        head, colon, rest = word.partition(":")
        if colon:
            agency = f"agency:{head.strip()}"
        name = (rest if colon else head).strip()
        if name:
            names[_fold_name(name)] = agency
    return names


def _fold_name(name: str) -> str:
    return " ".join(folded_key(name).split())


@cache
def _press_pattern() -> re.Pattern[str]:
    words = sorted((_fold_name(word) for word in _PRESS_WORDS), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})\s+")


def _drop_press_word(folded: str) -> str:
    found = _press_pattern().match(folded)
    return folded[found.end() :] if found is not None else folded


def _resolve(chunk: str, names: Mapping[str, str]) -> str | None:
    """The outlet or agency that a few words name, as a whole; None for anything else."""
    words = _fold_name(chunk).strip(" .:;,*\"'“”‘’–—-_")
    if not 2 <= len(words) <= 80:
        return None
    table = _agency_names()
    # abbreviations are written in plain capitals: "AP" is an agency, "Ấp" is a hamlet
    is_short = len(words) <= 3 and words in table and words not in names
    if is_short and words.upper() not in chunk:
        return None
    for _ in range(3):
        found = names.get(words) or table.get(words) or names.get(words.replace("&", "va"))
        if found is not None:
            return found
        shorter = _drop_press_word(words)
        if shorter == words:
            break
        words = shorter
    return _resolve_domain(words, names)


def _resolve_domain(words: str, names: Mapping[str, str]) -> str | None:
    host = _URL_HEAD.sub("", words, count=1).partition("/")[0]
    if not _DOMAIN.fullmatch(host):
        return None
    while "." in host:
        found = names.get(host) or _AGENCY_SITES.get(host)
        if found is not None:
            return found
        host = host.partition(".")[2]
    return None


# ------------------------------------------------------------------ places


def _read_chunks(part: str, names: Mapping[str, str]) -> tuple[list[str], bool]:
    """The sources among the parts of a credit, and whether every part could be a name (no sentence)."""
    found: list[str] = []
    is_names = True
    whole = _resolve(part, names)
    if whole is not None:
        return [whole], True
    for piece in _BOUNDS.split(part):
        chunk = _HEAD.sub("", piece, count=1).strip()
        if not chunk:
            continue
        name = _resolve(chunk, names)
        if name is not None:
            found.append(name)
        elif not _could_be_name(chunk):
            is_names = False
    return found, is_names


def _could_be_name(chunk: str) -> bool:
    words = chunk.split()
    return len(words) <= _MAX_NAME_WORDS and all(
        not word[0].isalpha() or word[0].isupper() or word.lower() in _SMALL_WORDS for word in words
    )


def _without_picture(line: str) -> str:
    """The line up to the credit of a picture."""
    both = _TEXT_AND_PICTURE.match(line)
    picture = _PICTURE.search(line, both.end() if both else 0)
    return line[: picture.start()] if picture is not None else line


def _read_line(line: str, names: Mapping[str, str], *, may_be_bare: bool) -> list[str]:
    """The sources of a line that is nothing but a credit; `may_be_bare`: names alone are one, too."""
    if len(line) > MAX_CREDIT_CHARS:
        return []
    head = _HEAD.match(line)
    if head is None and not may_be_bare and not line.startswith("("):
        return []
    kept = _without_picture(line)
    found, is_names = _read_chunks(
        kept[head.end() :] if head is not None and head.end() <= len(kept) else kept, names
    )
    return found if is_names else []


def _read_tail(line: str, names: Mapping[str, str]) -> list[str]:
    """The sources in the last words of a line: `(Theo X)`, `(X)`, `. Theo X`."""
    found: list[str] = []
    rest = line[-400:].rstrip(' .*/|"”')
    for _ in range(3):
        if not rest.endswith(")"):
            break
        opening = rest.rfind("(")
        if opening < 0 or len(rest) - opening > MAX_CREDIT_CHARS:
            break
        found = _read_parenthesis(rest[:opening], rest[opening + 1 : -1], names) + found
        rest = rest[:opening].rstrip()
    return _read_last_words(rest, line[-400:], names) + found


def _read_last_words(rest: str, whole: str, names: Mapping[str, str]) -> list[str]:
    """The sources in what stands behind the last sentence; `rest` is the line without its last parentheses."""
    for tail in list(_TAIL_HEAD.finditer(rest, max(0, len(rest) - MAX_CREDIT_CHARS)))[-2:]:
        # a capital in mid-sentence begins a credit, too: "… ngày 3/5 Theo X"
        if tail[0].lstrip(" (")[0].islower() and not _SENTENCE_END.search(rest[: tail.start()]):
            continue
        credited, is_names = _read_chunks(_without_picture(rest[tail.end() :]), names)
        if is_names and credited:
            return credited
    ends = list(_BEHIND_SENTENCE.finditer(whole, max(0, len(whole) - MAX_CREDIT_CHARS)))
    if not ends:
        return []
    last = whole[ends[-1].end() :].rstrip(" .*")
    credited, is_names = (
        _read_chunks(_HEAD.sub("", last, count=1), names) if last == _without_picture(last) else ([], False)
    )
    return credited if is_names else []


def _read_parenthesis(before: str, inside: str, names: Mapping[str, str]) -> list[str]:
    if _PICTURE.search(inside):
        return []
    head = _HEAD.match(inside)
    found, is_names = _read_chunks(inside[head.end() :] if head is not None else inside, names)
    if not is_names:
        return []
    # a name alone stands behind a finished sentence, else it explains the word before it ("… Việt Nam (TTXVN)")
    is_credit = head is not None or not before.strip() or _SENTENCE_END.search(before) is not None
    return found if is_credit else []


def _read_dateline(line: str, names: Mapping[str, str]) -> list[str]:
    """The sources at the head of a text: `Hà Nội (TTXVN) - …`, `(VNA) …`, `TTXVN - …`."""
    start = line[: _MAX_DATELINE + 60]
    mark = _DATELINE_NAME.search(start[: _MAX_DATELINE + 30])
    if mark is not None:
        before = start[: mark.start()].strip()
        is_place = not before or (
            _could_be_name(re.sub(r"\d[\d/.-]*|ngày|tháng", "", before)) and len(before) <= 50
        )
        if is_place and (not before or _AFTER_DATELINE.match(line, mark.end())):
            return _read_parenthesis("", re.sub(r"\s\d[\d/.-]*\s*$", "", mark[1]), names)
    head = re.match(r"(.{2,40}?)\s+[-–—]{1,2}\s", start)
    if head is None:
        return []
    name = _resolve(head[1].rpartition(",")[2], names)
    return [name] if name is not None else []


def _read_mentions(plain: str, names: Mapping[str, str]) -> Iterator[str]:
    """The sources that sentences name: `Theo TTXVN, hôm qua …`, `theo báo X`."""
    for count, mention in enumerate(_MENTION.finditer(plain)):
        if count >= MAX_MENTIONS:
            return
        words = plain[mention.end() : mention.end() + 100].split("\n", 1)[0].split()[:_MAX_NAME_WORDS]
        for length in range(len(words), 0, -1):
            chunk = " ".join(words[:length])
            if not _ends_name(words, length) or not _is_written_as_name(chunk):
                continue
            name = _resolve(chunk, names)
            if name is not None:
                yield name
                break


def _ends_name(words: list[str], length: int) -> bool:
    """Whether a name may end there: a sign follows, or a word that is not part of a name."""
    if length == len(words) or words[length - 1][-1] in ',.;:)!?”"':
        return True
    following = words[length]
    return not following[0].isalpha() or following[0].islower()


def _is_written_as_name(chunk: str) -> bool:
    """A press word before it, a domain, or capitals throughout: "theo thanh niên", "theo Thanh tra" name nobody."""
    folded = _fold_name(chunk).strip(' .,;:)!?”"')
    if _drop_press_word(folded) != folded or _DOMAIN.fullmatch(folded):
        return True
    words = [word for word in chunk.split() if word[0].isalpha()]
    return (
        bool(words) and (folded in _agency_names() or len(words) == 1) and all(w[0].isupper() for w in words)
    )
