"""Read the addresses of services from the setting `notify`. They are secrets: no message names one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.storage.secret_files import read_secrets

# Addresses as the services show them that apprise does not know; it knows that of WeCom.
_WEBHOOKS = (
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?", re.ASCII), "feishu://"),
    (re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=(\w+)", re.ASCII), "dingtalk://"),
)


class UnreadEntry(ConfigError):  # noqa: N818 - reads as a statement
    """The error for an entry of `notify` that holds no addresses."""


def addresses_of(entries: Sequence[str]) -> Iterator[str | UnreadEntry]:
    """Yield the addresses that the setting `notify` names, and an error for each entry that cannot be read.

    An entry with `://` is an address. Any other is the path of a file with one address a line, which only its owner
    may read; empty lines and lines that begin with `#` are left out. The errors name the entry by its number alone,
    because somebody may have written a secret without `://`.
    """
    for number, entry in enumerate(entries, 1):
        if "://" in entry:
            yield _as_apprise_has_it(entry)
            continue
        try:
            lines = [line.strip() for line in read_secrets(Path(entry))]
        except ConfigError as error:
            yield UnreadEntry(
                message("entry {number} is no address, and as a file {reason}", number=number, reason=error.args[0]),
                concerns="notify",
            )
            continue
        yield from (_as_apprise_has_it(line) for line in lines if line and not line.startswith("#"))


def _as_apprise_has_it(address: str) -> str:
    """Return an address in the form that apprise knows, if it is the address of a bot as its service shows it."""
    for pattern, scheme in _WEBHOOKS:
        if found := pattern.fullmatch(address):
            return f"{scheme}{found[1]}"
    return address
