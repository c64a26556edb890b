"""Start the command-line program, for both `archiver` and `python -m archiver`.

This module imports almost nothing at its top, so that ^C is handled even while the rest of the package is loading.
"""

import os

from archiver import interruption


def main() -> None:
    """Run the command that the user typed. On ^C, print one line and exit with code 130.

    ^C is handled in this way even while modules are being imported.
    """
    try:
        from archiver.cli.main import main as run_command

        run_command()
    except KeyboardInterrupt:
        os.write(2, f"{interruption.MESSAGE}\n".encode())
        os._exit(130)


if __name__ == "__main__":
    main()
