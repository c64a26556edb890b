"""Handle ^C: define the message that is printed after it, and repeat a ^C that Python has ignored.

Python ignores the exception of a ^C that arrives in a destructor or in the callback of a weak reference. See
`repeat_ignored`.

This module imports nothing at its top, because the message is needed even before everything else is loaded.
"""

from __future__ import annotations

MESSAGE = "archiver: interrupted; what was written is whole, the same call goes on with the rest"
_PAUSE = 0.01  # seconds after which an ignored ^C is repeated


def repeat_ignored() -> None:
    """Let a ^C that arrives in a destructor or in the callback of a weak reference interrupt the program as well.

    ^C raises KeyboardInterrupt at whatever the main thread is doing. Python ignores every exception of a destructor or
    such a callback, prints it, and goes on. From now on, it is raised again a moment later instead.
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
