"""Start the command line, for `archiver` and for `python -m archiver`.

This module imports almost nothing at its top, so that ^C is handled even while the rest of the package is loading.
"""

import os

from archiver import interruption


def main() -> None:
    """Run the command line. On ^C, even while it is loading, print one line and exit with code 130."""
    try:
        from archiver.cli.main import main as run_command

        run_command()
    except KeyboardInterrupt:
        os.write(2, f"{interruption.MESSAGE}\n".encode())
        os._exit(130)


if __name__ == "__main__":
    main()
