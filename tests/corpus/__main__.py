"""Measure the pages of the corpus anew, or score the posts that are written of them: docs/development/fidelity.md."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.corpus.browser import chromium
from tests.corpus.pages import read_pages
from tests.corpus.score import missing_engines, read_floors, score_corpus


def main() -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    measure = commands.add_parser("measure", help="write truth/*.json: what Chromium shows of the pages")
    measure.add_argument("names", nargs="*", help="pages, without .html [default: all]")
    measure.add_argument("--pictures", type=Path, metavar="FOLDER", help="save a screenshot of each page here as well")
    score = commands.add_parser("score", help="print the figures, and fail if one is below floors.toml")
    score.add_argument("-v", "--verbose", action="store_true", help="name each page and difference")
    arguments = parser.parse_args()
    return (
        _measure(arguments.names, arguments.pictures) if arguments.command == "measure" else _score(arguments.verbose)
    )


def _measure(names: list[str], pictures: Path | None) -> int:
    with chromium() as browser:
        for page in read_pages():
            if page.state == "article" and (not names or page.name in names):
                page.write_truth(browser.measure_page(page))
                if pictures:
                    browser.screenshot(pictures / f"{page.name}.png")
    return 0


def _score(verbose: bool) -> int:
    result = score_corpus()
    lines = [*result.table()]
    if verbose:
        lines += ["", *result.differences]
    below = result.below(read_floors())
    if missing := missing_engines():
        lines += ["", f"not scored, since Hugo or Hexo is not installed (.ci/debian): {', '.join(missing)}"]
    sys.stdout.write("\n".join([*lines, *below]) + "\n")
    return 1 if below or (missing and os.environ.get("CI") == "true") else 0


if __name__ == "__main__":
    sys.exit(main())
