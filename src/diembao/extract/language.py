"""The language of a text: Vietnamese by its letters, others by their profile, `und` when too short to tell."""

from __future__ import annotations

import re

from diembao.text.normal import to_nfc

MIN_LETTERS = 20
#: profiles of shorter texts are believed only when they are close
SURE_LETTERS = 80
SAMPLE_CHARS = 3_000
#: letters that only Vietnamese writes
_VIETNAMESE = re.compile(
    "[ơưđăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹƠƯĐĂẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ]"
)
_LETTERS = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str:
    """A language code of two letters, or `und`."""
    from resiliparse.parse.lang import detect_fast

    sample = to_nfc(text[:SAMPLE_CHARS])
    letters = sum(map(len, _LETTERS.findall(sample)))
    if letters < MIN_LETTERS:
        return "und"
    if not sample.isascii() and len(_VIETNAMESE.findall(sample)) >= max(2, letters * 0.05):
        return "vi"
    code, _ = detect_fast(sample, cutoff=1_200 if letters >= SURE_LETTERS else 1_000)
    return code if isinstance(code, str) and code != "unknown" else "und"
