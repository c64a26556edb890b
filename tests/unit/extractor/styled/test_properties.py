"""The list of CSS properties and what docs/reference/styled.md says of it."""

from __future__ import annotations

import re

import pytest

from archiver.extractor.styled.properties import FUNCTIONS, KEPT
from tests.support.paths import ROOT

KEPT_GROUPS, LEFT_OUT = re.split(
    "^Left out are:$",
    (ROOT / "docs/reference/styled.md").read_text(encoding="utf-8").partition("## CSS")[2],
    flags=re.M,
)
PROPERTY = re.compile(r"`(-?[a-z]+(?:-[a-z]+)*)`")


@pytest.mark.parametrize("name", PROPERTY.findall(KEPT_GROUPS))
def test_kept_properties_that_the_reference_names_are_kept(name: str) -> None:
    assert name in KEPT


@pytest.mark.parametrize("name", [
    name for row in re.findall(r"^\| (`[a-z-]+`[^|]*)\|", LEFT_OUT, re.M) for name in PROPERTY.findall(row) if "before" not in row
])  # fmt: skip
def test_left_out_properties_that_the_reference_names_are_left_out(name: str) -> None:
    assert name not in KEPT


def test_functions_that_load_or_run_are_not_listed() -> None:
    dangerous = (
        "url src image image-set cross-fade element attr var env paint expression -webkit-image-set counter format"
    )
    assert FUNCTIONS.isdisjoint(dangerous.split())
