"""Names of articles that a shell has cut: the commands that take one say what became of it."""

from __future__ import annotations

import pytest

from tests.support.command import Command
from tests.support.wechat import World, numbered

CUT = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMQ=="
COMMANDS = {
    "show": (), "rm": ("--dry-run",), "history": (), "recheck": (), "rebuild": (), "verify": (),
    "export": ("--jsonl", "out.jsonl"),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_address_cut_by_a_shell_is_to_be_put_between_quotes(archiver: Command, world: World, command: str) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    run = archiver(command, "-o", "out", *COMMANDS[command], CUT)
    assert (run.code, run.out) == (66, "")
    assert run.err == (
        f"archiver: {CUT}: not a whole article's address: mid is missing; a shell cuts an address at &: "
        "put it between quotes\n"
    )


@pytest.mark.parametrize(
    "name", ["nobody", "MzA5MDAwMDAwMQ==:1:1", numbered.address(9), "https://example.org/s?a=b", "out/_posts/x.md"]
)
def test_whole_name_of_no_article_is_not_in_the_archive(archiver: Command, world: World, name: str) -> None:
    archiver.add(*numbered.serve(world, (1,)))
    run = archiver("show", "-o", "out", name)
    assert (run.code, run.out) == (66, "")
    assert "not in this archive: give an article's key" in run.err
