"""`archiver`, and `python -m archiver`: loads next to nothing itself, so that ^C is met from the first import on."""

import os

INTERRUPTED = "archiver: interrupted; what was written is whole, the same call goes on with the rest"


def main() -> None:
    """Run the command line; ^C while it is loaded, or while it ends, gives one line and exit code 130."""
    try:
        from archiver.cli import main as run

        run()
    except KeyboardInterrupt:
        os.write(2, f"{INTERRUPTED}\n".encode())
        os._exit(130)


if __name__ == "__main__":
    main()
