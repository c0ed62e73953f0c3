"""What is known of charsets wherever strangers' bytes are read: byte order marks, and names that are none."""

from __future__ import annotations

import codecs

#: UTF-32 stands before UTF-16, whose mark its own begins with
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: codecs of Python that are no charset of the web; the first two take quadratic time
NO_CHARSETS = frozenset(
    [
        "idna",
        "punycode",
        "unicode-escape",
        "raw-unicode-escape",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "oem",
    ]
)
