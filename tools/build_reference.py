"""Write the generated pages of docs/reference: commands, settings, records, and the tables in files.md.

    python tools/build_reference.py            writes them
    python tools/build_reference.py --check    exit 1 where one is out of date (tests/unit/test_docs.py asks the same)

The text comes from the commands, settings and records themselves; the Vietnamese lines stand here, and a
command or setting without one stops the build.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from diembao import types
from diembao.cli.root import EXIT_HELP, cli
from diembao.corpus.schemas import PINNED, SCHEMAS
from diembao.settings import KEYS

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/build_reference.py; change the software, not this page. -->"

COMMANDS_VI = {
    "": "Điểm báo: đo việc đưa tin một cách trung thực; con số nào cũng tính lại được.",
    "init": "Lập thư mục dự án với tệp `diembao.toml` có chú thích.",
    "config": "Các thiết lập đang có hiệu lực.",
    "config show": "In mọi thiết lập, giá trị và nơi đặt.",
    "data": "Các phiên bản của dữ liệu đã thu thập.",
    "data snapshot": "Ghim trạng thái hiện tại: phiên bản các bảng, số thứ tự của desk, các mã kiểm tra, bản phần mềm.",
    "verify": "Kiểm tra mọi điều kiện mà dữ liệu đã lưu phải thỏa, mỗi quy tắc một dòng.",
    "doctor": "Cho biết máy và dự án có sẵn sàng không, thiếu gì thì làm gì.",
    "outlet": "Đăng ký cơ quan báo chí, xem đã giao bài gì và chỗ nào thu thập bị hổng.",
    "outlet add": "Đăng ký một cơ quan báo chí, hoặc lấy từ danh bạ kèm theo (`--directory vn`).",
    "outlet drop-feed": "Thôi hỏi một danh sách tin (theo địa chỉ hoặc mã): từ nay không thiếu gì của nó; "
    "những gì nó đã cho vẫn còn.",
    "outlet list": "Liệt kê cơ quan báo chí đã đăng ký.",
    "outlet check": "Từng cơ quan đã giao gì, danh sách tin nào chưa giao bài, đồng hồ sai ra sao.",
    "outlet gaps": "Liệt kê lỗ hổng thu thập, có bằng chứng.",
    "outlet opml": "Danh sách tin ở dạng OPML.",
    "outlet opml import": "Đăng ký các danh sách tin của một tệp OPML, kết quả theo từng dòng.",
    "outlet opml export": "Xuất mọi danh sách tin đã đăng ký ra OPML.",
    "topic": "Báo cáo nói về gì: một địa phương với các đơn vị theo thời gian, hoặc các cụm từ.",
    "topic new": "Viết hồ sơ chủ đề từ danh mục địa danh hoặc từ các cụm từ.",
    "topic list": "Liệt kê chủ đề của dự án.",
    "topic test": "Cho thấy đoạn chữ khớp với gì và vì sao.",
    "import": "Nhập những gì đã thu thập ở nơi khác; dòng nào cũng được nhận, đã biết, hoặc bị từ chối có lý do.",
    "import history": "Nhập lịch sử danh sách tin, kèm các lần bộ thu thập chạy và các danh sách tin đã cấu hình.",
    "import articles": "Nhập bài toàn văn từ JSONL hoặc CSV.",
    "import clips": "Nhập danh sách điểm báo của cơ quan (XLSX hoặc CSV); không phải mẫu xác suất.",
    "import warc": "Nhập trang của các cơ quan báo chí đã đăng ký từ tệp WARC, ARC hoặc WACZ.",
    "import html": "Nhập một thư mục trang đã lưu của một cơ quan báo chí; trang nào cũng phải cho biết lưu từ địa chỉ nào.",
    "collect": "Hỏi các cơ quan báo chí đã đăng ký xem có gì mới: robots.txt trước, mỗi máy chủ một kết nối, "
    "bằng chứng lưu trong tệp WARC.",
    "outlet discover": "Tìm danh sách tin (feed) và sơ đồ trang (sitemap) của một trang báo; hỏi robots.txt trước.",
    "articles": "Tìm, liệt kê và xem bài.",
    "articles search": "Tìm từ và cụm từ, có loại trừ, gõ không dấu cũng được.",
    "articles list": "Liệt kê bài theo ngày đăng.",
    "stories": "Dòng sự kiện: bài của các báo về cùng một sự việc, bài đăng lại đã gộp.",
    "stories list": "Liệt kê dòng sự kiện, dòng lớn nhất trước.",
    "stories show": "Xem một dòng sự kiện: ai đăng đầu tiên, từng nội dung theo ngày.",
    "stories merge": "Ghi rằng nhiều dòng sự kiện là một.",
    "stories split": "Ghi rằng một số bài của một dòng nói về chuyện khác; bài đăng lại đi theo nội dung của nó.",
    "stories pin": "Giữ các nội dung của một dòng ở cùng nhau, dưới mã của nó, dù sau này có gì thêm.",
    "stories edits": "Liệt kê những gì người dùng đã ghi về dòng sự kiện và đang có hiệu lực.",
    "stories withdraw": "Rút một chỉnh sửa; nó vẫn được lưu lại.",
    "articles show": "Xem một bài: đã nhận gì, từng mốc giờ đọc ở đâu, vì sao khớp chủ đề.",
    "releases": "Thông cáo báo chí: cơ quan đã phát hành gì, để so với những gì báo đã đăng.",
    "releases import": "Nhập thông cáo từ một thư mục (DOCX, PDF, HTML, văn bản thuần), một tệp, "
    "một danh sách (CSV, JSONL) hoặc một tệp danh sách tin đã lưu.",
    "releases list": "Liệt kê thông cáo theo ngày phát hành, mỗi thông cáo được bao nhiêu bài sử dụng.",
    "releases show": "Xem một thông cáo: toàn văn, và từng bài có đoạn chung, đặt cạnh nhau.",
    "releases withdraw": "Rút một thông cáo nhập nhầm khỏi mọi số đếm về sau; có thể nhập lại.",
    "process": "Cập nhật mọi thứ được suy ra: đồng hồ, lỗ hổng, chỉ mục tìm kiếm, đối chiếu chủ đề.",
    "report": "Lập báo cáo, hoặc đối chiếu lại từng con số.",
    "report build": "Viết báo cáo: một tệp HTML, một tệp Excel và một thư mục CSV, ghim vào một phiên bản dữ liệu.",
    "report verify": "Tính lại mọi con số in trong báo cáo từ phiên bản đã ghim, rồi so.",
    "report list": "Liệt kê các báo cáo đã lập trong dự án.",
    "demo": "Dựng dự án mẫu và mở báo cáo hoàn chỉnh; báo và bài đều do phần mềm đặt ra.",
}

SETTINGS_VI = {
    "project.name": "tên dự án",
    "project.timezone": "múi giờ để cắt ngày, tuần, tháng",
    "interface.language": "ngôn ngữ của thông báo: `vi` hoặc `en`; để trống thì theo môi trường",
    "report.language": "ngôn ngữ của báo cáo: `vi` hoặc `en`",
    "report.busiest_days": "báo cáo liệt kê bao nhiêu ngày nhiều bài nhất",
    "numbers.few_articles": "dưới số bài này, báo cáo nói rõ dữ liệu ít đến mức nào",
    "collect.contact": "thư hoặc trang liên hệ ghi trong User-Agent; để trống thì không tải gì từ mạng",
    "collect.daily_pages": "mỗi cơ quan báo chí được hỏi nhiều nhất chừng này trang trong 24 giờ",
    "collect.loopback_port": "chỉ cho thử nghiệm và bản mẫu: mọi cơ quan báo chí nằm ở cổng này của 127.0.0.1; 0 là mạng thật",
}


# ------------------------------------------------------------------ commands


def walk_commands(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path, groups before their members, in order of name."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from walk_commands(command.commands[name], (*path, name))


def write_commands() -> str:
    """docs/reference/commands.md."""
    lines = [
        "# Lệnh · Commands",
        "",
        NOTE,
        "",
        "Trang này sinh từ chính các lệnh; `diembao LỆNH --help` in cùng nội dung.",
        "Kết quả ra stdout, tiến độ và thông báo ra stderr; `--json` in kết quả cho máy đọc.",
        "",
        "This page is made from the commands themselves; `diembao COMMAND --help` prints the same.",
        "Results go to stdout, progress and messages to stderr; `--json` prints results for programs.",
        "",
        " ".join(EXIT_HELP.split()) + " See [errors](errors.md).",
    ]
    for path, command in walk_commands():
        lines += ["", *_describe_command(path, command)]
    return "\n".join(lines) + "\n"


def _describe_command(path: tuple[str, ...], command: click.Command) -> list[str]:
    name = " ".join(path)
    if name not in COMMANDS_VI:
        raise SystemExit(f"tools/build_reference.py has no Vietnamese line for the command {name!r}")
    title = " ".join(("diembao", *path))
    lines = [f"{'##' if len(path) < 2 else '###'} {title}", "", COMMANDS_VI[name], ""]
    lines += [" ".join((command.help or "").split("\f")[0].split()), ""]
    context = click.Context(command, info_name=title)
    lines += ["```text", " ".join([title, *command.collect_usage_pieces(context)]), "```"]
    rows = [row for parameter in command.params if (row := _describe_parameter(parameter))]
    if rows:
        lines += ["", "| | |", "| --- | --- |", *rows]
    return lines


def _describe_parameter(parameter: click.Parameter) -> str | None:
    if isinstance(parameter, click.Argument):
        return None
    assert isinstance(parameter, click.Option)
    name = ", ".join(f"`{option}`" for option in parameter.opts)
    if isinstance(parameter.type, click.Choice):
        name += " `" + r"\|".join(map(str, parameter.type.choices)) + "`"
    notes = [parameter.help or ""]
    if parameter.required:
        notes.append("Required.")
    if parameter.show_default:
        notes.append(f"Default {parameter.default}.")
    return f"| {name} | {' '.join(note for note in notes if note).replace('|', chr(92) + '|')} |"


# ------------------------------------------------------------------ settings


def write_settings() -> str:
    """docs/reference/settings.md."""
    lines = [
        "# Thiết lập · Settings",
        "",
        NOTE,
        "",
        "Một tệp `diembao.toml` trong thư mục dự án; khóa nào cũng có thể bỏ.",
        "Thứ tự, mạnh trước: dòng lệnh, biến môi trường, `diembao.toml` của dự án, tệp riêng của người dùng, giá trị có sẵn.",
        "`diembao config show --origin` in giá trị đang dùng và nơi đặt.",
        "Khóa lạ là lỗi, và lỗi nêu khóa gần nhất.",
        "",
        "One `diembao.toml` in the project folder; every key may be left out.",
        "Order, strongest first: command line, environment, the project's `diembao.toml`, the user's own file "
        "(`~/.config/diembao/config.toml`, or under `XDG_CONFIG_HOME`), built-in.",
        "`diembao config show --origin` prints what holds and where it was set.",
        "An unknown key is an error that names the nearest known one.",
        "Secrets never stand here.",
        "",
        "“Số liệu” là có: đổi khóa này thì báo cáo đã lập không còn khớp khi `report verify`.",
        "",
        "“In numbers” is yes: a printed number depends on it, so a changed value makes `report verify` of an "
        "older report fail and say so.",
        "",
        "| khóa · key | có sẵn · built-in | biến môi trường · environment | số liệu · in numbers | là gì · what |",
        "| --- | --- | --- | --- | --- |",
    ]
    for key in KEYS:
        if key.name not in SETTINGS_VI:
            raise SystemExit(f"tools/build_reference.py has no Vietnamese line for the setting {key.name!r}")
        variable = "DIEMBAO_" + key.name.upper().replace(".", "_")
        default = f"`{key.default}`" if key.default != "" else "trống · empty"
        is_in = "có · yes" if key.in_numbers else "không · no"
        lines.append(
            f"| `{key.name}` | {default} | `{variable}` | {is_in} | {SETTINGS_VI[key.name]} · {key.what} |"
        )
    lines += [
        "",
        "`DIEMBAO_LANGUAGE` (`vi`, `en`) chọn ngôn ngữ thông báo khi thiết lập để trống.",
        "",
        "`DIEMBAO_LANGUAGE` (`vi`, `en`) chooses the language of messages where the setting is empty.",
        "",
        "## Nhóm cơ quan báo chí tự đặt · Outlet classes of your own",
        "",
        "Nhóm tự đặt phải có định nghĩa; báo cáo in định nghĩa và mọi thành viên.",
        "",
        "A class of your own needs a definition; reports print it with all members.",
        "",
        "```toml",
        "[classes.border]",
        'definition = "outlets of the provinces on the northern border"',
        "```",
    ]
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------ records


def write_records() -> str:
    """docs/reference/records.md, from the source of types.py."""
    lines = [
        "# Bản ghi · Records",
        "",
        NOTE,
        "",
        "Các phòng trong phần mềm trao cho nhau những bản ghi bất biến này (`diembao.types`).",
        "Giờ luôn là UTC có múi giờ; ngày địa phương chỉ tính khi hiển thị.",
        "",
        "Rooms hand each other these frozen records (`diembao.types`).",
        "Times are UTC and aware; the local day is computed when shown.",
        "`article_id` is the first 16 hex digits of SHA-256 over the address key, `revision` the same over title, "
        "lead, text and the stated time.",
    ]
    source = Path(types.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source)
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and "Literal[" in (ast.get_source_segment(source, node.value) or ""):
            target = node.targets[0]
            values = ", ".join(f"`{c.value}`" for c in ast.walk(node.value) if isinstance(c, ast.Constant))
            names.append(f"| `{ast.unparse(target)}` | {values} |")
    lines += ["", "| loại · kind | giá trị · values |", "| --- | --- |", *names]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            lines += ["", f"## {node.name}", "", *_sentences(ast.get_docstring(node) or "")]
            lines += ["", "| | |", "| --- | --- |"]
            for field in node.body:
                if isinstance(field, ast.AnnAssign):
                    kind = ast.unparse(field.annotation).replace("|", r"\|")
                    default = f", `{ast.unparse(field.value)}`" if field.value is not None else ""
                    lines.append(f"| `{ast.unparse(field.target)}` | `{kind}`{default} |")
    return "\n".join(lines) + "\n"


def _sentences(text: str) -> list[str]:
    """One sentence per line."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    found: list[str] = []
    for paragraph in paragraphs:
        found += re.split(r"(?<=[.:])\s+(?=[A-Z`])", paragraph)
        found.append("")
    return found[:-1]


