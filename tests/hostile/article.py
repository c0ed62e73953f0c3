"""A plain news page whose sentences are numbered, so that a lost one is seen."""

from __future__ import annotations

import re

URL = "https://bao.example/tin-12345.html"
TITLE = "Chợ phiên vùng cao mở sớm hơn mọi năm"
DATE = "2026-03-02T08:30:00+07:00"
_TELLS = (
    "chợ phiên mở từ lúc trời còn sương, hàng quán bày kín hai bên con đường mới sửa",
    "xe chở nông sản nối nhau lên dốc, người mua hỏi giá ngay khi hàng chưa kịp dỡ xuống",
    "năm nay gừng được mùa, giá nhích lên so với phiên trước nhưng vẫn bán hết trước trưa",
    "ban quản lý chợ kẻ lại vạch chỗ để xe và đặt thêm thùng rác ở cả hai cổng",
    "khách từ các xã lân cận đi bộ theo đường tắt, tới nơi kịp lúc hàng còn tươi",
    "một góc chợ dành cho vải dệt tay, hoa văn mỗi thôn mỗi khác và không cái nào giống cái nào",
    "quán nước đầu chợ đông nhất vào giữa buổi, khi người bán nghỉ tay và kể chuyện mùa màng",
    "cây cầu nhỏ qua suối vừa thông xe nên quãng đường tới chợ ngắn đi gần một nửa",
    "trời hửng nắng lúc chín giờ, sương tan và cả sườn đồi hiện ra sau dãy mái lá",
    "phiên sau sẽ mở thêm khu gia súc, có người kiểm dịch đứng cổng từ sáng sớm",
    "hàng xáo từ dưới xuôi thuê cả xe lên gom măng khô, mộc nhĩ và mật ong rừng",
    "đến trưa chợ vãn, đường về lại đông như lúc sáng nhưng gùi hàng đã nhẹ",
)
PARAGRAPHS = tuple(f"Câu số {n} của bài kể rằng {tells}." for n, tells in enumerate(_TELLS, 1))
COUNT = len(PARAGRAPHS)
_MARK = re.compile(r"Câu số (\d{1,2}) của bài")

HEAD = (
    f"<title>{TITLE}</title><meta property='og:type' content='article'>"
    f"<meta property='article:published_time' content='{DATE}'><link rel='canonical' href='{URL}'>"
)


def write_page(
    *,
    start: str = "<!DOCTYPE html>",
    head: str = "",
    before: str = "",
    inside: str = "",
    after: str = "",
    mark: str = "<meta charset='utf-8'>",
    usual_head: str = HEAD,
    title: str = TITLE,
    paragraphs: tuple[str, ...] = PARAGRAPHS,
) -> str:
    """The page with something of a stranger's in its head, before, inside or after the article."""
    middle = len(paragraphs) // 2
    first, rest = (
        "".join(f"<p>{part}</p>" for part in parts) for parts in (paragraphs[:middle], paragraphs[middle:])
    )
    return (
        f"{start}<html lang='vi'><head>{mark}{usual_head}{head}</head><body>{before}"
        f"<article><h1>{title}</h1><div class='content'>{first}{inside}{rest}</div></article>{after}</body></html>"
    )


GOOD_PAGE = write_page().encode()


def find_marks(text: str) -> list[int]:
    """The numbers of the sentences that a text holds, in its order."""
    return [int(number) for number in _MARK.findall(text)]


def is_whole(text: str) -> bool:
    """Whether every sentence is there, each once, in order."""
    return find_marks(text) == list(range(1, COUNT + 1))
