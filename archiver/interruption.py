"""Handle ^C: define the message that is printed after it, and repeat a ^C that Python has ignored.

Python ignores the exception of a ^C that arrives in a destructor or in the callback of a weak reference. See
`repeat_ignored`.

This module imports nothing at its top, because the message is needed even before everything else is loaded.
"""

from __future__ import annotations

MESSAGE = "archiver: interrupted; what was written is whole, the same call goes on with the rest"
_PAUSE = 0.01  # seconds after which an ignored ^C is repeated


def repeat_ignored() -> None:
    """Make ^C interrupt the program even if Python ignores its exception. Call this once, at the start.

    ^C raises KeyboardInterrupt at whatever the main thread is doing. If that is a destructor or the callback of a weak
    reference, Python prints the exception, ignores it and goes on. After a call of this function, the exception is not
    printed in this case. Instead, the program sends SIGINT, the signal of ^C, to its main thread again a moment later.
    Without signal.pthread_kill (Windows), an ignored ^C is only printed. Other ignored exceptions are reported as
    before.
    """
    import signal
    import sys
    import threading

    main_thread = threading.main_thread().ident or 0
    report = sys.unraisablehook

    def repeat(ignored: sys.UnraisableHookArgs) -> None:
        if issubclass(ignored.exc_type, KeyboardInterrupt) and hasattr(signal, "pthread_kill"):
            threading.Timer(_PAUSE, signal.pthread_kill, (main_thread, signal.SIGINT)).start()
        else:
            report(ignored)

    sys.unraisablehook = repeat
