"""Read the configuration of the site in whose folder an archive lies. Nothing is written there.

Nothing in a configuration is an error here: what cannot be read counts as not set, since the generator reports it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from archiver.settings import Settings
from archiver.storage.local import open_file
from archiver.writer.profiles import SiteOptions
from archiver.writer.profiles.jekyll import PREFIX
from archiver.writer.profiles.permalinks import JEKYLL_STYLES, JEKYLL_WORDS, post_address
from archiver.yaml_reader import LARGEST, BrokenYaml, read_values

JEKYLL_FILES = ("_config.yml", "_config.yaml", "_config.toml")
JEKYLL_PROFILES = ("jekyll", "hux", "chirpy")


def read_configuration(folder: Path, names: tuple[str, ...]) -> tuple[str, Mapping[str, object]]:
    """Return (name, content) of the first of the files `names` in `folder` that can be read; ('', {}) if none can."""
    for name in names:
        try:
            with open_file(folder / name) as file:
                text = file.read(LARGEST).decode()
            content = _parsed(text, Path(name).suffix)
        except (OSError, ValueError, BrokenYaml):  # ValueError: of TOML, JSON and UTF-8, too
            continue
        if isinstance(content, dict):
            return name, content
    return "", {}


def _parsed(text: str, suffix: str) -> object:
    if suffix == ".toml":
        return tomllib.loads(text)
    return json.loads(text) if suffix == ".json" else read_values(text)


def jekyll_pattern(configuration: Mapping[str, object]) -> tuple[str, list[str]]:
    """Return (pattern of posts' addresses on a Jekyll site, placeholders without equivalent) from its `permalink`."""
    permalink = str(configuration.get("permalink") or "date")
    return post_address(JEKYLL_STYLES.get(permalink, permalink), JEKYLL_WORDS, PREFIX)


def time_zone(name: object) -> ZoneInfo | None:
    """Return the time zone with this name; None if there is none."""
    try:
        return ZoneInfo(str(name)) if name else None
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        return None


def site_options(settings: Settings) -> SiteOptions:
    """Return the options of the site for which posts are written.

    A setting with its default value leaves the choice to the profile. On a Jekyll site, `permalink` and `timezone` of
    the configuration beside the archive then apply to the addresses of posts.
    """
    default = Settings()
    post_url = settings.post_address if settings.post_address != default.post_address else None
    zone = None
    if settings.profile in JEKYLL_PROFILES and settings.link_local:
        _, configuration = read_configuration(Path(settings.output), JEKYLL_FILES)
        zone = time_zone(configuration.get("timezone"))
        if post_url is None and configuration.get("permalink"):
            post_url = jekyll_pattern(configuration)[0] or None
    return SiteOptions(
        media_prefix=settings.site_prefix if settings.site_prefix != default.site_prefix else None,
        post_url=post_url, header_image=settings.header_img or None, time_zone=zone,
    )  # fmt: skip
