"""What a release says: the section of its version in the changelog, once everything is ready."""

from __future__ import annotations

import runpy
from collections.abc import Callable

import pytest

from tests.support.paths import ROOT

notes_for: Callable[[str, str, str], str] = runpy.run_path(str(ROOT / ".ci" / "release_notes.py"))["notes_for"]

CHANGELOG = """\
# Changelog

## [0.4.0] - unreleased

### Added

- What comes next.

## [0.3.0] - 2027-02-28

### Fixed

- A colon at the start of a line.

## [0.2.0] - 2026-12-24

The first release.

## [0.1.0] - 2026-11-30

[0.3.0]: https://example.org/v0.3.0
[0.2.0]: https://example.org/v0.2.0
"""


@pytest.mark.parametrize(
    ("version", "notes"),
    [
        ("0.3.0", "### Fixed\n\n- A colon at the start of a line.\n"),
        ("0.2.0", "The first release.\n"),
    ],
)
def test_release_notes_are_the_section_of_the_version(version: str, notes: str) -> None:
    assert notes_for(f"v{version}", version, CHANGELOG) == notes


@pytest.mark.parametrize(
    ("tag", "version", "message"),
    [
        ("v0.3.0", "0.2.0", "the version in archiver/__init__.py is 0.2.0"),
        ("0.3.0", "0.3.0", "the tag is 0.3.0"),
        ("v0.3.1", "0.3.1", "has no section"),
        ("v0.4.0", "0.4.0", "has no date, but says unreleased"),
        ("v0.1.0", "0.1.0", "is empty"),
    ],
)
def test_release_notes_of_a_release_that_is_not_ready(tag: str, version: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        notes_for(tag, version, CHANGELOG)