# ------------------------------------------------------------------ tables of the corpus


def write_tables() -> str:
    """The generated part of files.md."""
    lines = []
    for name, schema in SCHEMAS.items():
        pinned = "ghim trong snapshot · pinned" if name in PINNED else "không ghim · not pinned"
        lines += [f"### {name} ({pinned})", "", "| cột · column | kiểu · type |", "| --- | --- |"]
        lines += [f"| `{field.name}` | {field.type} |" for field in schema]
        lines.append("")
    return "\n".join(lines)


def fill_block(page: str, name: str, content: str) -> str:
    """The page with its generated block of that name renewed."""
    begin, end = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
    head, _, rest = page.partition(begin)
    if end not in rest:
        raise SystemExit(f"the page has no block {begin} … {end}")
    return f"{head}{begin}\n\n{content}\n{end}{rest.partition(end)[2]}"


def build_pages() -> dict[Path, str]:
    """Every generated page with its content."""
    files = REFERENCE / "files.md"
    return {
        REFERENCE / "commands.md": write_commands(),
        REFERENCE / "settings.md": write_settings(),
        REFERENCE / "records.md": write_records(),
        files: fill_block(files.read_text(encoding="utf-8"), "tables", write_tables()),
    }


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    stale = [
        path
        for path, content in build_pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    if "--check" in arguments:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)}; run python tools/build_reference.py")
        return 1 if stale else 0
    for path, content in build_pages().items():
        path.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
