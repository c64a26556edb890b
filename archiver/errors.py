"""Define the errors that archiver raises, with the exit code of each. A class without a number has its parent's code.

ArchiverError
├── UsageError            2   the options or arguments of the call are wrong
│   └── NotWeChat             an address is not one of WeChat
├── InputError           66   a file or an article does not exist or cannot be read
├── ConfigError          78   archiver.yml, an ARCHIVER_* variable or a flag has an unknown setting or a wrong value
├── OutputError          73   the archive or a file cannot be written
│   ├── DamagedCatalogue      the catalogue is not a valid database, or it is inconsistent
│   ├── CatalogueAway    75   the server of the catalogue cannot be reached, or it is busy
│   └── StoreAway        75   the object storage of the archive cannot be reached, or it is busy
├── FetchError            1   a page or a medium could not be fetched
│   ├── Unreachable           every request failed; a later run may succeed
│   ├── CoolingDown      75   WeChat showed a verification page or answered 429; no page is requested for a while
│   │   └── Refused               WeChat answered this request with 429
│   ├── BudgetSpent           the run has reached its limit of pages or of time
│   ├── Postponed             a medium is left for another run: its article's limits or the run's time are used up, or
│   │                         its host must not be asked for a while
│   ├── TooLarge              the response has more bytes than are allowed
│   └── ForbiddenAddress      the address is not requested: it is invalid, too long, not http(s) or not public, or its
│                             port is neither 80 nor 443 nor one that the user chose
├── Busy                 75   another run is working on the archive, or another program uses the reader's port
│   └── LeaseLost             another run has taken over the address on which this run was working
├── ArticleRemoved        1   the user removed the article from the archive; it is not fetched again
└── NotAnArticle          1   the page was read, but holds no article
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from archiver.credentials import redact_words


class Exit(IntEnum):
    """The exit codes of the command, which docs/reference/exit-codes.md explains."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_INPUT = 66
    BUG = 70
    CANNOT_WRITE = 73
    TRY_LATER = 75
    BAD_CONFIG = 78
    INTERRUPTED = 130


# If several codes apply, the first of them in this order is used (docs/reference/exit-codes.md).
_PRECEDENCE = (
    Exit.INTERRUPTED, Exit.BUG, Exit.CANNOT_WRITE, Exit.BAD_CONFIG, Exit.USAGE, Exit.NO_INPUT,
    Exit.TRY_LATER, Exit.FAILED, Exit.OK,
)  # fmt: skip


def combine_exit_codes(codes: Collection[int]) -> int:
    """Return the one exit code with which a command ends if its parts have the exit codes `codes` (at least one).

    It is the first of `codes` in the order INTERRUPTED, BUG, CANNOT_WRITE, BAD_CONFIG, USAGE, NO_INPUT, TRY_LATER,
    FAILED, OK.
    """
    return next(code for code in _PRECEDENCE if code in codes)


class ArchiverError(Exception):
    """The base class of all errors that archiver raises on purpose; any other exception is a bug.

    An error has a message of one line. Its attribute `concerns` is the file, address or setting that the message is
    about, or ''. Credentials are redacted in both. `code` names the kind of the error in JSON, in every language.
    """

    code = "failed"
    exit_code = Exit.FAILED

    def __init__(self, message: str, *, concerns: str = "") -> None:
        super().__init__(redact_words(message))
        self.concerns = redact_words(concerns)

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{self.concerns}: {message}" if self.concerns else message


class UsageError(ArchiverError):
    """The error for options or arguments that are wrong or cannot be combined."""

    code = "usage"
    exit_code = Exit.USAGE


class NotWeChat(UsageError):  # noqa: N818 - the names read as statements
    """The error for an address that is not one of mp.weixin.qq.com."""

    code = "not_wechat"


class InputError(ArchiverError):
    """The error for a file or an article that does not exist or cannot be read."""

    code = "no_input"
    exit_code = Exit.NO_INPUT


class ConfigError(ArchiverError):
    """The error for a setting that is unknown or has an invalid value."""

    code = "bad_config"
    exit_code = Exit.BAD_CONFIG


class OutputError(ArchiverError):
    """The error for an archive or a file that cannot be written."""

    code = "cannot_write"
    exit_code = Exit.CANNOT_WRITE


class DamagedCatalogue(OutputError):  # noqa: N818
    """The error for a catalogue that is not a valid database, or whose contents are inconsistent."""

    code = "damaged_catalogue"


class CatalogueAway(OutputError):  # noqa: N818
    """The error for a catalogue whose server cannot be reached now or is too busy; a later attempt may succeed."""

    code = "catalogue_away"
    exit_code = Exit.TRY_LATER


class StoreAway(OutputError):  # noqa: N818
    """The error for an object storage that cannot be reached now or is too busy; a later attempt may succeed."""

    code = "store_away"
    exit_code = Exit.TRY_LATER


class FetchError(ArchiverError):
    """The error for a page or a medium that could not be fetched."""

    code = "not_fetched"


class Unreachable(FetchError):  # noqa: N818
    """The error for a request that failed in every attempt; a later run may succeed."""

    code = "unreachable"


class CoolingDown(FetchError):  # noqa: N818
    """The error for a page that was not received because WeChat refuses requests at present.

    WeChat has refused this request, or has recently refused a request of this or another run. To refuse, WeChat answers
    with a verification page or with HTTP status 429.
    """

    code = "cooling_down"
    exit_code = Exit.TRY_LATER


class Refused(CoolingDown):
    """The error for a page that was requested, and that WeChat refused with HTTP status 429."""

    code = "refused"


class BudgetSpent(FetchError):  # noqa: N818
    """The error for a page that is not requested because the run has reached its limit of pages or of time."""

    code = "budget_spent"


class Postponed(FetchError):  # noqa: N818
    """The error for a medium that is left for another run.

    Either a limit of the article or the time limit of the run is reached, or the host of the medium must not be asked
    for a while.
    """

    code = "postponed"


class TooLarge(FetchError):  # noqa: N818
    """The error for a response that has more bytes than are allowed."""

    code = "too_large"


class ForbiddenAddress(FetchError):  # noqa: N818
    """The error for an address that archiver refuses to request.

    The address is invalid or too long, or not http or https. Or its host is not public (for example this machine or its
    network). Or its port is neither 80 nor 443 nor one that the user chose.
    """

    code = "forbidden_address"


class Busy(ArchiverError):  # noqa: N818
    """The error for an archive on which another run is working, or for a port that another program uses."""

    code = "busy"
    exit_code = Exit.TRY_LATER


class LeaseLost(Busy):
    """The error for an article that is not recorded, because another run has taken over its address meanwhile."""

    code = "lease_lost"


class ArticleRemoved(ArchiverError):  # noqa: N818
    """The error for an article that the user removed from the archive and that is therefore not fetched again."""

    code = "taken_out"


class NotAnArticle(ArchiverError):  # noqa: N818 - its name is public
    """The error for a page that holds no article.

    `state` is the kind of page, a value of models.State, and the error's code. `reason` is the text of WeChat's notice
    or the title of the page, or ''.
    """

    def __init__(self, state: str, reason: str = "", *, concerns: str = "") -> None:
        super().__init__(f"{state}: {reason}" if reason else str(state), concerns=concerns)
        self.state = self.code = state
        self.reason = reason
