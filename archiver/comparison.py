"""Compare the texts of two captures of an article. These are pure functions."""

from __future__ import annotations

import difflib

from archiver.models import Article, LocalFile
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown
from archiver.writer.names import media_name


def comparable_text(article: Article) -> str:
    """Return the title, author, account, time of the last edit, statement and body of an article as one text.

    The text is used to compare two captures of an article. In it, a medium is shown by its name in the archive, such as
    `postimg/abc`, and not by its address, because WeChat changes the addresses with every request.
    """
    files = {medium.url: LocalFile(path=media_name(medium), size=0, sha256="") for medium in article.media}
    modified = article.modified.isoformat() if article.modified else ""
    head = (article.title, article.author, article.account, modified, article.statement)
    return "\n".join((*filter(None, head), "", body_markdown(article.body, LinkResolver(files=files)), ""))


def unified_diff(old: str, new: str, old_name: str, new_name: str) -> str:
    """Return the differences between two texts in the format of `diff -u`; '' if the texts are equal.

    `old_name` and `new_name` are the names of the texts in the header, after `---` and `+++`.
    """
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), old_name, new_name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
