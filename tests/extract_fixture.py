"""Pages of our own writing for the tests of extraction: Vietnamese news in form, made up in content."""

from __future__ import annotations

from typing import Any

from diembao.extract.careful import extract_page
from diembao.types import ExtractedArticle

TITLE = "Lạng Sơn - Cao Bằng ký kết hợp tác: 5 việc làm ngay"
LEAD = "Sáng 22/9, hai tỉnh Lạng Sơn và Cao Bằng ký chương trình hợp tác giai đoạn mới, nêu năm việc làm ngay trong quý này."
PARAGRAPHS = (
    "Theo chương trình, hai bên cùng sửa 14 km đường nối các xã giáp ranh, bắt đầu từ đoạn hay sạt lở mỗi mùa mưa.",
    "Việc thứ hai là mở chung một đường dây nóng cho người dân hai tỉnh hỏi về thủ tục đất đai và hộ tịch.",
    "Hai bên cũng thống nhất dạy nghề cho lao động trẻ, mỗi năm mở sáu lớp, học phí do ngân sách chi trả.",
    "Phần việc còn lại gồm trồng rừng đầu nguồn, chia sẻ số liệu mưa lũ và tổ chức chợ phiên luân phiên.",
)
URL = "https://baolangson.vn/lang-son-cao-bang-ky-ket-hop-tac-5060001.html"


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts or PARAGRAPHS)


def make_page(
    *,
    body: str | None = None,
    head: str = "",
    title: str = TITLE,
    before: str = "",
    after: str = "",
    lead: str = LEAD,
) -> str:
    """A plain article page: heading, lead, body, with room for what a test is about."""
    inner = paragraphs() if body is None else body
    sapo = f'<h2 class="sapo">{lead}</h2>' if lead else ""
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:type" content="article">{head}</head>'
        f'<body><div class="page">{before}<h1>{title}</h1>{sapo}<div class="detail-content">{inner}</div>'
        f"{after}</div></body></html>"
    )


def read(page: str | bytes, **more: Any) -> ExtractedArticle:
    """The page as the careful reading gives it."""
    body = page.encode("utf-8") if isinstance(page, str) else page
    return extract_page(body, **{"url": URL, **more})
