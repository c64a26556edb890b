"""Look up a profile by its name; a profile represents a kind of site, such as Jekyll."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points

from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.writer.profiles.base import Profile, SiteOptions
from archiver.writer.profiles.hexo import HexoProfile
from archiver.writer.profiles.hugo import HugoProfile
from archiver.writer.profiles.jekyll import JekyllProfile
from archiver.writer.profiles.jekyll_themes import ChirpyProfile, HuxProfile
from archiver.writer.profiles.markdown import MarkdownProfile
from archiver.writer.profiles.obsidian import ObsidianProfile

__all__ = ["Profile", "SiteOptions", "built_in_profiles", "get_profile"]

GROUP = "archiver.profiles"  # entry point group in which other packages register profiles

_BUILT_IN: Mapping[str, Callable[[SiteOptions], Profile]] = {
    "jekyll": JekyllProfile,
    "hux": HuxProfile,
    "chirpy": ChirpyProfile,
    "hugo": HugoProfile,
    "hexo": HexoProfile,
    "obsidian": ObsidianProfile,
    "markdown": MarkdownProfile,
}


def get_profile(name: str, site: SiteOptions) -> Profile:
    """Return the profile called `name`, created with the options `site`.

    Other packages can add profiles as entry points of the group `archiver.profiles`. The object of an entry point is
    called with `site` and must return the profile. An entry point cannot replace a built-in profile. Raise ConfigError
    if there is no profile of this name or its entry point cannot be loaded.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name](site)
    added = {point.name: point for point in entry_points(group=GROUP)}
    if name not in added:
        known = ", ".join(sorted(_BUILT_IN.keys() | added.keys()))
        raise ConfigError(
            message("there is no profile `{name}`: use one of {known}", name=name, known=known), concerns="profile"
        )
    try:
        profile: Profile = added[name].load()(site)
    except Exception as error:
        said = message(
            "the profile `{name}` of {package} cannot be loaded ({error})",
            name=name,
            package=added[name].value,
            error=error,
        )
        raise ConfigError(said, concerns="profile") from error
    return profile


def built_in_profiles(site: SiteOptions) -> Iterator[Profile]:
    """Yield the profiles that come with archiver, each created with the options `site`."""
    yield from (create(site) for create in _BUILT_IN.values())
