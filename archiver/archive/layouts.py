"""Compare the profile in the settings with the one for which the archive is laid out.

Posts and media of two profiles must not lie side by side: a site generator would publish only some of them. So commands
refuse to work if the profiles differ, and say how the files are moved (moves.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archiver.archive.files import ArchiveFiles
from archiver.archive.posts import key_in
from archiver.catalogue import Catalogue
from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.models.layout import FormerFile, Layout
from archiver.writer.aliases import address_on_site, aliases_in
from archiver.writer.front_matter import read_front_matter
from archiver.writer.profiles import Profile, SiteOptions, get_profile
from archiver.writer.profiles.jekyll import JEKYLL


def layout_of(profile: Profile) -> Layout:
    """Return the layout that a profile gives an archive."""
    site = getattr(profile, "site", None)
    options = site if isinstance(site, SiteOptions) else SiteOptions()
    zone = str(options.time_zone) if options.time_zone else None
    return Layout(
        profile=profile.name, media_prefix=options.media_prefix, post_url=options.post_url, time_zone=zone
    )  # fmt: skip


def profile_of(layout: Layout) -> Profile:
    """Return the profile for which an archive is laid out; raise ConfigError if it cannot be loaded."""
    zone = None
    if layout.time_zone:
        with suppress(ValueError, ZoneInfoNotFoundError):  # a zone that this machine does not know
            zone = ZoneInfo(layout.time_zone)
    options = SiteOptions(media_prefix=layout.media_prefix, post_url=layout.post_url, time_zone=zone)
    return get_profile(layout.profile, options)


def present_layout(catalogue: Catalogue, profile: Profile) -> Layout:
    """Return the layout of the archive, which is that of `profile` if nothing else is known.

    Archives of the first versions have no record of it. They are laid out for Jekyll if their posts lie in `_posts`:
    there was no other profile then.
    """
    if recorded := catalogue.layout.current():
        return recorded
    first = next((post.path for post in catalogue.files.posts()), "")
    return layout_of(JEKYLL if first.startswith(f"{JEKYLL.posts_directory}/") else profile)


def require_layout(catalogue: Catalogue, profile: Profile) -> None:
    """Raise ConfigError if the archive is laid out for another profile than `profile`, that of the settings."""
    present = present_layout(catalogue, profile)
    if present.profile != profile.name:
        said = message(
            "the archive is laid out for `{profile}`: see what would be moved with `archiver rebuild --all "
            "--dry-run`, or go back to `profile: {profile}`",
            profile=present.profile,
        )
        raise ConfigError(said, concerns=f"profile: {profile.name}")


def record_layout(catalogue: Catalogue, profile: Profile) -> None:
    """Record the layout of the archive if that was not done yet, or if the options of its profile have changed."""
    wanted = layout_of(profile)
    if catalogue.layout.current() != wanted:
        catalogue.layout.record(wanted)


def recover_former_addresses(catalogue: Catalogue, files: ArchiveFiles, names: Iterable[str]) -> None:
    """Record the former addresses of articles that their posts, the files `names`, tell.

    The catalogue that had them is lost. Without them, a rebuild would take them out of the posts.
    """
    for name in names:
        lines = files.posts.front_matter_of(name)
        addresses = aliases_in(read_front_matter(f"---\n{lines}---\n"), files.profile.name) if lines else ()
        if addresses and (key := key_in(lines)):
            catalogue.layout.recover_addresses(key, addresses)


def former_addresses(
    former: Iterable[FormerFile], profile: Profile, path: str, published: datetime | None
) -> tuple[str, ...]:  # fmt: skip
    """Return the addresses of the post at `path` on sites of profiles in which it lay before it first lay in `profile`.

    So a post that comes back to its first profile has none, and is what it was before. Addresses that are also the
    present one are left out. `former` are all former files of the post, in the order of LayoutStore.former_posts.
    """
    earlier = []
    for file in former:
        if file.profile == profile.name:
            break
        earlier.append(file.address)
    present = address_on_site(profile, path, published)
    return tuple(dict.fromkeys(address for address in earlier if address and address != present))
