"""The fixtures' pages, made as large as WeChat's by a script in their heads."""

from __future__ import annotations

from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"
SEED = FIXTURES / "article--seed-2020"  # the one with its pictures beside it
SIZE = 700_000  # bytes, the mean of the corpus

_LINE = b"var a=function(b){return b&&b.c?b.d:'e'};\n"


def padded(page: bytes, size: int) -> bytes:
    """The page with script in its head, about `size` bytes in all."""
    script = _LINE * ((size - len(page)) // len(_LINE))
    return page.replace(b"</head>", b"<script>" + script + b"</script></head>", 1)


def fixture_pages() -> list[bytes]:
    """Every fixture's page, as large as the mean of the corpus."""
    return [padded(path.read_bytes(), SIZE) for path in sorted(FIXTURES.glob("*/page.html"))]
