"""The errors that archiver raises, with the exit code that each leads to.

ArchiverError
├── UsageError            2   the call is wrong
│   └── NotWeChat             an address that is not WeChat's
├── InputError           66   no such file, or nothing in it that could be read
├── ConfigError          78   archiver.yml, ARCHIVER_* or a flag holds what no setting takes
├── OutputError          73   the archive cannot be written
│   └── DamagedCatalogue      the catalogue is no database any more, or not whole
├── FetchError            1   the network gave no page or picture
│   ├── Unreachable           transport failed or the server kept refusing; another run may succeed
│   ├── CoolingDown      75   WeChat showed a verification page or answered 429; no page is requested for a while
│   ├── BudgetSpent           a run has requested as many pages as it may, or for as long as it may
│   ├── Postponed             media left for another run: limit of the article, end of the run's time, or a pause
│   │                         of their host
│   ├── TooLarge              more bytes than the cap allows
│   └── ForbiddenAddress      an address that a page must not make us open (private, loopback, not http)
├── Busy                 75   another run works on the archive
├── ArticleRemoved        1   a person removed the article from the archive; it is not fetched again
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


# When several apply the first of these wins (docs/exit-codes.md).
_PRECEDENCE = (
    Exit.INTERRUPTED, Exit.BUG, Exit.CANNOT_WRITE, Exit.BAD_CONFIG, Exit.USAGE, Exit.NO_INPUT,
    Exit.TRY_LATER, Exit.FAILED, Exit.OK,
)  # fmt: skip


def combine_exit_codes(codes: Collection[int]) -> int:
    """Return the one exit code that stands for several, by their precedence."""
    return next(code for code in _PRECEDENCE if code in codes)


class ArchiverError(Exception):
    """Any failure that is not a bug: a message of one line, and what it concerns, both without credentials."""

    exit_code = Exit.FAILED

    def __init__(self, message: str, *, concerns: str = "") -> None:
        super().__init__(redact_words(message))
        self.concerns = redact_words(concerns)

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{self.concerns}: {message}" if self.concerns else message


class UsageError(ArchiverError):
    """A call that is wrong: options, arguments or their combination."""

    exit_code = Exit.USAGE


class NotWeChat(UsageError):  # noqa: N818 - the tree reads as statements
    """An address that is not one of mp.weixin.qq.com."""


class InputError(ArchiverError):
    """A file, or an article, that does not exist or cannot be read."""

    exit_code = Exit.NO_INPUT


class ConfigError(ArchiverError):
    """A setting that is unknown or has a value it cannot take."""

    exit_code = Exit.BAD_CONFIG


class OutputError(ArchiverError):
    """An archive or a file that cannot be written."""

    exit_code = Exit.CANNOT_WRITE


class DamagedCatalogue(OutputError):  # noqa: N818
    """A catalogue that is no database any more, or that is inconsistent."""


class FetchError(ArchiverError):
    """A failed request for a page or a medium."""


class Unreachable(FetchError):  # noqa: N818
    """A request that failed at every try; a later run may succeed."""


class CoolingDown(FetchError):  # noqa: N818
    """A page that is not requested, since WeChat refused one a short while ago, to this run or another.

    It did so by a verification page or by HTTP 429.
    """

    exit_code = Exit.TRY_LATER


class BudgetSpent(FetchError):  # noqa: N818
    """A run that has requested as many pages as it may, or for as long as it may."""


class Postponed(FetchError):  # noqa: N818
    """A medium that is left for another run.

    A limit of its article or the run's time is reached, or no request may be made to its host for a while.
    """


class TooLarge(FetchError):  # noqa: N818
    """A response with more bytes than its limit allows."""


class ForbiddenAddress(FetchError):  # noqa: N818
    """An address that an untrusted page must not make us open."""


class Busy(ArchiverError):  # noqa: N818
    """An archive on which another run works."""

    exit_code = Exit.TRY_LATER


class ArticleRemoved(ArchiverError):  # noqa: N818
    """An article that a person removed from the archive; it is not fetched again."""


class NotAnArticle(ArchiverError):  # noqa: N818 - its name is public
    """A page that holds no article; `state` says what it is (models.State), `reason` why."""

    def __init__(self, state: str, reason: str = "", *, concerns: str = "") -> None:
        super().__init__(f"{state}: {reason}" if reason else str(state), concerns=concerns)
        self.state = state
        self.reason = reason
