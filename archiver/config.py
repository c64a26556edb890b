"""One frozen Settings: defaults < archiver.yml < ARCHIVER_* < flags; an unknown key is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from archiver.credentials import redact_words
from archiver.errors import ConfigError

FILE = "archiver.yml"
PREFIX = "ARCHIVER_"  # ARCHIVER_INTERVAL=5, and `__` for what lies inside: ARCHIVER_MEDIA__VIDEO_MAX=0

Layer = dict[str, object]
_PATHS = ("output", "cookies")  # a relative one in archiver.yml counts from that file
_UNKNOWN = re.compile(r"unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")
_WRONG = re.compile(r"(.*) - at `\$\.?([^`]*)`\Z")
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]
_Bytes = Annotated[int, msgspec.Meta(ge=0)]


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is saved beside a post. Sizes in bytes; what is larger stays remote."""

    save: bool = True
    image_max: _Bytes = 50_000_000
    video_max: _Bytes = 200_000_000


class ArticleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the pictures, sounds and films of one article may cost in one call; what is left stays due."""

    max_pictures: Annotated[int, msgspec.Meta(ge=1)] = 2_000  # sounds and films are counted, too
    max_requests: Annotated[int, msgspec.Meta(ge=1)] = 6_000
    max_bytes: Annotated[int, msgspec.Meta(ge=1)] = 2_000_000_000
    max_time: str = "30m"

    def __post_init__(self) -> None:
        """A time that can be read."""
        duration(self.max_time)


class SourceBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of the quote above the article; a link without an address is written as its text."""

    account: str = "转载：{account}"
    link: str = "来源：[微信公众号]({url})"
    gone: str = "原文已无法访问：{state}（{seen}）"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where `archiver run` finds addresses, one of `list`, `album` and `feed`, and what its posts are given."""

    list: str = ""  # a file of addresses
    album: str = ""  # the address of a public album (合集)
    feed: str = ""  # the address, or the file, of an RSS, Atom or JSON feed
    name: str = ""
    tags: tuple[str, ...] | None = None
    author: str | None = None
    folder: Annotated[str, msgspec.Meta(pattern=r"^([^./\\_#~][^/\\]*)?$", max_length=60)] = ""  # below _posts/

    def __post_init__(self) -> None:
        """Exactly one of the three."""
        if sum(map(bool, (self.list, self.album, self.feed))) != 1:
            raise ValueError("a source has exactly one of `list`, `album` and `feed`")

    @property
    def title(self) -> str:
        """How messages call it, and the catalogue: without the credentials that a feed's address may hold."""
        return redact_words(self.name or self.list or self.album or self.feed)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the archive is kept and the network used."""

    output: Annotated[str, msgspec.Meta(min_length=1)] = "output"
    interval: _Seconds = 3.0  # seconds between two pages
    proxy: str = ""
    cookies: str = ""  # a Netscape cookie file, for mp.weixin.qq.com alone
    link_local: bool = False  # links to articles of this archive lead to their posts
    post_address: str = "{{site.baseurl}}/{year}/{month}/{day}/{slug}.html"  # where the site publishes a post
    force: bool = False  # overwrite posts that a person edited
    site_prefix: str = "{{site.baseurl}}"  # what a post writes before /postimg/…
    media: MediaSettings = msgspec.field(default_factory=MediaSettings)
    article: ArticleSettings = msgspec.field(default_factory=ArticleSettings)
    sources: tuple[Source, ...] = ()  # of `archiver run`
    budget: Annotated[int, msgspec.Meta(ge=1)] = 500  # pages that one `archiver run` asks for at most
    snapshots: bool = True  # keep every page as it was received
    completeness: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.999  # share of a page's text; below, a post warns
    recheck: str = ""  # how often a page is asked for again, at first: 7d; '' for never
    source_block: SourceBlock = msgspec.field(default_factory=SourceBlock)
    front_matter: dict[str, object] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """A pause that can be read."""
        if self.recheck:
            duration(self.recheck)


def duration(text: str) -> float:
    """Seconds of `90`, `90s`, `45m`, `8h`, `2d`; ValueError for anything else."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", number, re.ASCII):
        raise ValueError("write a number with s, m, h or d behind it: 45m")
    return float(number) * units[unit]


def load(flags: Mapping[str, object], environ: Mapping[str, str], folder: Path, file: str = "") -> Settings:
    """The settings that hold for a run started in `folder`; ConfigError names the key and where it stands.

    `flags` holds only what the user gave, nested as Settings is; `file` is --config.
    """
    variables = list(_of_environment(environ))
    output = next((str(layer["output"]) for _, layer in [("", flags), *variables] if "output" in layer), "")
    merged: Layer = {}
    for name, layer in [*_of_file(file, folder, output), *variables, ("the command line", dict(flags))]:
        _checked(layer, name)
        merged = _merged(merged, layer)
    return _checked(merged, "the settings together")


def _of_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Layer]]:
    """Each variable of ours with what it sets."""
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX):
            layer: object = value
            for key in reversed(name.removeprefix(PREFIX).lower().split("__")):
                layer = {key: layer}
            assert isinstance(layer, dict)
            yield name, layer


def _of_file(file: str, folder: Path, output: str) -> Iterator[tuple[str, Layer]]:
    """The first archiver.yml that is there: the one named, else here, else beside the output."""
    if file:
        yield file, _read(folder / file)
        return
    beside = folder / Path(output or Settings().output).parent
    for path in (folder / FILE, beside / FILE):
        if path.is_file():
            yield str(path), _read(path)
            return


def _read(path: Path) -> Layer:
    import yaml

    try:
        layer = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", concerns=str(path)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError("is no YAML: " + " ".join(str(error).split()), concerns=str(path)) from error
    if not isinstance(layer or {}, dict):
        raise ConfigError("holds no settings: write `key: value` lines", concerns=str(path))
    return _from_there(layer or {}, path.parent)


def _from_there(layer: Layer, folder: Path) -> Layer:
    paths = {key: value for key in _PATHS if isinstance(value := layer.get(key), str) and value}
    there: Layer = {key: str(folder / Path(value).expanduser()) for key, value in paths.items()}
    if isinstance(sources := layer.get("sources"), list):
        there["sources"] = [_source_from_there(source, folder) for source in sources]
    return layer | there


def _source_from_there(source: object, folder: Path) -> object:
    if not isinstance(source, dict):
        return source
    paths = {key: value for key in ("list", "feed") if isinstance(value := source.get(key), str) and value}
    local = {key: value for key, value in paths.items() if "://" not in value}
    named = {"name": source.get("name") or next(iter(paths.values()), "")} if paths else {}
    return source | named | {key: str(folder / Path(value).expanduser()) for key, value in local.items()}


def _merged(under: Layer, over: Layer) -> Layer:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _checked(layer: Layer, name: str) -> Settings:
    try:
        settings = msgspec.convert(layer, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_explained(str(error)), concerns=name) from error
    if "wechat" in settings.front_matter:
        raise ConfigError("front_matter.wechat is the archive's own: it finds the article again", concerns=name)
    return settings


def _explained(message: str) -> str:
    """msgspec's message in the words of the file: `interval: Expected float, got str`."""
    if unknown := _UNKNOWN.search(message):
        key = ".".join(filter(None, (unknown[2], unknown[1])))
        return f"unknown setting `{key}`: take it out, or correct its name"
    if wrong := _WRONG.match(message):
        return f"{wrong[2]}: {wrong[1]}".replace("`", "")
    return message
