"""The options that several commands share, and the settings they make."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli.streams import say, say_lines
from archiver.credentials import redact_words

if TYPE_CHECKING:
    from archiver.settings import Settings

Output = Annotated[str | None, typer.Option("-o", "--output", metavar="FOLDER", help="The archive [default: output].")]
Config = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="Settings, instead of archiver.yml here or beside the archive.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on stderr.")]
Interval = Annotated[float | None, typer.Option(min=0, metavar="SECONDS", help="Between two pages [default: 3].")]
NoMedia = Annotated[bool, typer.Option("--no-media", help="Save no pictures; posts link to WeChat's.")]
Proxy = Annotated[str | None, typer.Option(metavar="URL", help="Instead of HTTPS_PROXY.")]
Cookies = Annotated[
    str | None, typer.Option(metavar="FILE", help="Netscape cookie file of a browser that solved a verification.")
]
LinkLocal = Annotated[bool, typer.Option("--link-local", help="Links to articles of this archive lead to their posts.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite posts that were edited by hand.")]
Limit = Annotated[int | None, typer.Option(min=0, metavar="N", help="Ask for at most N articles; the rest stays due.")]
Retry = Annotated[bool, typer.Option("--retry", help="Ask now what failed before and is not due yet.")]
RetryGone = Annotated[bool, typer.Option("--retry-gone", help="Ask again what was deleted or taken down.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Read known articles again.")]


def _duration(text: str) -> float:
    """Seconds of `90`, `90s`, `45m`, `8h`, `2d`."""
    from archiver.settings import duration

    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


MaxTime = Annotated[
    float | None, typer.Option(parser=_duration, metavar="TIME", help="Begin no page after this: 90s, 45m, 8h.")
]


def _day(text: str) -> datetime:
    """Midnight in Beijing, where articles are dated."""
    from archiver.models import CHINA

    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=CHINA)
    except ValueError:
        raise typer.BadParameter("write a day as 2026-01-31") from None


Account = Annotated[str, typer.Option(metavar="NAME", help="Of this account, by its name or gh_… id.")]
Since = Annotated[datetime | None, typer.Option(parser=_day, metavar="DAY", help="Published on DAY or later.")]
Until = Annotated[datetime | None, typer.Option(parser=_day, metavar="DAY", help="Published before DAY.")]


def settings(config: str, flags: Mapping[str, object]) -> Settings:
    """The settings of a call: its flags, by the names of settings, over ARCHIVER_* over archiver.yml."""
    from archiver.settings import load

    given = {key: value for key, value in flags.items() if value is not None and value is not False}
    if given.pop("no_media", None):
        given["media"] = {"save": False}
    return load(given, os.environ, Path(), config, lambda warning: say(f"archiver: warning: {warning}"))


def log(*, verbose: bool) -> None:
    """Shows what archiver does on stderr, when that is wanted."""
    import logging

    if verbose:  # ours alone: other libraries' logs would show addresses with what they carry
        log = logging.getLogger("archiver")

        class MessageHandler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                say_lines(redact_words(self.format(record)))

        log.addHandler(MessageHandler())
        log.setLevel(logging.DEBUG)
