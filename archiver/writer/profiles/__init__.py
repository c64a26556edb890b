"""The kinds of site that posts are written for, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from archiver.errors import ConfigError
from archiver.writer.profiles.base import Profile, SiteOptions
from archiver.writer.profiles.jekyll import JekyllProfile

__all__ = ["Profile", "SiteOptions", "get_profile"]

GROUP = "archiver.profiles"  # of the entry points by which other packages add profiles

_BUILT_IN: Mapping[str, Callable[[SiteOptions], Profile]] = {
    "jekyll": JekyllProfile,
}


def get_profile(name: str, site: SiteOptions) -> Profile:
    """Return the profile called `name` for a site.

    An entry point of the group `archiver.profiles` may add others: its object is called with `site` and returns the
    profile; names that are built in cannot be taken. Raises ConfigError, which names the known ones, for any other
    name, and for an entry point that cannot be loaded.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name](site)
    added = {point.name: point for point in entry_points(group=GROUP)}
    if name not in added:
        known = ", ".join(sorted(_BUILT_IN.keys() | added.keys()))
        raise ConfigError(f"there is no profile `{name}`: use one of {known}", concerns="profile")
    try:
        profile: Profile = added[name].load()(site)
    except Exception as error:
        message = f"the profile `{name}` of {added[name].value} cannot be loaded ({error})"
        raise ConfigError(message, concerns="profile") from error
    return profile
