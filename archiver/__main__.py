"""The entry point of `archiver` and of `python -m archiver`.

It imports almost nothing itself, so that ^C is handled from the first import on.
"""

import os

from archiver import interruption


def main() -> None:
    """Run the command line; end with one line and exit code 130 on ^C, also while it is being loaded."""
    try:
        from archiver.cli.main import main as run_command

        run_command()
    except KeyboardInterrupt:
        os.write(2, f"{interruption.MESSAGE}\n".encode())
        os._exit(130)


if __name__ == "__main__":
    main()
