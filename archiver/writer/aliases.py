"""Let the former addresses of a post lead to it: the keys by which site generators are told of them.

A post has former addresses if the archive was laid out for another profile before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote, urlsplit

from archiver.writer.profiles.base import Profile

# The key in the front matter with the former addresses of a post, by profile. Jekyll reads it with the plugin
# jekyll-redirect-from, Hexo with hexo-generator-alias, and Hugo by itself.
_KEYS: Mapping[str, str] = {
    "jekyll": "redirect_from",
    "hux": "redirect_from",
    "chirpy": "redirect_from",
    "hugo": "aliases",
    "hexo": "alias",
}
_MOST = 99  # addresses that are read of one post, whose front matter may be anybody's
_BASE = re.compile(r"\{\{ ?site\.baseurl ?\}\}")


def address_on_site(profile: Profile, path: str, published: datetime | None) -> str:
    """Return the address of the post at `path` from the root of its site, such as `/2024/05/31/title.html`.

    It is not percent-encoded. `published` is the time at which its article was published, None if that is not known.
    Return '' if the profile cannot tell the address, or if its posts have none.
    """
    address = _BASE.sub("", profile.post_url(path, published), count=1)
    try:
        found = urlsplit(address).path
    except ValueError:  # `https://[`
        return ""
    return unquote(found) if found.startswith("/") and not {"{", "}"} & set(found) else ""


def aliases_in(front_matter: Mapping[str, object], profile: str) -> tuple[str, ...]:
    """Return the former addresses that the front matter of a post names. `profile` is the name of its profile."""
    key = _KEYS.get(profile)
    named = front_matter.get(key) if key else None
    found = named if isinstance(named, list) else [named]
    return tuple(address for address in found[:_MOST] if isinstance(address, str) and address.startswith("/"))


def with_aliases(
    front_matter: Mapping[str, object], profile: str, addresses: Sequence[str]
) -> Mapping[str, object]:  # fmt: skip
    """Return changes to the front matter of a post that also name its former addresses.

    `front_matter` are the changes in archiver.yml; addresses that it names come first. `profile` is the name of the
    profile. Without `addresses`, or if nothing is known of aliases in this profile, the changes are returned as they
    are.
    """
    key = _KEYS.get(profile)
    if key is None or not addresses:
        return front_matter
    named = front_matter.get(key)
    first = named if isinstance(named, list) else [named] if named else []
    return {**front_matter, key: list(dict.fromkeys([*first, *addresses]))}
