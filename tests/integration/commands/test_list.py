"""`archiver list`: conditions, orders and what it says when nothing matches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.wechat import World, numbered


@pytest.fixture
def out(archiver: Command, world: World) -> Path:
    """An archive of three articles."""
    assert archiver.add(*numbered.serve(world, (1, 2, 3))).code == 0
    return archiver.folder / "out"


def listed(archiver: Command, *options: str) -> list[str]:
    run = archiver("list", "-o", "out", "--json", *options)
    assert run.code == 0, run.err
    return [record["key"] for record in run.outcomes]


def keys(*numbers: int) -> list[str]:
    return [numbered.key(number) for number in numbers]


def test_list_line_ends_with_key(archiver: Command, out: Path) -> None:
    lines = archiver("list", "-o", "out").out.splitlines()
    assert [line.rpartition("  ")[2] for line in lines] == keys(1, 2, 3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--title", "００2"), [2]),
        (("--title", "没有"), []),
        (("--sort", "newest"), [3, 2, 1]),
        (("--sort", "oldest", "--limit", "2"), [1, 2]),
        (("--sort", "newest", "--limit", "1"), [3]),
    ],
)
def test_list_conditions_and_orders(
    archiver: Command, out: Path, options: tuple[str, ...], expected: list[int]
) -> None:
    assert listed(archiver, *options) == keys(*expected)


def test_list_tag_is_that_of_the_post_now(archiver: Command, out: Path) -> None:
    (path,) = (out / "_posts").rglob("*-002.md")
    path.write_text(path.read_text(encoding="utf-8").replace('  - "其他"', '  - "茶"'), encoding="utf-8")
    assert listed(archiver, "--tag", "茶") == keys(2)
    assert listed(archiver, "--tag", "其他") == keys(1, 3)


def test_list_unknown_account_names_similar_ones(archiver: Command, out: Path) -> None:
    run = archiver("list", "-o", "out", "--account", "测试")
    assert (run.code, run.out) == (0, "")
    assert run.err == "archiver: no article of 测试; there are 测试号\n"


def test_list_known_account_without_match_names_no_other(archiver: Command, out: Path) -> None:
    assert archiver("list", "-o", "out", "--account", "测试号", "--since", "2090-01-01").err == ""


def test_list_addresses_have_no_title(archiver: Command, out: Path) -> None:
    assert archiver("list", "-o", "out", "--state", "due", "--title", "x").code == 2
