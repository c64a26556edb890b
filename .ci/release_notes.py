#!/usr/bin/env python3
"""Print the section of CHANGELOG.md for a release, if everything is ready for it (CONTRIBUTING.md, Releases).

    .ci/release_notes.py v0.2.0

Exit with 1 and a message if the tag is not the version of the package, or if the section of this version is missing,
empty or without a date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_VERSION = re.compile(r"^__version__ = \"([^\"]+)\"", re.M)
_HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>.*))?$", re.M)
_LINK = re.compile(r"^\[[^\]]+\]: \S+$\n?", re.M)  # the addresses of the headings, at the end of the file
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def notes_for(tag: str, version: str, changelog: str) -> str:
    """Return the text of a version's section in the changelog, without its heading.

    Raise ValueError if the tag is not `v` and the version, or if the section is missing, empty or without a date.
    """
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, but the version in archiver/__init__.py is {version}")
    sections = sections_of(changelog)
    if version not in sections:
        raise ValueError(f"CHANGELOG.md has no section `## [{version}] - DATE`")
    date, notes = sections[version]
    if not _DATE.fullmatch(date):
        raise ValueError(f"the section of {version} in CHANGELOG.md has no date, but says {date or 'nothing'}")
    if not notes:
        raise ValueError(f"the section of {version} in CHANGELOG.md is empty")
    return f"{notes}\n"


def sections_of(changelog: str) -> dict[str, tuple[str, str]]:
    """Return the sections of a changelog, newest first: the version of each, with its date and its text."""
    headings = list(_HEADING.finditer(changelog))
    ends = [*(heading.start() for heading in headings[1:]), len(changelog)]
    return {
        heading["version"]: (heading["date"] or "", _LINK.sub("", changelog[heading.end() : end]).strip())
        for heading, end in zip(headings, ends, strict=True)
    }


def main() -> int:
    """Print the notes for the tag that the command line names; return 1 if the release is not ready."""
    [tag] = sys.argv[1:] or [""]
    version = _VERSION.search((ROOT / "archiver" / "__init__.py").read_text(encoding="utf-8"))
    assert version is not None
    try:
        sys.stdout.write(notes_for(tag, version[1], (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    except ValueError as error:
        sys.stderr.write(f"release_notes.py: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
