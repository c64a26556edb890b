"""Read the settings of an archive from archiver.yml, ARCHIVER_* variables and flags.

Flags override variables, variables override archiver.yml, and archiver.yml overrides the defaults.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from archiver.credentials import redact_words
from archiver.errors import ConfigError
from archiver.messages.foreign import value_error
from archiver.messages.message import message
from archiver.models.job import SourceOptions
from archiver.models.status import SourceKind
from archiver.ownership import why_not_trusted
from archiver.server_urls import check_catalogue_url, check_store_url
from archiver.setting_paths import PATHS, with_paths_from

_log = logging.getLogger(__name__)

FILE = "archiver.yml"
PREFIX = "ARCHIVER_"  # ARCHIVER_INTERVAL=5; `__` stands before a nested setting: ARCHIVER_MEDIA__VIDEO_MAX=0

RESERVED = ("ARCHIVER_PASSWORD",)  # variables that are no settings

Layer = dict[str, object]
_LARGEST = 2**20  # bytes of archiver.yml
_DEEPEST = 20  # levels of nested settings in a variable's name
_TRUSTED = ("catalogue", "store", "cookies", "notify", "on_news")  # only of a file that no other user may change
_ONLY_IN_FILE = ("notify", "on_news")  # settings that no variable sets
_UNKNOWN = re.compile(r"unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")
_WRONG = re.compile(r"(.*) - at `\$\.?([^`]*)`\Z")
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]
_Bytes = Annotated[int, msgspec.Meta(ge=0)]


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings for saving media.

    If `save` is False, no media are saved. `image_max` is the maximum size of an image in bytes, and `video_max` that
    of a video or audio. A medium that is larger is not saved, and posts show it from its address on the web. With a
    maximum of 0, no media of this kind are saved.
    """

    save: bool = True
    image_max: _Bytes = 50_000_000
    video_max: _Bytes = 200_000_000


class ArticleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits for the media of one article in one run. Media beyond the limits are left for a later run.

    `max_pictures` is the number of media, in which audios and videos are counted as well. `max_requests` is the number
    of requests, with redirects and repeated tries. `max_bytes` is the size of all media together. `max_time` is the
    time since the first request, a text such as `30m` (see `duration`).
    """

    max_pictures: Annotated[int, msgspec.Meta(ge=1)] = 2_000  # audios and videos are counted as well
    max_requests: Annotated[int, msgspec.Meta(ge=1)] = 6_000
    max_bytes: Annotated[int, msgspec.Meta(ge=1)] = 2_000_000_000
    max_time: str = "30m"

    def __post_init__(self) -> None:
        """Raise ValueError if `max_time` is not a valid duration."""
        duration(self.max_time)


class SourceBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Templates for the lines of the quote that stands at the top of each post and names the post's origin.

    `account` is the line for the account (`{account}`), and `link` the line with the article's address (`{url}`). If
    the article has no address, a link `[text]({url})` becomes `text`. `statement` is the line for what the author
    states about the content (`{statement}`), such as 内容由AI生成. `gone` is the line of an article that WeChat no
    longer shows: `{state}` says why, and `{seen}` is the date when this was first seen.
    """

    account: str = "转载：{account}"
    link: str = "来源：[微信公众号]({url})"
    statement: str = "作者提示：{statement}"
    gone: str = "原文已无法访问：{state}（{seen}）"


class LinksSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the articles that archived articles link to a source `links` asks for.

    `account` is `same` (the account of the linking article), `any`, or the name or id (`gh_…`) of an account. `depth`
    is the number of steps from an article that did not come by links. `limit` is the number of addresses in one run.
    """

    account: Annotated[str, msgspec.Meta(min_length=1)] = "same"
    depth: Annotated[int, msgspec.Meta(ge=1)] = 1
    limit: Annotated[int, msgspec.Meta(ge=1)] = 20


_POST_FOLDER, _LONGEST_FOLDER = r"^([^./\\_#~][^/\\]*)?$", 60


def is_post_folder(name: str) -> bool:
    """Return whether posts can be written to a folder with this name; '' stands for the directory of posts itself."""
    return len(name) <= _LONGEST_FOLDER and re.search(_POST_FOLDER, name) is not None


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source of addresses for `archiver run`, with options for its posts.

    Exactly one of `list` (the path of a file with addresses), `album` (the address of an album), `feed` (the address
    or path of an RSS, Atom or JSON feed) and `links` (the articles to which kept articles link) is set. `name` is the
    source's name in messages; if it is '', the path or address is used, or `links`. The other fields are for its posts.
    They are written to the folder `folder` below `_posts/` ('' for `_posts/` itself), with `tags` and `author` (None:
    not set).
    """

    list: str = ""  # the path of a file with addresses
    album: str = ""  # the address of a public album (合集)
    feed: str = ""  # the address or the path of an RSS, Atom or JSON feed
    links: LinksSettings | None = None  # articles to which archived articles link
    name: str = ""
    tags: tuple[str, ...] | None = None
    author: str | None = None
    folder: Annotated[str, msgspec.Meta(pattern=_POST_FOLDER, max_length=_LONGEST_FOLDER)] = ""  # below _posts/

    def __post_init__(self) -> None:
        """Raise ValueError unless exactly one of `list`, `album`, `feed` and `links` is set."""
        if sum(map(bool, (self.list, self.album, self.feed, self.links))) != 1:
            raise ValueError(message("a source has exactly one of `list`, `album`, `feed` and `links`"))

    @property
    def kind(self) -> SourceKind:
        """The kind of the source: which of `list`, `album`, `feed` and `links` is set."""
        return "list" if self.list else "album" if self.album else "feed" if self.feed else "links"

    @property
    def title(self) -> str:
        """The name of the source in messages and in the catalogue: `name`, or else its path or address.

        Credentials in an address are redacted.
        """
        return redact_words(self.name or self.list or self.album or self.feed or "links")

    @property
    def options(self) -> SourceOptions:
        """The options for posts of this source."""
        return SourceOptions(name=self.title, folder=self.folder, tags=self.tags, author=self.author)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of one archive; docs/reference/settings.md explains each."""

    output: Annotated[str, msgspec.Meta(min_length=1)] = "output"
    profile: str = "jekyll"  # the kind of site that posts are written for
    catalogue: str = ""  # the URL of a PostgreSQL database for the catalogue; '' for a file in the archive
    egress: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{0,60}$")] = ""  # name of the address for requests
    walls_stop_all: Annotated[int, msgspec.Meta(ge=0)] = 2  # egresses blocked in ten minutes that stop all; 0: never
    store: str = ""  # the place in an object storage, s3://BUCKET/PREFIX; '' for files in the archive
    lang: Literal["", "en", "zh"] = ""  # the language of the reader; '' for that of the user's browser
    url: str = ""  # the address at which people reach the reader; '' for the one that each of them uses
    interval: _Seconds = 3.0  # seconds between two requests for pages
    proxy: str = ""
    cookies: str = ""  # a cookie file in Netscape's format, sent to mp.weixin.qq.com only
    link_local: bool = False  # whether links to articles in this archive lead to their posts
    post_address: str = "{{site.baseurl}}/{year}/{month}/{day}/{slug}.html"  # where the site publishes a post
    force: bool = False  # whether to overwrite posts that a person edited; only a flag can set it
    header_img: str = ""  # a picture of the site, `cover` for the article's cover, or `none`; '' for the profile's own
    site_prefix: str = "{{site.baseurl}}"  # prefix of /postimg/… in the addresses of media in posts
    media: MediaSettings = msgspec.field(default_factory=MediaSettings)
    article: ArticleSettings = msgspec.field(default_factory=ArticleSettings)
    sources: tuple[SourceSettings, ...] = ()  # the sources for `archiver run`
    budget: Annotated[int, msgspec.Meta(ge=1)] = 500  # the largest number of pages that one `archiver run` requests
    # Who is told what is new after a run: addresses for apprise, or paths of files with such addresses, and a command.
    notify: tuple[Annotated[str, msgspec.Meta(min_length=1)], ...] = ()
    on_news: tuple[Annotated[str, msgspec.Meta(min_length=1)], ...] = ()
    digest: Literal["", "daily"] = ""  # whether news are sent with the first run of a day only; '' for every run
    snapshots: bool = True  # whether to store every page as it was received
    completeness: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.999  # warn if a post shows less of its page's text
    recheck: str = ""  # first interval of rechecks of a new article, such as 7d; '' for never
    source_block: SourceBlock = msgspec.field(default_factory=SourceBlock)
    front_matter: dict[str, object] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError if a setting is invalid of which the type does not show it.

        That is: `recheck` is not a duration, `catalogue` is not the URL of a database, `store` is not a place in an
        object storage, or the name of a source `links` is also that of another source. By this name the articles are
        known that came by links.
        """
        if self.recheck:
            duration(self.recheck)
        if self.catalogue:
            check_catalogue_url(self.catalogue)
        if self.store:
            check_store_url(self.store)
        titles = [source.title for source in self.sources]
        for source in self.sources:
            if source.links and titles.count(source.title) > 1:
                raise ValueError(
                    message("two sources are called {title}: give the one with `links` a `name`", title=source.title)
                )

    @property
    def link_sources(self) -> frozenset[str]:
        """The titles of the sources `links`."""
        return frozenset(source.title for source in self.sources if source.links)


