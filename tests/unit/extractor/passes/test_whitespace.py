"""White space in a line, and in a line that draws (docs/reference/wechat-format.md#trees-of-directories)."""

from __future__ import annotations

import pytest

from archiver.document.model import Run
from archiver.extractor.passes.whitespace import normalize_spaces

HARD = "\u00a0"
BREAK = Run("\n")
DRAWN = {
    "a tree": ("│~~ └── a", "│~~ └── a"),
    "a line of a tree that begins with spaces": ("~~ └── a", "~~ └── a"),
    "with other spaces": ("～\u3000└── a", "～\u3000└── a"),
    "that begins with wide spaces": ("\u3000\u2002└── a", "~~~└── a"),
    "a tree in ASCII": ("|~~ |-- a", "|~~ |-- a"),
    "its last branch": ("~~~ `-- a", "~~~ `-- a"),
    "Windows": ("|~~ +---a", "|~~ +---a"),
    "its last branch in Windows": ("~~~ \\---a", "~~~ \\---a"),
    "a trunk alone": ("|~~ a", "|~~ a"),
    "a frame": ("│a~~ │", "│a~~ │"),
    "spaces at the end": ("├──~a~~ ", "├──~a"),
    "plain spaces first": (" ~└ a", "~└ a"),
}
UNDRAWN = {
    "words": ("甲~~乙", "甲 乙"),
    "an indented paragraph": ("~~甲", "甲"),
    "a dash": ("甲~~— 乙", "甲 — 乙"),
    "a choice": ("a~|~b", "a | b"),
    "an option": ("a~~--b", "a --b"),
}


def normalized(text: str) -> str:
    return "".join(run.text for run in normalize_spaces([Run(text.replace("~", HARD))])).replace(HARD, "~")


@pytest.mark.parametrize(("text", "shown"), DRAWN.values(), ids=DRAWN)
def test_normalize_spaces_keeps_those_of_a_drawing(text: str, shown: str) -> None:
    assert normalized(text) == shown


@pytest.mark.parametrize(("text", "shown"), UNDRAWN.values(), ids=UNDRAWN)
def test_normalize_spaces_makes_others_single(text: str, shown: str) -> None:
    assert normalized(text) == shown


def test_normalize_spaces_keeps_those_of_a_drawing_over_runs_and_breaks() -> None:
    strong = frozenset({"strong"})
    runs = [
        Run("a/"),
        BREAK,
        Run("│"),
        Run(HARD),
        Run(f" {HARD}"),
        Run("└ b", strong),
        BREAK,
        Run(HARD * 4),
        Run("└ c"),
        BREAK,
    ]
    assert normalize_spaces(runs) == [*runs[:-1]]


def test_normalize_spaces_of_a_drawing_leaves_pictures() -> None:
    picture = Run("图", image="https://a.example/1")
    assert normalize_spaces([picture, Run(f"{HARD}└ a")]) == [picture, Run(f"{HARD}└ a")]
