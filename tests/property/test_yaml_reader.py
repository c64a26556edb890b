"""Whatever strings and texts YAML holds: strings come back as they were written, and every text is read or broken."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.yaml_reader import BrokenYaml, read_strings, read_values

pytestmark = pytest.mark.usefixtures("yaml_parser")

plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters="\ufeff"))


@settings(max_examples=settings().max_examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(plain, st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(plain, inner))))
def test_read_strings_round_trips_quoted_strings(values: dict[str, object]) -> None:
    written = yaml.safe_dump(values, allow_unicode=True, default_style='"', width=10_000)
    assert read_strings(written) == values


@settings(max_examples=3 * settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("ab:-?,[]{}&*!|>'\"%@`#\n\t \\0~=<.\x85\u2028")) | st.text())
def test_yaml_reader_any_text_raises_only_broken_yaml(text: str) -> None:
    for read in (read_strings, read_values):
        with suppress(BrokenYaml):
            read(text)
