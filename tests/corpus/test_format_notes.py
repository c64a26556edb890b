"""Nothing in the format of real pages is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.extractor import classify, extract
from archiver.models import Page, State
from tests.support.paths import CORPUS

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("path", sorted(CORPUS.glob("pages/*.html")), ids=lambda path: path.stem)
def test_corpus_page_has_no_notes(path: Path) -> None:
    page = Page(source=path.stem, content=path.read_bytes(), captured=datetime(2026, 6, 1, tzinfo=UTC))
    if classify(page).state is not State.ARTICLE:
        page = replace(page, saved=True)
    if classify(page).state is State.ARTICLE:
        found = [note.detail for note in extract(page).format_notes]
        expected = 1 if path.stem.startswith("mercury-") else 0  # copies without the scripts of WeChat
        assert len(found) == expected, found
