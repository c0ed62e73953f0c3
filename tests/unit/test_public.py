"""What `import diembao` offers: the listed names, loaded when first used."""

from __future__ import annotations

import subprocess
import sys

import diembao


def test_every_offered_name_can_be_loaded() -> None:
    """The public list and what can be loaded are the same."""
    assert sorted(diembao._OFFERED) == sorted(diembao.__all__)
    for name in diembao.__all__:
        assert getattr(diembao, name).__name__ == name


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import diembao` alone loads no numpy, no DuckDB and no gazetteer."""
    code = (
        "import sys, diembao\n"
        "heavy = {'numpy', 'duckdb', 'pyarrow', 'deltalake', 'tantivy', 'click'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_bare_province_name_means_the_province() -> None:
    """The stable functions work together as the documentation shows them."""
    topic = diembao.place_topic("Lạng Sơn")
    match = diembao.match_topic(topic, title="Lạng Sơn mở chợ đêm Kỳ Lừa", text="")
    assert match.decision == "about"
    hit = match.mentions[0]
    assert (hit.field, hit.start, hit.end, hit.surface) == ("title", 0, 8, "Lạng Sơn")
    assert diembao.article_key("https://m.bao.example/tin-1.html?utm_source=zalo") == diembao.article_key(
        "http://bao.example/tin-1.html"
    )
