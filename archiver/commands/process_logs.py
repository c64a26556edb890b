"""Bring the log messages of worker processes to the process that started them, which shows them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from logging.handlers import QueueHandler, QueueListener
from multiprocessing.context import SpawnContext
from multiprocessing.queues import Queue
from traceback import format_exception

_package = logging.getLogger("archiver")


@contextmanager
def received_logs(processes: SpawnContext) -> Iterator[Callable[[], None]]:
    """Show the log messages of worker processes in this process, during the `with` block.

    Yield a function that each worker has to call when it starts. From then on, the worker sends its log messages to
    this process, which handles them like its own. If this process shows no messages of the level INFO, the function
    does nothing. `processes` is the context that starts the workers.
    """
    level = _package.getEffectiveLevel()
    if level > logging.INFO:
        yield _send_nothing
        return
    queue: Queue[logging.LogRecord] = processes.Queue()
    listener = QueueListener(queue, _Receiver())
    listener.start()
    try:
        yield partial(_send, queue, level)
    finally:
        listener.stop()


def _send_nothing() -> None:
    """Do nothing. A worker calls this instead of `_send` if no log messages are wanted."""


def _send(queue: Queue[logging.LogRecord], level: int) -> None:
    """Send the messages of this process to `queue` from now on, if their level is at least `level`."""
    _package.addHandler(_Sender(queue))
    _package.setLevel(level)


class _Sender(QueueHandler):
    """A handler that sends records as plain text, since their arguments and tracebacks may not be picklable."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a copy of a record that can be sent to another process."""
        plain = copy(record)
        plain.msg, plain.args, plain.exc_info = record.getMessage(), None, None
        if record.exc_info and record.exc_info[1]:
            plain.exc_text = "".join(format_exception(record.exc_info[1]))
        return plain


class _Receiver(logging.Handler):
    """A handler that passes a record of another process to the handlers of this one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on a record."""
        logging.getLogger(record.name).handle(record)
