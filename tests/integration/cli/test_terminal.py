"""What a page, a server or a list says steers no terminal, in no command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Command, Run
from tests.support.harm import SCRIPT
from tests.support.harmless import STEERING
from tests.support.pages import article_html
from tests.support.wechat import Answer, World, numbered, pages

HARM = "\x1b]0;x\x07\x9b31m\u202e\u2066\r\x00/../x"
WORDS = HARM.replace("\r", "").replace("\x00", "")  # what a line of a text file may be
LITERAL = json.dumps(HARM)[1:-1]
KEY = "MzA3MDAwMDAwMA==:2650000001:1"
ONE, TWO, THREE, FOUR = numbered.addresses((1, 2, 3, 4))


def _page() -> str:
    """An article that says harm wherever it can."""
    script = SCRIPT.replace("标题", f"题{LITERAL}").replace("htmlDecode('号')", f"htmlDecode('号{LITERAL}')")
    fields = ("author", "desc", "alias", "user_name", "cdn_url", "source_url", "link")
    cgi = ",".join(f'{name}: "x{LITERAL}"' for name in fields)
    body = f"<p>正文</p><p style='display:none'>隐{HARM}</p><img data-src='https://mmbiz.qpic.cn/mmbiz_png/a&#27;]0;b/640'>"
    return article_html(script, cgi=cgi, body=body)


@pytest.fixture
def archive(archiver: Command, world: World) -> Command:
    """An archive of such an article, and of addresses whose pages say as much."""
    world.serve(ONE, pages.page(_page()))
    world.serve(TWO, pages.notice(f"该内容已被发布者删除{HARM}", description=HARM))
    world.serve(THREE, Answer(status=503, headers=(("Retry-After", "99999"),)))
    world.serve(FOUR, pages.redirect("https://a.example/%1b[2J%9b"))
    named = archiver.write("list.txt", ONE, TWO, THREE, FOUR, f"https://mp.weixin.qq.com/s/x {WORDS}")
    assert archiver.batch(named).counts == {"archived": 1, "failed": 3, "skipped": 1}
    (archiver.folder / "out" / "postimg").mkdir(exist_ok=True)
    (archiver.folder / "out" / "postimg" / f"{HARM[:9]}.png").touch()  # verify names it
    return archiver


CALLS: dict[str, tuple[str, ...]] = {
    "batch": ("batch", "--interval", "0", "-v", "-o", "out", "--failed", "failed.txt", "list.txt"),
    "batch --json": ("batch", "--json", "--interval", "0", "--retry", "--refresh", "-o", "out", "list.txt"),
    "add": ("add", "--interval", "0", "-vv", "-o", "out", ONE, TWO, FOUR, f"no{HARM[:9]}.html", f"https://a.example/{HARM[:9]}"),
    "run": ("run", "--interval", "0", "-vv", "--report", "report.json", "--config", "archiver.yml"),
    "list": ("list", "-o", "out"),
    "list --json": ("list", "-o", "out", "--json"),
    "list --incomplete": ("list", "-o", "out", "--incomplete"),
    "list --account": ("list", "-o", "out", "--account", HARM[:9]),
    "list --state": ("list", "-o", "out", "--state", "deleted"),
    "list waiting": ("list", "-o", "out", "--state", "waiting"),
    "show a key": ("show", "-o", "out", KEY),
    "show an address": ("show", "-o", "out", TWO),
    "show a failure": ("show", "-o", "out", THREE),
    "show --json": ("show", "-o", "out", "--json", KEY),
    "show nothing": ("show", "-o", "out", HARM[:9]),
    "status": ("status", "-o", "out"),
    "status --json": ("status", "-o", "out", "--json"),
    "doctor": ("doctor", "--interval", "0", "-v", "-o", "out", TWO),
    "doctor --json": ("doctor", "--interval", "0", "-o", "out", "--json", ONE),
    "doctor a redirect": ("doctor", "--interval", "0", "-o", "out", FOUR),
    "history": ("history", "-o", "out", KEY),
    "history --json": ("history", "-o", "out", "--json", KEY),
    "rebuild": ("rebuild", "-o", "out", "-v", "--all", "--dry-run", "--diff"),
    "recheck": ("recheck", "--interval", "0", "-v", "-o", "out", KEY),
    "verify": ("verify", "-o", "out"),
    "export --jsonl -": ("export", "-o", "out", "--jsonl", "-"),
    "export nothing": ("export", "-o", "out", "--jsonl", "-", HARM[:9]),
    "rm": ("rm", "-o", "out", "--yes", KEY),
    "rm --dry-run": ("rm", "-o", "out", "--dry-run", "--json", KEY),
    "rm --undo": ("rm", "-o", "out", "--undo", KEY),
    "a state": ("list", "-o", "out", "--state", HARM[:9]),
    "a folder": ("list", "-o", f"no{HARM[:9]}"),
    "an option": ("list", f"--{HARM[:9]}"),
    "a command": (f"x{HARM[:9]}",),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_cli_prints_no_control_characters_in_any_command(archive: Command, call: tuple[str, ...]) -> None:
    archive.write("archiver.yml", "output: out", "sources: [{list: list.txt}]", "front_matter: {author: 别人}")
    before = _files(archive.folder)
    run = archive(*call)
    assert run.code in (0, 1, 2, 66, 75), run.err
    assert STEERING.findall(run.out + run.err) == []
    made = {name for name in _files(archive.folder) - before if not name.startswith(("out/", ".local/state/archiver/"))}
    assert made <= {"failed.txt", "report.json"}


def test_history_diff_prints_no_control_characters(archive: Command, world: World) -> None:
    world.serve(ONE, pages.page(_page().replace("正文", f"别的{HARM}")))
    assert archive.add(ONE).outcome["outcome"] == "updated"
    run = archive("history", "-o", "out", "--diff", "1", "2", KEY)
    assert "别的" in run.out
    assert STEERING.findall(run.out) == []


def test_export_csv_filters_control_characters_at_terminal_only(archive: Command) -> None:
    """A file, and a pipe, get what the page said."""
    code, said = archive.at_terminal("export", "-o", "out", "--csv", "-")
    assert (code, KEY in said) == (0, True)
    assert STEERING.findall(said.replace("\r\n", "\n")) == []
    assert "\x9b" in archive("export", "-o", "out", "--csv", "-").out


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _json_of(archive: Command, *call: str) -> Run:
    run = archive(*call, "--json", "-o", "out")
    assert run.code == 0
    return run


def test_list_json_keeps_title_and_account_text(archive: Command) -> None:
    kept = HARM.replace("\x00", "").replace("\r", "\n")
    (listed,) = _json_of(archive, "list").outcomes
    assert _plain(listed["title"]) == _plain(f"题{kept}")
    assert _plain(listed["account"]) == _plain(f"号{kept}")


def _plain(text: str) -> str:
    """A text without what nobody sees, which titles may lose."""
    return "".join(STEERING.sub("", text).split())


def test_batch_failed_file_repeats_input_lines(archive: Command) -> None:
    """`--failed` is a file that is fed back: its lines are the list's own, one each, without broken ones."""
    archive("batch", "--interval", "0", "-o", "out", "--failed", "failed.txt", "list.txt")
    assert (archive.folder / "failed.txt").read_bytes() == f"{THREE}\n{FOUR}\n".encode()
