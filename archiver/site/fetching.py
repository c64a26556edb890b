"""Work on the queue in the background while the reader runs, as `archiver serve --fetch` asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from archiver.app import Archiver, FetchOptions
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, Busy
from archiver.settings import Settings

_log = logging.getLogger(__name__)

_PAUSE = 60.0  # seconds between two looks at the queue, unless something is added; also while another run works
_PAUSE_AFTER_ERROR = 300.0


class BackgroundFetching:
    """A thread that archives what waits in the queue, politely, and looks again when something is added.

    `report` is called with a line about what went wrong.
    """

    def __init__(self, settings: Settings, report: Callable[[str], None]) -> None:
        self._settings = settings
        self._report = report
        self._last_report = ""
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._work, name="fetching", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now, since something was added to it."""
        self._woken.set()

    def stop(self, seconds: float) -> None:
        """Send no further request; wait at most this long for the present one to end."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            pause = self._round()
            if not self._stopped.is_set():
                self._woken.wait(pause)

    def _round(self) -> float:
        """Archive what is due now, and return the seconds until the next look at the queue."""
        try:
            with Archiver(self._settings) as archive:
                for outcome in archive.work_queue(FetchOptions(), self._stopped.is_set):
                    _log.info("%s: %s", outcome.source, outcome.outcome)
        except Busy as error:
            self._say(str(error))
            return _PAUSE
        except ArchiverError as error:
            self._say(str(error))
        except Exception as error:  # noqa: BLE001 - a bug must not end the thread: other addresses are due, too
            _log.error("the queue: a bug", exc_info=True)
            self._say(f"the queue: {type(error).__name__}: {redact_words(str(error))}")
        else:
            self._last_report = ""
            return _PAUSE
        return _PAUSE_AFTER_ERROR

    def _say(self, report: str) -> None:
        """Report an error, unless it is the one of the last round."""
        if report != self._last_report and not self._stopped.is_set():
            self._report(report)
        self._last_report = report
