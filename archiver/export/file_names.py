"""Name the documents of an export by the titles of their articles, so that every system accepts the names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from archiver.models import ArticleRecord
from archiver.text import CONTROL
from archiver.writer.names import number_in

_FORBIDDEN = str.maketrans('<>:"/\\|?*', "＜＞：＂／＼｜？＊")  # full-width forms
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?\Z", re.IGNORECASE)  # devices on Windows
_LONGEST = 150  # bytes in UTF-8; file systems allow 255 with the number and the extension
_UNTITLED = "无标题"


class DocumentNames:
    """The names of the documents of an archive's articles, without extension.

    An article whose title no other article has is named by it alone. Equal titles are told apart by the articles' ids
    and not by a counter, so an article has the same name in each export, whichever others are exported with it. The ids
    of two accounts may be equal, and a title may look like another article's name with ids: where this happens, a
    digest of the article's key is added.

    Args:
        articles: All articles of the archive, not only those of the export.
    """

    def __init__(self, articles: Iterable[ArticleRecord]) -> None:
        self._counts = Counter(name for article in articles for name in {*map(_comparable, _possible_names(article))})

    def name(self, article: ArticleRecord) -> str:
        """Return the name of an article's document."""
        names = _possible_names(article)
        return next((name for name in names if self._counts[_comparable(name)] < 2), names[-1])


def title_name(title: str) -> str:
    """Return a title as a file name without extension: on one line, with only characters that every system accepts."""
    name = " ".join(CONTROL.sub(" ", unicodedata.normalize("NFC", title)).translate(_FORBIDDEN).split())
    name = name.encode("utf-8", "ignore")[:_LONGEST].decode("utf-8", "ignore").strip(" .").lstrip("-~")
    return f"_{name}" if _DEVICE.match(name) else name or _UNTITLED


def _possible_names(article: ArticleRecord) -> tuple[str, str, str]:
    """Return the names that the document of an article may get, the preferred one first."""
    title, number = title_name(article.title), number_in(article.key)
    digest = sha256(article.key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return title, f"{title} ({number})", f"{title} ({number}-{digest})"


def _comparable(name: str) -> str:
    """Return a text that is equal for names that some file systems take for the same file."""
    return unicodedata.normalize("NFKC", name).casefold()