def duration(text: str) -> float:
    """Return the number of seconds in a duration such as `90`, `90s`, `45m`, `8h` or `2d`.

    Raise ValueError for any other form.
    """
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", number, re.ASCII):
        raise ValueError(message("write a number with s, m, h or d behind it: 45m"))
    return float(number) * units[unit]


def load(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    folder: Path,
    file: str = "",
    warn: Callable[[str], object] = str,
) -> Settings:
    """Return the settings of a command that is started in `folder`.

    `flags` holds only the flags that the user gave, nested like Settings, such as `{'media': {'save': False}}`.
    `environ` holds the environment variables. `file` is the argument of --config, '' if it is not given. `force` in a
    file or variable is ignored, because every run would then overwrite posts that people edited; `warn` is called with
    a line that says so. If a setting is unknown or invalid, raise ConfigError with the key and the place where it is
    set.
    """
    variables = list(_variable_layers(environ))
    output = next((str(layer["output"]) for _, layer in [("", flags), *variables] if "output" in layer), "")
    merged: Layer = {}
    for name, layer in [*_file_layers(file, folder, output), *variables]:
        if _validated(layer, name).force:
            warn(
                message(
                    "{name}: `force` is ignored here: give --force to the call that is to overwrite edited posts",
                    name=name,
                )
            )
        merged = _merged(merged, {key: value for key, value in layer.items() if key != "force"})
    _validated(dict(flags), message("the command line"))
    settings = _validated(_merged(merged, dict(flags)), message("the settings together"))
    if settings.egress and not settings.catalogue:
        raise ConfigError(
            message("is for machines that share a catalogue on a server: set `catalogue`, too"), concerns="egress"
        )
    return settings


def _variable_layers(environ: Mapping[str, str]) -> Iterator[tuple[str, Layer]]:
    """Yield the name and the settings of each ARCHIVER_* variable.

    For example, `ARCHIVER_MEDIA__SAVE=false` has the settings `{'media': {'save': 'false'}}`. Raise ConfigError if a
    variable is nested too deeply or is not UTF-8.
    """
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX) and name not in RESERVED:
            keys = name.removeprefix(PREFIX).lower().split("__")
            if keys[0] in _ONLY_IN_FILE:
                raise ConfigError(message("only archiver.yml sets `{name}`", name=keys[0]), concerns=name[:99])
            if len(keys) > _DEEPEST:
                raise ConfigError(
                    message("names a setting more than {deepest} deep", deepest=_DEEPEST), concerns=name[:99]
                )
            if keys[0] not in PATHS and not _is_utf8(name + value):  # a path may be any bytes
                raise ConfigError(message("is no UTF-8"), concerns=name)
            layer: object = value
            for key in reversed(keys):
                layer = {key: layer}
            assert isinstance(layer, dict)
            yield name, layer


