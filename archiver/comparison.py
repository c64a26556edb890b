"""Compare the text of two captures of an article. Pure."""

from __future__ import annotations

import difflib

from archiver.models import Article, LocalFile
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.names import media_name


def comparable_text(article: Article) -> str:
    """Return the content of an article as text for comparing it with another capture of the same article.

    Media appear by their names, since their addresses change with every request.
    """
    files = {medium.url: LocalFile(path=media_name(medium), size=0, sha256="") for medium in article.media}
    head = (article.title, article.author, article.account, article.modified.isoformat() if article.modified else "")
    return "\n".join((*filter(None, head), "", body_markdown(article.body, LinkResolver(files=files)), ""))


def unified_diff(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return the differences of two texts as `diff -u` writes them; '' when they are equal."""
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), old_name, new_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
