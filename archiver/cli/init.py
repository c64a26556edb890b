"""Run the command `archiver init`, which writes an initial archiver.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.output import print_line, print_message
from archiver.errors import OutputError, UsageError
from archiver.messages.message import message

EXAMPLES = """\b
Example:
  archiver init && $EDITOR archiver.yml && archiver run"""

TEMPLATE = """\
# Settings of archiver; every line is optional, docs/reference/settings.md explains them all.
# Relative paths count from this file. Flags and ARCHIVER_* variables override it.

output: output          # the archive: _posts/, postimg/, media/
interval: 3             # seconds between two pages, whoever asks on this machine
budget: 500             # pages that one `archiver run` asks for at most
# recheck: 7d           # look again whether articles were edited or deleted, ever less often as they age

# notify: services.txt   # who is told what a run brought, such as WeCom, DingTalk, Feishu, mail: docs/guide/news.md

# What `archiver run` looks through. Each source may have name, tags, author, and folder (below _posts/).
sources: []
#  - list: addresses.txt                  # one address a line; add new ones at any time
#  - album: https://mp.weixin.qq.com/mp/appmsgalbum?__biz=...&action=getalbum&album_id=...
#    name: 专栏                           # albums list long links, most of which meet WeChat's wall:
#                                         # docs/guide/schedule.md
#    tags: [专栏]
#    author: 作者
#    folder: column
#  - feed: https://example.org/feed.xml   # RSS, Atom or JSON feed whose items are WeChat articles
#  - links: {account: same}               # what kept articles link to, a few a run: docs/guide/links.md

# media:
#   save: true
#   image_max: 50000000   # bytes; what is larger stays remote
#   video_max: 200000000

# front_matter:           # over the default keys; null takes one out
#   author: 转载
#   tags: [其他]
#   header-img: img/the-first.png
"""

# The attribute is not `binary`, so that git still shows what changed in posts and drawings.
GIT_ATTRIBUTES = """\
# archiver knows its files by their bytes: git must not change their line ends when it checks them out.
**/_posts/** -text
**/postimg/** -text
**/media/** -text
**/.archive/** -text
"""


def write_settings(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where archiver.yml is to lie.")] = ".",
    *,
    verbose: options.Verbose = 0,  # noqa: ARG001 - its callback starts the log
) -> int:
    """Write a commented archiver.yml to begin with, and a .gitattributes that keeps git from changing an archive."""
    from archiver.settings import FILE

    path, attributes = Path(folder) / FILE, Path(folder) / ".gitattributes"
    if not _write_new(path, TEMPLATE):
        raise UsageError(message("is there already; it stays as it is"), concerns=str(path))
    print_line(str(path))
    if not _write_new(attributes, GIT_ATTRIBUTES):
        print_message(
            message(
                "{attributes} is there already; it stays as it is. What an archive needs in it: docs/guide/schedule.md",
                attributes=attributes,
            )
        )
    return 0


def _write_new(path: Path, text: str) -> bool:
    """Write a file unless it exists, and return whether it was written; raise OutputError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise OutputError(message("cannot be written ({reason})", reason=error.strerror), concerns=str(path)) from error
    return True
