"""The engines that show a post to its readers: Jekyll's kramdown behind Liquid, and two of the CommonMark family."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

Render = Callable[[str], str]

_RUBY = ["ruby", str(Path(__file__).with_name("kramdown.rb"))]


@cache
def _kramdown_process() -> subprocess.Popen[str]:
    return subprocess.Popen(_RUBY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def kramdown(body: str) -> str:
    """HTML as Jekyll makes it; a Liquid error, which would stop a whole site's build, fails the test."""
    return _jekyll(body=body)


def liquid(body: str) -> str:
    """Markdown as Jekyll's Liquid leaves it, in time that grows with its length alone."""
    return _jekyll(body=body, only="liquid")


def _jekyll(**asked: str) -> str:
    process = _kramdown_process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    assert "error" not in answer, f"the site's build would stop: {answer['error']}"
    return str(answer["html"])


def _without_liquid(body: str) -> str:
    """What a reader without Jekyll has: the raw tags stand in comments, `{{site.baseurl}}` is text in an address.

    The comments stay, empty: in a list or quote their line has the marks of the container.
    """
    return re.sub(r"<!-- \{% (?:end)?raw %\} -->", "<!---->", body)


def commonmark(body: str) -> str:
    """HTML of markdown-it (CommonMark with tables)."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(_without_liquid(body)))


def gfm(body: str) -> str:
    """HTML of GitHub's cmark-gfm."""
    import cmarkgfm
    from cmarkgfm.cmark import Options

    return str(cmarkgfm.github_flavored_markdown_to_html(_without_liquid(body), Options.CMARK_OPT_UNSAFE))


ENGINES: dict[str, Render] = {"kramdown": kramdown, "commonmark": commonmark, "gfm": gfm}
if "MUTANT_UNDER_TEST" in os.environ:  # the processes that mutmut forks would share kramdown's one pipe
    del ENGINES["kramdown"]
