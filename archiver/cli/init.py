"""Run the command `archiver init`, which writes an initial archiver.yml."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.language import help_said
from archiver.cli.output import print_line, print_message
from archiver.errors import OutputError, UsageError
from archiver.messages import mark_message
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import SiteSetup

POSTS = "_posts"  # where TEMPLATE has posts
EXAMPLES = """\b
Examples:
  archiver init && $EDITOR archiver.yml && archiver run
  archiver init --profile hugo ~/blog"""

TEMPLATE = mark_message("""\
# Settings of archiver; every line is optional, docs/reference/settings.md explains them all.
# Relative paths count from this file. Flags and ARCHIVER_* variables override it.

output: output          # the archive: _posts/, postimg/, media/
interval: 3             # seconds between two pages, whoever asks on this machine
budget: 500             # pages that one `archiver run` asks for at most
# recheck: 7d           # look again whether articles were edited or deleted, ever less often as they age

# notify: services.txt   # who is told what a run brought, such as WeCom, DingTalk, Feishu, mail: docs/guide/news.md

# What `archiver run` looks through. Each source may have name, tags, author, and folder (below _posts/).
sources:
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
""")

# The attribute is not `binary`, so that git still shows what changed in posts and drawings.
GIT_ATTRIBUTES = """\
# archiver knows its files by their bytes: git must not change their line ends when it checks them out.
**/_posts/** -text
**/postimg/** -text
**/media/** -text
**/.archive/** -text
"""

_OUTPUT = re.compile(r"^output: output\b.*\n", re.MULTILINE)


def write_settings(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where archiver.yml is to lie.")] = ".",
    *,
    profile: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="For a site of this kind, which is read: jekyll, hux, chirpy, hugo, hexo, obsidian, markdown.",
            show_default=False,
        ),
    ] = "",
    verbose: options.Verbose = 0,  # noqa: ARG001 - its callback starts the log
) -> int:
    """Write a commented archiver.yml to begin with, and a .gitattributes that keeps git from changing an archive.

    If FOLDER is a site or a vault, it is read: archiver.yml fits it, and what has to be changed there is said. Nothing
    of it is changed. --profile says what kind of site it is, where that cannot be seen. An archiver.yml that is there
    stays; with --profile, what would be different is shown.
    """
    from archiver.settings import FILE

    path = Path(folder) / FILE
    setup = _setup(profile, folder, is_new=not path.exists())
    text = _template(setup) if setup else help_said(TEMPLATE)
    if _write_new(path, text):
        print_line(str(path))
    elif setup is None:
        raise UsageError(message("is there already; it stays as it is"), concerns=str(path))
    else:
        _show_difference(path, setup)
    _write_git_attributes(Path(folder) / ".gitattributes", setup.folders if setup else ())
    if setup:
        _write_site_files(Path(folder), setup.files)
        _explain(setup)
    return 0


def _setup(profile: str, folder: str, *, is_new: bool) -> SiteSetup | None:
    """Return the settings for the site in a folder; None if there is none.

    Without a profile, a site is only looked for if archiver.yml is to be written (`is_new`).
    """
    from archiver.app import recognise_site, set_up_site

    if not profile and is_new and (profile := recognise_site(folder)):
        print_message(
            message("a site for the profile `{profile}` is here; --profile NAME if it is another", profile=profile)
        )
    return set_up_site(profile, folder) if profile else None


def _template(setup: SiteSetup) -> str:
    """Return the first archiver.yml for a site: the usual one, with the settings that the site needs."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in setup.settings.items()]
    folders = f"# The archive: {', '.join(f'{name}/' for name in setup.folders)}\n"
    text = _OUTPUT.sub(lambda _: "".join([folders, *lines]), help_said(TEMPLATE), count=1)
    text = text.replace(f" {POSTS}/", f" {setup.folders[0]}/")
    return text if setup.settings["profile"] == "jekyll" else text.replace("#   header-img: img/the-first.png\n", "")


def _show_difference(path: Path, setup: SiteSetup) -> None:
    """Say which settings an archiver.yml that is there would need for the site; write nothing."""
    from archiver.settings import load

    present = load({}, {}, path.parent)
    print_message(message("{path} is there already; it stays as it is. For this site it would say:", path=path))
    for key, value in setup.settings.items():
        current = Path(present.output).resolve() if key == "output" else getattr(present, key)
        wanted = path.parent.resolve() if key == "output" else value
        if current != wanted:
            print_line(f"-{key}: {getattr(present, key)}")
            print_line(f"+{key}: {value}")


def _write_git_attributes(path: Path, folders: tuple[str, ...]) -> None:
    known = GIT_ATTRIBUTES.replace("**/", "/").replace("/** -text", "/")
    own = "".join(f"**/{name}/** -text\n" for name in folders if f"/{name.rpartition('/')[2]}/" not in known)
    if not _write_new(path, GIT_ATTRIBUTES + own):
        print_message(
            message(
                "{path} is there already; it stays as it is. What an archive needs in it: docs/guide/schedule.md",
                path=path,
            )
        )


def _write_site_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        if _write_new(path, content):
            print_line(str(path))
        elif path.read_text(encoding="utf-8", errors="replace") != content:
            print_message(
                message(
                    "{path} is there already, with other content: posts need {content}",
                    path=path,
                    content=content.strip(),
                )
            )


def _explain(setup: SiteSetup) -> None:
    for line in setup.found:
        print_message(message("found: {line}", line=line))
    for line in setup.advice:
        print_message(message("to do: {line}", line=line))


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
