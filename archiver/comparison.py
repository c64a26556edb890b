"""Compare two captures of one article by what they say. Pure."""

from __future__ import annotations

import difflib

from archiver.models import Article, LocalFile
from archiver.writer import PostStyle, body_markdown
from archiver.writer.names import media_name


def comparable_text(article: Article) -> str:
    """Return what an article tells its readers, as text that stays the same as long as it tells the same.

    Media stand by their names: their addresses change with every request.
    """
    files = {medium.url: LocalFile(path=media_name(medium), size=0, sha256="") for medium in article.media}
    head = (article.title, article.author, article.account, article.modified.isoformat() if article.modified else "")
    return "\n".join((*filter(None, head), "", body_markdown(article, files, PostStyle(prefix="")), ""))


def unified_diff(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return the lines in which two texts differ, as `diff -u` writes them; '' when they are one."""
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), old_name, new_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
