"""Hand news over: to the services of the setting `notify`, and to the command of `on_news`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec

from archiver.errors import ArchiverError
from archiver.messages.message import message
from archiver.news.message import NewsMessage
from archiver.processes import kill_with_children

PATIENCE = 30.0  # seconds in which services answer
COMMAND_PATIENCE = 60.0  # seconds in which the user's command ends
_STARTING = 30.0  # seconds in which Python loads apprise
_SENDER = "archiver.news.sender"
_PRIVATE = ("ARCHIVER_PASSWORD",)  # variables that no other program needs


class NewsNotTaken(ArchiverError):  # noqa: N818 - reads as a statement
    """The error for news that a service or a command did not take. It holds no address and no text of a page."""


def send(addresses: Sequence[str], news: NewsMessage) -> Iterator[NewsNotTaken | None]:
    """Send a message to services; yield, for each address, None or why its service did not take the message.

    The message is sent to all at the same time, by a process of its own (`sender`). Raise NewsNotTaken if no address
    was tried.
    """
    if not find_spec("apprise"):
        raise NewsNotTaken(message("needs the extra `notify`: pip install 'archiver[notify]'"), concerns="notify")
    request = {"addresses": list(addresses), "title": news.title, "body": news.body, "patience": PATIENCE}
    # -P: a file in the present folder is no module of Python's.
    command = [sys.executable, "-P", "-m", _SENDER]
    code, output = _run(command, json.dumps(request).encode(), PATIENCE + _STARTING, "notify", is_read=True)
    try:
        results = [(str(result["service"]), str(result["error"])) for result in json.loads(output)]
    except (ValueError, TypeError, KeyError) as error:
        raise NewsNotTaken(message("apprise ended with code {code}", code=code), concerns="notify") from error
    for number, (service, reason) in enumerate(results, 1):
        said = (
            message("{service} (address {number}) {reason}", service=service, number=number, reason=reason)
            if service
            else message("address {number} {reason}", number=number, reason=reason)
        )
        yield NewsNotTaken(said, concerns="notify") if reason else None


def run_command(command: Sequence[str], report: Mapping[str, object]) -> None:
    """Run the user's command, without a shell, with a report as JSON on its stdin.

    What it writes to stdout is dropped. Raise NewsNotTaken if it cannot be run, fails, or takes more than a minute.
    """
    content = json.dumps(report, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"
    code, _ = _run(command, content, COMMAND_PATIENCE, "on_news")
    if code:
        raise NewsNotTaken(message("the command ended with code {code}", code=code), concerns="on_news")


def _run(
    command: Sequence[str], content: bytes, patience: float, setting: str, *, is_read: bool = False
) -> tuple[int, bytes]:
    """Run a program with `content` on its stdin; return its exit code and, with `is_read`, what it wrote to stdout.

    The program of archiver's own (`is_read`) has no stderr. The program and all that it started is killed after
    `patience` seconds. Raise NewsNotTaken, which names `setting`, if it cannot be started or is killed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _PRIVATE}
    try:
        with subprocess.Popen(  # noqa: S603 - the user's own program, without a shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE if is_read else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if is_read else None, env=environment, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                output, _ = process.communicate(content, timeout=patience)
            except BaseException:
                kill_with_children(process)
                raise
    except subprocess.TimeoutExpired as error:
        raise NewsNotTaken(message("took more than {patience:.0f} s", patience=patience), concerns=setting) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        reason = getattr(error, "strerror", None) or "not a command"
        raise NewsNotTaken(message("the command cannot be run ({reason})", reason=reason), concerns=setting) from error
    return process.returncode, output or b""
