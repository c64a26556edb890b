"""site/words.py: each value that a page shows has a word, in English and in Chinese."""

from __future__ import annotations

from typing import get_args

import pytest

from archiver.messages import Language
from archiver.models.status import SourceKind
from archiver.site.words import Words


@pytest.mark.parametrize("kind", get_args(SourceKind))
def test_source_kind_has_a_word_in_both_languages(kind: str) -> None:
    english, chinese = Words(Language.ENGLISH).source_kind(kind), Words(Language.CHINESE).source_kind(kind)
    assert english != kind
    assert chinese not in (kind, english)
