"""Start the command-line program, for both `archiver` and `python -m archiver`.

This module imports almost nothing at its top, so that ^C is handled even while the rest of the package is loading.
"""

import os
import sys

from archiver import interruption


def main() -> None:
    """Run the command that the user typed. On ^C, print one line and exit with code 130.

    ^C is handled in this way even while modules are being imported.
    """
    try:
        _require_utf8_names()
        from archiver.cli.main import main as run_command

        run_command()
    except KeyboardInterrupt:
        os.write(2, f"{interruption.MESSAGE}\n".encode())
        os._exit(130)


def _require_utf8_names() -> None:
    """Start the interpreter anew in its UTF-8 mode if the locale, such as zh_CN.GBK, has another encoding.

    Python encodes file names as the locale says, and cannot be told otherwise after its start. An archive would depend
    on the locale of the shell: a title that the encoding lacks would be an error, and others would get names that
    nobody finds from a UTF-8 shell.
    """
    if sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode or not sys.executable:
        return
    arguments = _raw_arguments()
    os.execv(sys.executable, [arguments[0], b"-X", b"utf8", *arguments[1:]])  # noqa: S606 - no shell is meant


def _raw_arguments() -> list[bytes]:
    """Return the arguments of this process, the interpreter's own too, as the bytes that the shell passed.

    Linux has them. Elsewhere they are encoded again, which may alter bytes that the locale's encoding does not know.
    """
    try:
        with open("/proc/self/cmdline", "rb") as file:  # noqa: PTH123 - pathlib would have to be imported
            arguments = file.read().split(b"\0")[:-1]
    except OSError:
        arguments = []
    return arguments if len(arguments) == len(sys.orig_argv) else [os.fsencode(word) for word in sys.orig_argv]


if __name__ == "__main__":
    main()
