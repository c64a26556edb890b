"""Implement the part of `init --profile` that reads an existing site: what it means for the settings of an archive.

The configuration of the site is only read. What an archive needs there is advice to the user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from archiver.archive.site_configuration import (
    JEKYLL_FILES,
    JEKYLL_PROFILES,
    jekyll_pattern,
    read_configuration,
    time_zone,
)
from archiver.messages.message import message
from archiver.models.site_setup import SiteSetup
from archiver.writer.profiles import SiteOptions, get_profile
from archiver.writer.profiles.jekyll import FRONT_MATTER, POST_URL
from archiver.writer.profiles.permalinks import HEXO_WORDS, HUGO_WORDS, post_address

_HUGO_FILES = tuple(
    f"{start}.{kind}"
    for start in ("hugo", "config", "config/_default/hugo", "config/_default/config")
    for kind in ("toml", "yaml", "json")
)
# A site with the Hux theme has a copy of it. These keys of its `_config.yml` and these files are its own: themes that
# look like it, such as Clean Blog, on which it stands, have at most one of the keys.
_HUX_KEYS = frozenset(("SEOTitle", "header-img", "sidebar-avatar", "sidebar-about-description", "featured-tags",
                       "featured-condition-size"))  # fmt: skip
_FEWEST_HUX_KEYS = 2
_HUX_FILES = ("_includes/intro-header.html", "_layouts/keynote.html")
_CHINESE_DAY = message(
    "Jekyll counts the day in an address in the zone of the machine that builds: on a server "
    "in UTC, a post of the early morning moves to the day before"
)
_CHINESE_ZONES = frozenset(("Asia/Shanghai", "PRC", "Asia/Chongqing", "Asia/Harbin", "Asia/Hong_Kong", "Asia/Taipei"))


@dataclass(kw_only=True)
class _Notes:
    """The settings, findings and advice that are collected while a configuration is read."""

    settings: dict[str, str]
    found: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


def recognise_site(folder: Path) -> str:
    """Return the profile for the site or vault in `folder`, by the files that its generator has there; '' for none."""
    if (folder / ".obsidian").is_dir():
        return "obsidian"
    name, configuration = read_configuration(folder, JEKYLL_FILES)
    if name and _is_of_hexo(folder):
        return "hexo"
    if name:
        themes = f"{configuration.get('theme')} {configuration.get('remote_theme')}"
        return "chirpy" if "chirpy" in themes else "hux" if _is_of_hux(folder, configuration) else "jekyll"
    name, _ = read_configuration(folder, _HUGO_FILES)
    return "hugo" if name.rpartition("/")[2].startswith("hugo") or (name and _has_folder_of_hugo(folder)) else ""


def _is_of_hux(folder: Path, configuration: Mapping[str, object]) -> bool:
    """Return True for a site with the Hux theme, unless it has the picture that posts of `jekyll` show."""
    has_keys = len(_HUX_KEYS & configuration.keys()) >= _FEWEST_HUX_KEYS
    has_theme = (folder / "_layouts/post.html").is_file() and any((folder / name).is_file() for name in _HUX_FILES)
    return has_keys and has_theme and not (folder / str(FRONT_MATTER["header-img"])).is_file()


def _is_of_hexo(folder: Path) -> bool:
    _, package = read_configuration(folder, ("package.json",))
    needed = package.get("dependencies")
    return "hexo" in package or (isinstance(needed, Mapping) and "hexo" in needed)


def _has_folder_of_hugo(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in ("archetypes", "content", "layouts", "themes"))


def set_up_site(profile: str, folder: Path) -> SiteSetup:
    """Return the first settings for an archive of the kind `profile` in `folder`, which may have a site already.

    Raise ConfigError if there is no such profile.
    """
    kind = get_profile(profile, SiteOptions())
    notes = _Notes(settings={"profile": profile, "output": "."})
    if reader := _READERS.get("jekyll" if profile in JEKYLL_PROFILES else profile):
        reader(folder, notes)
    return SiteSetup(
        settings=notes.settings, files=kind.site_files, folders=(kind.posts_directory, *kind.media_directories),
        found=tuple(notes.found), advice=tuple(notes.advice),
    )  # fmt: skip


def _read_jekyll(folder: Path, notes: _Notes) -> None:
    name, configuration = read_configuration(folder, JEKYLL_FILES)
    picture = str(FRONT_MATTER["header-img"])
    if not name:
        notes.found.append(message("no _config.yml: run init in the folder of your site to have it read"))
        return
    _say(notes, name, configuration, ("permalink", "timezone", "baseurl", "future", "theme", "collections_dir"))
    if notes.settings["profile"] == "jekyll" and not (folder / picture).is_file():
        notes.settings["header_img"] = "cover"
        notes.found.append(
            message(
                "no {picture}, which posts show by default: they show the cover of their article instead",
                picture=picture,
            )
        )
    if configuration.get("permalink") and notes.settings["profile"] != "chirpy":
        pattern, unknown = jekyll_pattern(configuration)
        _permalink(notes, pattern if pattern != POST_URL else "", unknown, "permalink")
    if configuration.get("source") or configuration.get("collections_dir"):
        notes.advice.append(
            message(
                "{name}: Jekyll reads posts from another folder (`source`, `collections_dir`): name it as `output`",
                name=name,
            )
        )
    _time_zone(notes, name, "timezone", configuration.get("timezone"))
    if configuration.get("future") is False:
        notes.found.append(message("future: false hides no post: each has its time with a zone, and is of the past"))
    excluded = configuration.get("exclude")
    if not (isinstance(excluded, list) and "archiver.yml" in excluded):
        notes.advice.append(
            message("{name}: add archiver.yml and your lists to `exclude`, else Jekyll publishes them", name=name)
        )


def _read_hugo(folder: Path, notes: _Notes) -> None:
    name, configuration = read_configuration(folder, _HUGO_FILES)
    if not name:
        notes.found.append(message("no hugo.toml: run init in the folder of your site to have it read"))
        return
    low = {key.lower(): value for key, value in configuration.items()}
    _say(notes, name, configuration, ("baseURL", "permalinks", "timeZone", "contentDir", "staticDir", "uglyURLs"))
    prefix = urlsplit(str(low.get("baseurl") or "")).path.rstrip("/")
    if prefix and not low.get("canonifyurls"):
        notes.settings["site_prefix"] = prefix
    permalinks = low.get("permalinks")
    pages = permalinks.get("page", permalinks) if isinstance(permalinks, Mapping) else {}
    if isinstance(pages, Mapping) and pages.get("posts"):
        pattern, unknown = post_address(str(pages["posts"]), HUGO_WORDS, prefix)
        _permalink(notes, pattern, unknown, "permalinks.posts", message("`:filename` in place of them"))
    elif prefix or low.get("uglyurls"):
        notes.settings["post_address"] = f"{prefix}/posts/{{slug}}{'.html' if low.get('uglyurls') else '/'}"
    if low.get("contentdir", "content") != "content" or low.get("staticdir", "static") != "static":
        notes.advice.append(
            message(
                "{name}: posts are written to content/posts and pictures to static/: mount these folders, too",
                name=name,
            )
        )
    languages = low.get("languages")
    if isinstance(languages, Mapping) and len(languages) > 1:
        notes.advice.append(
            message(
                "{name}: the site has the languages {languages}; posts are in `defaultContentLanguage` "
                "unless `contentDir` of a language is content/",
                name=name,
                languages=", ".join(languages),
            )
        )
    front = low.get("frontmatter")
    if isinstance(front, Mapping) and ":filename" in str(front.get("date")):
        notes.advice.append(
            message(
                "{name}: frontmatter.date with `:filename` takes the day out of addresses, so two posts "
                "of one title have one address: leave `:filename` out",
                name=name,
            )
        )


def _read_hexo(folder: Path, notes: _Notes) -> None:
    name, configuration = read_configuration(folder, ("_config.yml", "_config.json"))
    if not name:
        notes.found.append(message("no _config.yml: run init in the folder of your site to have it read"))
        return
    _say(
        notes,
        name,
        configuration,
        ("root", "permalink", "new_post_name", "timezone", "source_dir", "language", "future"),
    )
    root = str(configuration.get("root") or "/").rstrip("/")
    permalink = str(configuration.get("permalink") or ":year/:month/:day/:title/")
    pattern, unknown = post_address(permalink, HEXO_WORDS, root)
    if pattern != "/{year}/{month}/{day}/{slug}/":
        _permalink(notes, pattern, unknown, "permalink")
    if root:
        notes.settings["site_prefix"] = root
    names = str(configuration.get("new_post_name") or ":title.md")
    if names != ":title.md":
        notes.found.append(
            message("new_post_name is for your own posts: those of archiver have no date in their names")
        )
    if configuration.get("source_dir", "source") != "source":
        notes.advice.append(
            message("{name}: source_dir is not source/, where posts and pictures are written", name=name)
        )
    _time_zone(notes, name, "timezone", configuration.get("timezone"), is_needed=False)


def _read_obsidian(folder: Path, notes: _Notes) -> None:
    place = folder.resolve()
    vault = next((each for each in (place, *place.parents) if (each / ".obsidian").is_dir()), None)
    if vault is None:
        notes.found.append(message("no .obsidian: run init in a vault, or in a folder of one, to have it read"))
        return
    name, configuration = read_configuration(vault, (".obsidian/app.json",))
    notes.found.append(message("the vault {name}", name=vault.name))
    _say(notes, name, configuration, ("attachmentFolderPath", "useMarkdownLinks", "newLinkFormat", "strictLineBreaks"))
    if vault != place:
        notes.settings["site_prefix"] = f"{place.relative_to(vault).as_posix()}/"
    if configuration.get("strictLineBreaks"):
        notes.advice.append(message("Strict line breaks are on: the lines of a card then stand on one line"))
    ignored = configuration.get("userIgnoreFilters")
    if isinstance(ignored, list) and any(str(each).startswith(("WeChat", "attachments")) for each in ignored):
        notes.advice.append(
            message("Excluded files name the folder of the notes or of their pictures: searches leave them out")
        )


_READERS: Mapping[str, Callable[[Path, _Notes], None]] = {
    "jekyll": _read_jekyll,
    "hugo": _read_hugo,
    "hexo": _read_hexo,
    "obsidian": _read_obsidian,
}


def _say(notes: _Notes, name: str, configuration: Mapping[str, object], keys: tuple[str, ...]) -> None:
    """Note the values of those `keys` that a configuration has."""
    values = [f"{key}: {configuration[key]}" for key in keys if configuration.get(key) not in (None, "")]
    if name:
        nothing = message("{name}: nothing that concerns posts", name=name)
        notes.found.append(f"{name}: {', '.join(values)}" if values else nothing)


def _permalink(
    notes: _Notes, pattern: str, unknown: list[str], key: str, instead: str = message("another one")
) -> None:
    if unknown:
        words = ", ".join(f":{word}" for word in unknown)
        notes.advice.append(
            message(
                "{key}: links between posts cannot follow {words}: choose {instead}, or leave link_local off",
                key=key,
                words=words,
                instead=instead,
            )
        )
    elif pattern:
        notes.settings["post_address"] = pattern


def _time_zone(notes: _Notes, name: str, key: str, value: object, *, is_needed: bool = True) -> None:
    zone = time_zone(value)
    if value and zone is None:
        notes.advice.append(message("{name}: {key} {value} is not known", name=name, key=key, value=value))
    elif not value and is_needed:
        notes.advice.append(
            message("{name}: add `{key}: Asia/Shanghai`, since {reason}", name=name, key=key, reason=_CHINESE_DAY)
        )
    elif value and str(zone) not in _CHINESE_ZONES:
        notes.advice.append(
            message(
                "{name}: {key} is {value}: the day in a post's address is counted there, that in its name in China",
                name=name,
                key=key,
                value=value,
            )
        )
