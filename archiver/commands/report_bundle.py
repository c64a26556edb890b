"""Make the report that `archiver doctor --bundle FILE` writes for the maintainers: a zip file without secrets.

It has the checks, the versions, the settings and the page that came. Credentials are redacted in all of them, and so
are the home folder and the name of the user, which paths contain. The checks name no other place either: no path of
this machine, and no host of a proxy or of a catalogue's server.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec

from archiver.commands.machine_checks import system
from archiver.credentials import redact_words
from archiver.errors import ConfigError
from archiver.extractor.redaction import redact, redact_address, redact_headers
from archiver.fetcher.proxy import ProxyConfig
from archiver.models import Page
from archiver.models.checkup import BundleMember, Check
from archiver.settings import Settings
from archiver.storage.local import atomic_file

_SET = "(set)"
# A folder of a user in a path of Linux, macOS or Windows, also percent-encoded or escaped in a script. A name that
# has spaces ends at the next separator.
_SEPARATOR = r"(?:/|%2f|%5c|\\{1,2})"
_LETTER = r"(?:[^/\\%\"'<>\s]|%(?!2[27f]|3[ce]|5c)[0-9a-f]{2})"
_USER_FOLDER = re.compile(
    rf"({_SEPARATOR}(?:home|users){_SEPARATOR}){_LETTER}(?:(?:{_LETTER}| ){{0,59}}(?={_SEPARATOR})|{_LETTER}{{0,59}})",
    re.I | re.ASCII,
)
# An absolute path in a message. A slash within a word or an address begins none. Its end is that of a word: a path with
# spaces that is known is replaced before.
_PATH = re.compile(r"(?:file:(?://)?/|(?<![\w:/.~>\\])/|(?<!\w)[A-Z]:[\\/]|(?<!\\)\\\\(?=\w))[^\s'\"<>,;()]+", re.I)
_PATH_WORD, _HOST_WORD = "PATH", "HOST"
_SHORTEST_NAME = 3  # characters of a user's name that is replaced as a word, too
_DISTRIBUTION = re.compile(r"[A-Za-z0-9._-]+")


def bundle_members(checks: tuple[Check, ...], page: Page | None, settings: Settings) -> tuple[BundleMember, ...]:
    """Return the files of a report. `page` is the page that came, None if none did."""
    private = _Private.of_user()
    objects: dict[str, object] = {
        "checks.json": msgspec.to_builtins(_without_places(checks, settings), enc_hook=str),
        "versions.json": _versions(),
        "settings.json": _public_settings(settings),
    }
    if page:
        objects["page.json"] = {
            "url": redact_address(page.url), "final_url": redact_address(page.final_url), "status": page.status,
            "headers": redact_headers(page.headers), "captured": page.captured.isoformat(), "saved": page.saved,
            "redacted": page.redacted,
        }  # fmt: skip
    members = [
        BundleMember(name=name, content=_json(private.without(value)).encode()) for name, value in objects.items()
    ]
    if page:
        members.append(BundleMember(name="page.html", content=private.without_in_page(redact(page.content)[0])))
    return tuple(members)


def write_bundle(path: Path, members: tuple[BundleMember, ...]) -> None:
    """Write a report to `path`, whole or not at all; raise OutputError if it cannot be written."""
    with atomic_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for member in members:
            bundle.writestr(zipfile.ZipInfo(member.name), member.content, zipfile.ZIP_DEFLATED)


def _without_places(checks: Iterable[Check], settings: Settings) -> list[Check]:
    """Return the checks without the paths and hosts in what they say. The home folder stays, as `~`."""
    known = dict.fromkeys(_known_paths(settings), _PATH_WORD) | dict.fromkeys(_hosts(settings), _HOST_WORD)
    private = _Private.of_user()

    def without(text: str) -> str:
        for place in sorted(known, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(place)}(?!\w)", known[place], text, flags=re.I)
        return _PATH.sub(_PATH_WORD, str(private.without(text)))

    return [
        replace(
            check,
            message=without(check.message),
            advice=without(check.advice),
            page=replace(check.page, source=without(check.page.source)) if check.page else None,
        )
        for check in checks
    ]


def _known_paths(settings: Settings) -> set[str]:
    """Return the paths of this machine that checks name and that are not below the home folder."""
    named = [settings.output, os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")]
    output = Path(settings.output).absolute()
    paths = {*filter(None, named), str(output), str(output.resolve()), *map(str, output.parents)}
    home = Path.home()
    return {path for path in paths if len(path) > 1 and Path(path).is_absolute() and home not in Path(path).parents}


def _hosts(settings: Settings) -> set[str]:
    """Return the hosts of the proxy and of the catalogue's server."""
    found = {urlsplit(settings.catalogue).hostname or ""}
    with suppress(ConfigError):
        if proxy := ProxyConfig(settings.proxy).proxy:
            found.add(proxy.url.host.decode())
    return found - {""}


