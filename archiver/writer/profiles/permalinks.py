"""Translate the permalinks of site generators, such as `/:year/:title/`, to the patterns of `post_address`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = re.compile(r":([a-z_]+)")
_DAY = {"year": "{year}", "month": "{month}", "day": "{day}"}

# Jekyll's named styles, and its placeholders. Posts have no categories.
JEKYLL_STYLES: Mapping[str, str] = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
JEKYLL_WORDS = {**_DAY, "title": "{slug}", "slug": "{slug}", "categories": "", "category": "", "output_ext": ".html"}
HEXO_WORDS = {**_DAY, "title": "{slug}", "name": "{slug}"}
HUGO_WORDS = {**_DAY, "filename": "{slug}", "contentbasename": "{slug}", "section": "posts", "sections": "posts"}


def post_address(permalink: str, words: Mapping[str, str], prefix: str = "") -> tuple[str, list[str]]:
    """Return (pattern of `post_address` for a permalink, placeholders of the permalink that have no equivalent).

    The pattern is '' if there are such placeholders.

    Args:
        permalink: The permalink in the configuration of the site.
        words: What stands for each placeholder, without its `:`.
        prefix: What the pattern begins with, such as `{{site.baseurl}}`.
    """
    unknown = [word for word in _WORD.findall(permalink) if word not in words]
    filled = _WORD.sub(lambda word: words.get(word[1], ""), permalink)
    pattern = prefix + re.sub(r"/{2,}", "/", f"/{filled}")
    return ("" if unknown else pattern), unknown
