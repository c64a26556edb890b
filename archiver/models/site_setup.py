"""Define what `archiver init --profile` found in a site, and what it suggests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteSetup:
    """The first settings for an archive in a site, and the files that the site needs.

    `settings` are the settings that differ from the defaults, key to value. `files` are new files, path in the site to
    content. `folders` are the folders of posts and media. `found` says what was found in the site's configuration, and
    `advice` what has to be changed there, and why; nobody but the user changes it.
    """

    settings: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
