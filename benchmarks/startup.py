"""How long a user waits for the command to begin: `python -m benchmarks.startup [RESULT.json]`.

Prints the best of five of `archiver --help`, of `archiver list` and of `archiver add` on a saved page of 3.5 MB, each
beside the bare interpreter in the same run. The page is the seed fixture's, its body twenty times over, with as much
script as WeChat sends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.large_pages import SEED, padded

SIZE = 3_500_000  # bytes, the median of pages since 2025-11
TIMES = 5


def best(command: list[str]) -> float:
    """Seconds, the least of TIMES runs; compiled modules may be kept, as on a user's machine."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    seconds = []
    for _ in range(TIMES + 1):  # the first one compiles
        start = time.perf_counter()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def large_page(folder: Path) -> Path:
    """The fixture's page made as large as a page of today by a script in its head."""
    page = (SEED / "page.html").read_text(encoding="utf-8")
    start = page.index(">", page.index('id="js_content"')) + 1
    end = page.index("</p>", page.rindex("<p")) + 4
    page = page[:start] + page[start:end] * 20 + page[end:]
    path = folder / "page.html"
    path.write_bytes(padded(page.encode(), SIZE))
    return path


def main() -> None:
    """Prints a line for each command: seconds, and how many bare interpreters that is."""
    archiver = [sys.executable, "-m", "archiver"]
    with tempfile.TemporaryDirectory() as folder:
        page = large_page(Path(folder))
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "archiver --help": [*archiver, "--help"],
            "archiver list": [*archiver, "list", "-o", f"{folder}/out"],
            f"archiver add, {page.stat().st_size / 1e6:.1f} MB": [
                *archiver, "add", "--no-media", "--force", "-o", f"{folder}/out", str(page),
            ],
        }  # fmt: skip
        subprocess.run([*archiver, "add", "--no-media", "-o", f"{folder}/out", str(page)], check=True)  # for list
        bare = best(commands["python -c pass"])
        result = {}
        for name, command in commands.items():
            seconds = best(command)
            print(f"{name:28} {seconds * 1000:6.0f} ms {seconds / bare:6.1f} ×")
            result[name] = {"ms": seconds * 1000, "ratio": seconds / bare}
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
