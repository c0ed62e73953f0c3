"""Public suffixes: below which names anyone may register a domain.

The full public suffix list has 10,000 rules, changes weekly and would be a data file to read. We need it only
so that `m.vn` is not cut to `vn` and `com.vn` is not taken for an outlet; the rules of .vn (with the names of
the provinces, opened for registration in 2023) and the usual second levels of other countries do that.
An unknown suffix is read as one label.
"""

from __future__ import annotations

from functools import lru_cache

_VN_SECTORS = "ac ai biz com edu gov health id info int io name net org pro"
_VN_PROVINCES = """
    angiang bacgiang backan baclieu bacninh baria-vungtau bentre binhdinh binhduong binhphuoc binhthuan
    camau cantho caobang daklak daknong danang dienbien dongnai dongthap gialai hagiang haiduong
    haiphong hanam hanoi hatinh haugiang hoabinh hungyen khanhhoa kiengiang kontum laichau lamdong
    langson laocai longan namdinh nghean ninhbinh ninhthuan phutho phuyen quangbinh quangnam quangngai
    quangninh quangtri soctrang sonla tayninh thaibinh thainguyen thanhhoa thanhphohochiminh
    thuathienhue tiengiang travinh tuyenquang vinhlong vinhphuc yenbai
"""
_VN = frozenset(f"{label}.vn" for label in f"{_VN_SECTORS} {_VN_PROVINCES}".split())

#: second levels that two-letter countries other than .vn open for registration
_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "gv", "idv"}) | frozenset(
    {"mil", "ne", "net", "nom", "or", "org"}
)


@lru_cache(maxsize=8192)
def public_suffix(host: str) -> str:
    """The part of a lower-case host below which anyone may register: `com.vn` of `bao.com.vn`."""
    labels = host.rsplit(".", 2)
    if len(labels) == 1:
        return host
    last_two = f"{labels[-2]}.{labels[-1]}"
    if labels[-1] == "vn":
        return last_two if last_two in _VN else "vn"
    is_country = len(labels[-1]) == 2
    return last_two if is_country and labels[-2] in _SECOND_LEVELS else labels[-1]


def is_public_suffix(host: str) -> bool:
    """Whether the host is nobody's own domain."""
    return public_suffix(host) == host
