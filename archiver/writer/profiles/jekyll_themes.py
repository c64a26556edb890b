"""Define the profiles of two themes for Jekyll: Hux and Chirpy. Both are Jekyll's, with other front matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archiver.writer.profiles.base import COVER, NO_HEADER
from archiver.writer.profiles.jekyll import PREFIX, JekyllProfile
from archiver.writer.profiles.post_urls import parts_in_address

# Hux prints these keys without escaping them, and its search index breaks at a quotation mark.
_PRINTED = ("title", "subtitle", "tags")
_HARMLESS = str.maketrans('<>"', "＜＞＂")


@dataclass(frozen=True, slots=True)
class HuxProfile(JekyllProfile):
    """The profile of sites with the Hux theme; see `Profile` for the purpose of each member."""

    @property
    def name(self) -> str:
        """The name of the profile in archiver.yml, `hux`."""
        return "hux"

    @property
    def keys(self) -> Mapping[str, object]:
        """The front matter; `no-catalog` is what newer versions of the theme read in place of `catalog`."""
        return {
            "layout": "post", "title": "{title}", "subtitle": "{digest}", "date": "{date}", "author": "转载",
            "header-style": "text", "catalog": False, "no-catalog": True, "tags": ["其他"],
        }  # fmt: skip

    def header_keys(self, cover: str) -> Mapping[str, object]:
        """Return the keys of the header image: the article's cover, a picture, or by default none."""
        chosen = self.site.header_image or NO_HEADER
        picture = cover if chosen == COVER else "" if chosen == NO_HEADER else chosen
        return {"header-style": None, "header-img": picture} if picture else {}

    def finished(self, values: dict[str, object]) -> dict[str, object]:
        """Return the keys of the front matter without characters that would become HTML in the theme's pages."""
        return values | {key: _harmless(values[key]) for key in _PRINTED if key in values}


@dataclass(frozen=True, slots=True)
class ChirpyProfile(JekyllProfile):
    """The profile of sites with the Chirpy theme; see `Profile` for the purpose of each member.

    The theme puts `baseurl` before the addresses of media itself, and publishes posts at `/posts/<slug>/`, without
    their day.
    """

    @property
    def name(self) -> str:
        """The name of the profile in archiver.yml, `chirpy`."""
        return "chirpy"

    @property
    def keys(self) -> Mapping[str, object]:
        """The front matter: the theme sets the layout, and takes an author for a key of its own data."""
        return {
            "title": "{title}", "description": "{digest}", "date": "{date}", "categories": ["微信"], "tags": []
        }  # fmt: skip

    def header_keys(self, cover: str) -> Mapping[str, object]:
        """Return the key of the preview image: the article's cover, a picture, or by default none."""
        chosen = self.site.header_image or NO_HEADER
        picture = (cover and self.media_url(cover)) if chosen == COVER else "" if chosen == NO_HEADER else chosen
        return {"image": {"path": picture}} if picture else {}

    def finished(self, values: dict[str, object]) -> dict[str, object]:
        """Return the keys of the front matter with tags in lower case, as the theme demands."""
        tags = values.get("tags")
        lower = list(dict.fromkeys(str(tag).lower() for tag in tags)) if isinstance(tags, list) else tags
        return values | {"tags": lower}

    @property
    def media_prefix(self) -> str:
        """The part of a medium's address before `/postimg/…` or `/media/…`: the option of the site, '' by default."""
        return self.site.media_prefix or ""

    @property
    def post_url_pattern(self) -> str:
        """The pattern of a post's address."""
        return f"{PREFIX}/posts/{{slug}}/" if self.site.post_url is None else self.site.post_url

    def published_name(self, path: str) -> str:
        """Return the case-folded slug under which the theme publishes the file at `path`, without its day."""
        return JekyllProfile.published_name(self, path)[len("2024-07-18-") :]

    def published_name_start(self, path: str) -> str:
        """Return the first ten characters of `published_name(path)`."""
        return self.published_name(path)[:10]

    def published_name_at(self, address: str) -> str:
        """Return the published name of the post at `address`; '' for another address."""
        return parts_in_address(address, self.post_url_pattern).get("slug", "").casefold()


def _harmless(value: object) -> object:
    if isinstance(value, list):
        return list(map(_harmless, value))
    return value.translate(_HARMLESS) if isinstance(value, str) else value