def _is_utf8(text: str) -> bool:
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def _file_layers(file: str, folder: Path, output: str) -> Iterator[tuple[str, Layer]]:
    """Find the settings file and yield its path and its settings; yield nothing if there is none.

    `file` is the path that the user gave, relative to `folder`, the folder in which the command was started. If `file`
    is '', archiver.yml in `folder` is used, or else archiver.yml beside the archive's folder, whose path is `output`
    ('' for the default). Raise ConfigError if `file` does not exist, or if the settings file cannot be read.
    """
    if file:
        _log.info("%s: read", file)
        yield file, _read(folder / file)
        return
    beside = folder / Path(output or Settings().output).parent
    for path in (folder / FILE, beside / FILE):
        if os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises for some names
            _log.info("%s: read", path)
            yield str(path), _read(path)
            return
        if os.path.lexists(path):
            raise ConfigError(message("is no file, or a link to none: mend it, or take it away"), concerns=str(path))


def _read(path: Path) -> Layer:
    """Return the settings in a file. Relative paths in them are joined to the folder of the file.

    Raise ConfigError, with the path and the line if it is known, if the file cannot be read or holds no settings.
    """
    from archiver.yaml_reader import BrokenYaml, read_values

    try:
        with path.open("rb") as file:
            distrust = why_not_trusted(os.fstat(file.fileno()))
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ConfigError(
            message("cannot be read ({reason})", reason=getattr(error, "strerror", error)), concerns=str(path)
        ) from error
    if len(content) > _LARGEST:
        raise ConfigError(
            message("holds more than {limit} MB, which are no settings", limit=_LARGEST // 2**20), concerns=str(path)
        )
    try:
        layer = read_values(content.decode()) or {}
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(message("is no YAML: line {line} is not UTF-8", line=line), concerns=str(path)) from error
    except BrokenYaml as error:
        raise ConfigError(
            message("is no YAML that archiver reads: {reason}", reason=error.args[0]), concerns=str(path)
        ) from error
    if not isinstance(layer, dict):
        raise ConfigError(message("holds no settings: write `key: value` lines"), concerns=str(path))
    if distrust and (risky := next((key for key in _TRUSTED if layer.get(key)), "")):
        raise ConfigError(
            message("{distrust}, so `{risky}` in it is not followed", distrust=distrust, risky=risky),
            concerns=str(path),
        )
    # A key without a value, such as `sources:` above lines that are all comments, is not set.
    return with_paths_from(path.parent, {key: value for key, value in layer.items() if value is not None})


def _merged(lower: Layer, upper: Layer) -> Layer:
    """Return two nested dicts of settings merged. If both set a key, the value in `upper` is used."""
    merged = dict(lower)
    for key, value in upper.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _validated(layer: Layer, name: str) -> Settings:
    """Return a nested dict of settings as Settings.

    `name` says where the settings are from, such as a file or variable. Raise ConfigError with this name if a key is
    unknown, if a value is invalid, or if `front_matter` has the key `wechat`, which only archiver sets.
    """
    try:
        settings = msgspec.convert(layer, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_in_words_of_file(str(error)), concerns=name) from error
    if "wechat" in settings.front_matter:
        raise ConfigError(
            message("front_matter.wechat is the archive's own: it finds the article again"), concerns=name
        )
    return settings


def _in_words_of_file(said: str) -> str:
    """Return an error message of msgspec in the form `key: problem`.

    For example, msgspec's "Expected `float`, got `str` - at `$.interval`" becomes `interval: Expected float, got str`.
    """
    if unknown := _UNKNOWN.search(said):
        key = ".".join(filter(None, (unknown[2], unknown[1])))
        return message("unknown setting `{key}`: take it out, or correct its name", key=key)
    if wrong := _WRONG.match(said):
        return message("{key}: {problem}", key=wrong[2], problem=value_error(wrong[1].replace("`", "")))
    return said
