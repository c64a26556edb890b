"""The rules of Chirpy's guide "Writing a New Post" by which a post is judged, since its theme is no package of Debian's.

Each rule is quoted from the guide, or from the theme's `_config.yml` and `_includes/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

_FRONT = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)


def faults(site: Path, post: Path) -> list[str]:
    """What of a post the theme does not show, or shows otherwise."""
    text = post.read_text(encoding="utf-8")
    found = _FRONT.match(text)
    assert found is not None
    return [
        *_front_matter(yaml.load(found[1], yaml.BaseLoader)),
        *_name(site, post),
        *_media(site, text[found.end() :]),
    ]


def _front_matter(values: dict[str, object]) -> Iterator[str]:
    """ "layout of posts has been set to post by default, so there is no need to add the variable layout";
    "categories … is designed to contain up to two elements"; "TAG names should always be lowercase"; "date: YYYY-MM-DD
    HH:MM:SS +/-TTTT"; "author: <author_id>", of `_data/authors.yml`; "image: path: …".
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", str(values.get("date"))):
        yield f"date: {values.get('date')}"
    tags, categories, image = values.get("tags", []), values.get("categories", []), values.get("image", {})
    if not isinstance(categories, list) or len(categories) > 2:
        yield f"categories: {categories}"
    if not isinstance(tags, list) or [tag for tag in tags if tag != tag.lower()]:
        yield f"tags: {tags}"
    if "author" in values:
        yield f"author: {values['author']} is no key of _data/authors.yml"
    if not isinstance(image, dict) or (image and not str(image.get("path", "")).startswith(("/", "http"))):
        yield f"image: {image}"
    yield from (f"key: {key}" for key in ("layout", "header-img", "catalog") if key in values)


def _name(site: Path, post: Path) -> Iterator[str]:
    """ "Create a new file named YYYY-MM-DD-TITLE.EXTENSION and put it in the _posts of the root directory"."""
    if post.relative_to(site).parts[0] != "_posts" or not re.match(r"\d{4}-\d\d-\d\d-.", post.name):
        yield f"name: {post.name}"


def _media(site: Path, body: str) -> Iterator[str]:
    """The theme puts `site.baseurl` before addresses of media that begin with `/` (`_includes/media-url.html`), so that
    one which has it has it twice; Liquid's own tags are not in addresses of media otherwise.
    """
    for source in re.findall(r'!\[[^\]]*\]\(([^)\s]*)\)|<(?:img|audio|video)[^>]* src="([^"]*)"', body):
        address = "".join(source)
        if "site.baseurl" in address or not re.match(r"/|https?:|data:", address):
            yield f"media: {address}"
        elif address.startswith("/") and not (site / address[1:]).is_file():
            yield f"missing: {address}"
