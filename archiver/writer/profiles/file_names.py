"""Make file names of posts from the titles of articles: portable, and of limited length."""

from __future__ import annotations

import re
import unicodedata

from archiver.models import Article
from archiver.writer.names import number_in

# Maximum length of a post's file name in bytes. eCryptfs allows 143, Windows 260 characters for the whole path.
LONGEST_POST = 120

_KEPT = frozenset("._")  # they need no quoting in a shell, and Windows allows them
_DOTS = re.compile(r"-?\.\.+-?")


def article_number(article: Article) -> str:
    """Return a text to append to the file name of a post, so that posts with the same title get different names.

    This is `<mid>-<idx>`, WeChat's ids of the message and of the article in it. If the page has no such ids, the
    article's key is `sha256:<digest>`, and the result is this digest. The result has at most 40 characters.
    """
    return number_in(f":{article.mid}:{article.idx}" if article.mid and article.idx else article.key)


def post_file_name(title: str, before: str, ending: str, fallback: str, kept: frozenset[str] = _KEPT) -> str:
    """Return the file name of a post: `before`, the slug of `title`, `-` and `ending` if that is not '', and `.md`.

    The slug keeps letters, digits and the characters `kept`. It is cut off where the name becomes too long. If the
    title has no letters or digits, there is no slug: the name then has `ending`, or `fallback` if that is ''.
    """
    tail = (f"-{ending}" if ending else "") + ".md"
    slug = _DOTS.sub("-", slug_of(unicodedata.normalize("NFC", title), kept)).strip("-._")
    slug = _first_bytes(slug, LONGEST_POST - len(before) - len(tail)).rstrip("-._")
    if not slug:  # empty title, or only emoji and punctuation: Jekyll would publish `.html`
        return f"{before}{ending or fallback}.md"
    return f"{before}{slug}{tail}"


def slug_of(text: str, kept: frozenset[str]) -> str:
    """Return `text` with one `-` for each sequence of characters other than letters, digits and those in `kept`.

    A `-` at the start or end is removed. For example, `Hello, 世界!` becomes `Hello-世界`.
    """
    characters = (char if char in kept or _is_letter(char) else "-" for char in text)
    return re.sub(r"-+", "-", "".join(characters)).strip("-")


def _is_letter(character: str) -> bool:
    r"""Return whether Jekyll keeps a character in a slug as a letter: letters, combining marks and digits.

    In Ruby's regular expressions, these are \p{L}, \p{M} and \p{Nd}.
    """
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def _first_bytes(text: str, size: int) -> str:
    """Return the longest prefix of `text` that has at most `size` bytes in UTF-8."""
    return text.encode()[:size].decode(errors="ignore")
