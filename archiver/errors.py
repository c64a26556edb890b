"""What can go wrong, and the exit code it ends in.

ArchiverError
├── UsageError            2   the words of the call are wrong
│   └── NotWeChat             an address that is not WeChat's
├── InputError           66   no such file, or nothing in it that could be read
├── ConfigError          78   archiver.yml, ARCHIVER_* or a flag holds what no setting takes
├── OutputError          73   the archive cannot be written
│   └── DamagedCatalogue      the catalogue is no database any more, or not whole
├── FetchError            1   the network gave no page or picture
│   ├── Unreachable           transport failed or the server kept refusing; another run may succeed
│   ├── CoolingDown      75   WeChat showed its wall or answered 429; no page is asked for until it has cooled down
│   ├── BudgetSpent           a run asked for as many pages as it may, or as long
│   ├── Postponed             a medium left for another run: the article's bounds, the run's time, its host's rest
│   ├── TooLarge              more bytes than the cap allows
│   └── ForbiddenAddress      an address a page must not make us open (private, loopback, not http)
├── Busy                 75   another run holds the archive
├── TakenOut              1   a person took the article out of the archive; it is not fetched again
└── NotAnArticle          1   the page was read, and holds no article
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from archiver.credentials import redact_words


class Exit(IntEnum):
    """The exit codes of the command; docs/exit-codes.md is the same table in words."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_INPUT = 66
    BUG = 70
    CANNOT_WRITE = 73
    TRY_LATER = 75
    BAD_CONFIG = 78
    INTERRUPTED = 130


# When several apply the first of these wins (ARCHITECTURE, exit codes).
_PRECEDENCE = (
    Exit.INTERRUPTED, Exit.BUG, Exit.CANNOT_WRITE, Exit.BAD_CONFIG, Exit.USAGE, Exit.NO_INPUT,
    Exit.TRY_LATER, Exit.FAILED, Exit.OK,
)  # fmt: skip


def foremost(codes: Collection[int]) -> int:
    """The code that wins of several."""
    return next(code for code in _PRECEDENCE if code in codes)


class ArchiverError(Exception):
    """Any failure that is not a bug: one line for the user, and what it concerns, both without credentials."""

    exit_code = Exit.FAILED

    def __init__(self, message: str, *, concerns: str = "") -> None:
        super().__init__(redact_words(message))
        self.concerns = redact_words(concerns)

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{self.concerns}: {message}" if self.concerns else message


class UsageError(ArchiverError):
    """The words of the call are wrong."""

    exit_code = Exit.USAGE


class NotWeChat(UsageError):  # noqa: N818 - the tree reads as statements
    """An address that is not one of mp.weixin.qq.com."""


class InputError(ArchiverError):
    """A file that is not there or cannot be read."""

    exit_code = Exit.NO_INPUT


class ConfigError(ArchiverError):
    """A setting that is unknown or has a value it cannot take."""

    exit_code = Exit.BAD_CONFIG


class OutputError(ArchiverError):
    """The archive cannot be written."""

    exit_code = Exit.CANNOT_WRITE


class DamagedCatalogue(OutputError):  # noqa: N818
    """The catalogue is no database any more, or holds what it cannot hold."""


class FetchError(ArchiverError):
    """The network gave no page or picture."""


class Unreachable(FetchError):  # noqa: N818
    """Every try failed; a later run may succeed."""


class CoolingDown(FetchError):  # noqa: N818
    """No page is asked for: WeChat refused a short while ago, by its wall or by HTTP 429, this run or another."""

    exit_code = Exit.TRY_LATER


class BudgetSpent(FetchError):  # noqa: N818
    """The run asked for as many pages as it may, or as long."""


class Postponed(FetchError):  # noqa: N818
    """A medium is left for another run: its article's bounds or the run's time are reached, or its host rests."""


class TooLarge(FetchError):  # noqa: N818
    """The response went past its cap."""


class ForbiddenAddress(FetchError):  # noqa: N818
    """An address that an untrusted page must not make us open."""


class Busy(ArchiverError):  # noqa: N818
    """Another run works on the archive."""

    exit_code = Exit.TRY_LATER


class ArticleRemoved(ArchiverError):  # noqa: N818
    """A person took the article out of the archive."""


class NotAnArticle(ArchiverError):  # noqa: N818 - its name is public
    """The page was read and holds no article; `state` says what it is (models.State)."""

    def __init__(self, state: str, reason: str = "", *, concerns: str = "") -> None:
        super().__init__(f"{state}: {reason}" if reason else str(state), concerns=concerns)
        self.state = state
        self.reason = reason