class _Private:
    """What names the user of this machine: the home folder and the login name. Either may be ''."""

    def __init__(self, home: str, name: str) -> None:
        self._home = re.compile(_any_of(_spellings(home)), re.I) if len(home) > 1 else None
        word = rf"(?<![^\W_]){_any_of({name, quote(name, errors='replace')})}(?![^\W_])"
        self._name = re.compile(word, re.I) if len(name) >= _SHORTEST_NAME else None

    @classmethod
    def of_user(cls) -> _Private:
        """Return those of the user who runs this process."""
        name = ""
        with suppress(OSError, KeyError):
            name = getpass.getuser()
        with suppress(RuntimeError):
            return cls(str(Path.home()), name)
        return cls("", name)

    def without(self, value: object) -> object:
        """Return a value of archiver's own without the home folder, the name of the user and credentials.

        All texts in it are changed, before JSON writes some of their characters in another way.
        """
        if isinstance(value, Mapping):
            return {self._without(str(key)): self.without(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.without(each) for each in value]
        return self._without(value) if isinstance(value, str) else value

    def without_in_page(self, content: bytes) -> bytes:
        """Return a page without the folders of users. The name of the user may be a word of its article, and stays."""
        return self._without_folders(content.decode("latin-1")).encode("latin-1")

    def _without(self, text: str) -> str:
        text = self._without_folders(redact_words(text))
        return self._name.sub("USER", text) if self._name else text

    def _without_folders(self, text: str) -> str:
        text = self._home.sub("~", text) if self._home else text
        return _USER_FOLDER.sub(r"\1USER", text)


def _spellings(path: str) -> set[str]:
    """Return the ways in which texts and pages write a path: as it is, escaped in a script, or in an address.

    Pages are read as Latin-1, so each way is also returned as it then looks.
    """
    posix = path.replace("\\", "/")
    name = posix.encode(errors="surrogateescape")
    written = {path, path.replace("\\", "\\\\"), posix, quote(name), quote(name, safe="/:"), quote(name, safe="")}
    return written | {each.encode(errors="surrogateescape").decode("latin-1") for each in written}


def _any_of(texts: Iterable[str]) -> str:
    """Return a regular expression of any of the texts, the longest that fits."""
    return f"(?:{'|'.join(map(re.escape, sorted(texts, key=len, reverse=True)))})"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def _versions() -> dict[str, str]:
    """Return the versions of archiver, of what it runs on, and of its installed dependencies."""
    found = {"archiver": version("archiver"), "python": sys.version, "platform": system()}
    with suppress(PackageNotFoundError):
        for requirement in requires("archiver") or ():
            if name := _DISTRIBUTION.match(requirement):
                with suppress(PackageNotFoundError):
                    found[name[0]] = version(name[0])
    return found


def _public_settings(settings: Settings) -> dict[str, object]:
    """Return the settings without what is private: places, addresses, names, words and logins.

    Numbers and switches are kept. Of the proxy and the catalogue's server only the kind is, and of sources their kinds.
    """
    values = msgspec.to_builtins(settings)
    assert isinstance(values, dict)
    default = msgspec.to_builtins(Settings())
    kinds = [source.kind for source in settings.sources]
    kept = _without_words(values, default)
    return {
        **kept, "sources": kinds, "profile": settings.profile, "recheck": settings.recheck,
        "proxy": _kind(settings.proxy), "catalogue": _kind(settings.catalogue),
    }  # fmt: skip


def _without_words(values: Mapping[str, object], default: Mapping[str, object]) -> dict[str, object]:
    """Return settings in which each text that is not the default one is `(set)`."""
    return {key: _without_word(value, default.get(key)) for key, value in values.items()}


def _without_word(value: object, default: object) -> object:
    if isinstance(value, dict):
        return _without_words(value, default if isinstance(default, dict) else {})
    return value if isinstance(value, (bool, int, float)) or value == default else _SET


def _kind(address: str) -> str:
    """Return the scheme of an address, such as `socks5`; '' if there is no address."""
    return f"{urlsplit(address).scheme if '://' in address else 'no scheme'}: {_SET}" if address else ""
