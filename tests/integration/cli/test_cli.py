"""The command line as a user meets it: data on stdout, trouble in one line on stderr, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import pytest

from archiver.app import RunSummary
from archiver.errors import Exit, combine_exit_codes
from archiver.models import Outcome, State
from tests.support.command import Command, Run
from tests.support.paths import ROOT

PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta property="og:title" content="{title}"><title></title></head>
<body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media">
<h1 class="rich_media_title" id="activity-name">{title}</h1>
<div class="rich_media_content" id="js_content" style="visibility: hidden;"><p>{text}</p>{more}</div></div>
<script>
var biz = "MzA3MDAwMDAwMA==" || "";
var sn = "" || "";
var mid = "{mid}" || "" || "";
var idx = "1" || "" || "";
var nickname = htmlDecode("测试号");
var user_name = "gh_000000000000";
var msg_title = '{title}'.html(false);
var ct = "1592359200";
</script></body></html>
"""
DELETED = """<!DOCTYPE html>
<html><head><title></title></head><body id="activity-detail"><div class="weui-msg"><div class="weui-msg__text-area">
<h2 class="weui-msg__title warn">该内容已被发布者删除</h2></div></div></body></html>
"""
WALL = """<!DOCTYPE html>
<html><head><title></title></head><body><div class="weui-msg"></div>
<script>var PAGE_MID = 'mmbizwap:secitptpage/verify.html';</script>
<script src="https://captcha.gtimg.com/TCaptcha.js"></script></body></html>
"""
KEYS = (
    "source url state outcome key title account published post images warnings error code format_notes warning_codes"
).split()
POST = "out/_posts/2020-06-17-标题.md"


def environment(**more: str) -> dict[str, str]:
    """The caller's, with this tree in front and without settings of his."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVER_")}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return inherited | {"PYTHONPATH": path, "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"} | more


def run(folder: Path, *arguments: str, stdin: str = "", **env: str) -> Run:
    return Command(folder=folder, environment=env, in_process=True)(*arguments, stdin=stdin.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with saved pages of each kind, and things that are none."""
    page(tmp_path / "a.html")
    page(tmp_path / "b.html", title="又一", mid="2650000002")
    (tmp_path / "deleted.html").write_text(DELETED, encoding="utf-8")
    (tmp_path / "wall.html").write_text(WALL, encoding="utf-8")
    (tmp_path / "empty.html").touch()
    (tmp_path / "binary.html").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64))
    (tmp_path / "a file").touch()
    return tmp_path


def page(path: Path, *, title: str = "标题", mid: str = "2650000001", text: str = "正文。", more: str = "") -> None:
    path.write_text(PAGE.format(title=title, mid=mid, text=text, more=more), encoding="utf-8")


def add(folder: Path, *arguments: str, **more: str) -> Run:
    return run(folder, "add", "-o", "out", *arguments, **more)


def test_add_prints_relative_path_of_each_post(folder):
    done = add(folder, "a.html", "b.html")
    assert done.out.splitlines() == [POST, "out/_posts/2020-06-17-又一.md"]
    assert (done.code, done.err) == (0, "2 archived\n")
    assert "正文。" in (folder / POST).read_text(encoding="utf-8")


def test_add_single_success_prints_path_only(folder):
    done = add(folder, "a.html")
    assert (done.code, done.out, done.err) == (0, f"{POST}\n", "")


def test_add_json_line_keys_and_values(folder):
    done = add(folder, "--json", "a.html")
    (line,) = done.out.splitlines()
    told = json.loads(line)
    assert list(told) == KEYS
    assert told == {
        "source": "a.html",
        "url": "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=1",
        "state": "article", "outcome": "archived", "key": "MzA3MDAwMDAwMA==:2650000001:1", "title": "标题",
        "account": "测试号", "published": "2020-06-17T10:00:00+08:00", "post": POST,
        "images": {"expected": 0, "saved": 0, "failed": 0}, "warnings": [], "error": "",
        "code": "", "format_notes": [], "warning_codes": [],
    }  # fmt: skip


def test_add_unchanged_article_reported_and_not_rewritten(folder):
    add(folder, "a.html")
    before = (folder / POST).stat()
    done = add(folder, "a.html")
    assert (done.code, done.out, done.err) == (0, "", f"unchanged: {POST}\n")
    assert (folder / POST).stat().st_mtime_ns == before.st_mtime_ns


def test_add_changed_article_is_updated(folder):
    add(folder, "a.html")
    page(folder / "a.html", text="改过。")
    assert json.loads(add(folder, "--json", "a.html").out)["outcome"] == "updated"


def test_add_hand_edited_post_kept_without_force(folder):
    add(folder, "a.html")
    (folder / POST).write_text((folder / POST).read_text(encoding="utf-8") + "我的话\n", encoding="utf-8")
    done = add(folder, "a.html")
    assert (done.code, done.out) == (0, "")
    assert "--force" in done.err
    assert "我的话" in (folder / POST).read_text(encoding="utf-8")
    assert add(folder, "--force", "a.html").out == f"{POST}\n"
    assert "我的话" not in (folder / POST).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["deleted.html"], 1, "该内容已被发布者删除"),
        (["wall.html"], 1, "verification"),
        (["empty.html"], 1, "empty"),
        (["binary.html"], 1, "image/png"),
        (["missing.html"], 66, "no such file"),
        (["https://example.com/s/x"], 2, "mp.weixin.qq.com"),
        (["--nonsense", "a.html"], 2, "--nonsense"),
        (["--interval", "-1", "a.html"], 2, "--interval"),
        ([], 2, "SOURCE"),
        ([""], 2, "SOURCE"),
        (["--config", "missing.yml", "a.html"], 78, "missing.yml"),
        (["-o", "a file", "a.html"], 73, "a file"),
        (["-o", "a file/out", "missing.html"], 73, "a file/out"),
        (["-o", "/proc/archiver", "a.html"], 73, "/proc/archiver"),
    ],
    ids=[
        "deleted", "a saved wall", "empty", "binary", "missing", "another host", "unknown option", "bad value",
        "no source", "an empty source", "no config", "output is a file", "output below a file", "output in /proc",
    ],
)  # fmt: skip
def test_add_bad_input_one_line_error_and_exit_code(folder, arguments, code, said):
    before = sorted(folder.rglob("*"))
    done = add(folder, *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert sorted(folder.rglob("*")) == before


def test_settings_unknown_environment_variable_is_named(folder):
    done = add(folder, "a.html", ARCHIVER_DELY="3")
    assert (done.code, len(done.err.splitlines())) == (78, 1)
    assert "ARCHIVER_DELY" in done.err


def test_add_reads_archiver_yml_in_working_directory(folder):
    (folder / "archiver.yml").write_text("output: blog\nfront_matter: {author: '{account}'}\n", encoding="utf-8")
    (path,) = run(folder, "add", "a.html").out.splitlines()
    assert path == "blog/_posts/2020-06-17-标题.md"
    assert 'author: "测试号"' in (folder / path).read_text(encoding="utf-8")


def test_add_bad_source_does_not_stop_others(folder):
    done = add(folder, "--json", "missing.html", "deleted.html", "a.html")
    told = [json.loads(line) for line in done.out.splitlines()]
    assert [line["outcome"] for line in told] == ["failed", "failed", "archived"]
    assert [line["state"] for line in told] == [None, "deleted", "article"]
    assert done.code == 1


def test_add_reads_one_source_per_stdin_line(folder):
    done = add(folder, "--json", "-", "b.html", stdin="a.html\n\n  deleted.html \r\n")
    assert [json.loads(line)["source"] for line in done.out.splitlines()] == ["a.html", "deleted.html", "b.html"]


def test_add_source_with_leading_dash_after_double_dash(folder):
    page(folder / "-a.html")
    assert add(folder, "--", "-a.html").out == f"{POST}\n"


def test_add_no_media_keeps_remote_image_url(folder):
    address = "https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png"
    page(folder / "c.html", more=f'<p><img data-src="{address}" data-w="600" data-ratio="1"></p>')
    done = add(folder, "--json", "--no-media", "c.html")
    assert json.loads(done.out)["images"] == {"expected": 1, "saved": 0, "failed": 0}
    assert f"]({address})" in (folder / POST).read_text(encoding="utf-8")
    assert not (folder / "out/postimg").exists()


def test_add_hostile_source_name_prints_no_control_characters(folder):
    done = add(folder, "\x1b]0;title\x07.html")
    assert "title" in done.err
    assert not set("\x1b\x07") & set(done.err)


def test_add_closed_stdout_pipe_exits_zero(folder):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "archiver", "add", "-o", "out", "a.html", "b.html"], cwd=folder, env=environment(),
        stdout=writer, stderr=subprocess.PIPE, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_add_interrupted_exits_130_without_traceback(folder):
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", "add", "-o", "out", "-"], cwd=folder, env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    process.stdin.write("a.html\n")
    process.stdin.flush()
    assert process.stdout.readline() == f"{POST}\n"  # now it waits for the next line
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.splitlines()[0] == "1 archived"
    assert "Traceback" not in stderr


BROKEN = """
import sys
import archiver.pipeline
from archiver.cli.main import main
archiver.pipeline.extract = lambda page: 1 / 0
sys.argv = ["archiver", "add", "-o", "out", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("verbose", [False, True])
def test_add_crash_reported_as_bug_and_others_continue(folder, verbose):
    options = ["-v"] if verbose else []
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, "--json", *options, "a.html", "deleted.html"], cwd=folder, env=environment(),
        capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 70
    assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == [None, "deleted"]
    assert "ZeroDivisionError" in done.stderr
    assert "report" in done.stderr
    assert ("Traceback" in done.stderr) is verbose


def test_version_option_prints_package_version(folder):
    done = run(folder, "--version")
    assert (done.code, done.out) == (0, f"archiver {version('archiver')}\n")


@pytest.mark.parametrize("arguments", [["--help"], ["add", "--help"]])
def test_help_ends_with_example(folder, arguments):
    done = run(folder, *arguments)
    assert done.code == 0
    assert "Example" in done.out
    assert "archiver add" in done.out.splitlines()[-1]


def test_cli_without_command_is_usage_error(folder):
    done = run(folder)
    assert (done.code, done.out) == (2, "")
    assert "Usage" in done.err


IMPORTED = """
import sys
sys.argv = ["archiver", *{arguments!r}]
from archiver.cli.main import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end
print("|", *sys.modules, file=sys.stderr)
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """The top-level modules that a call loads."""
    code = IMPORTED.format(arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment(), capture_output=True, encoding="utf-8", check=True
    )
    return {name.partition(".")[0] for name in done.stderr.rpartition("|")[2].split()}


@pytest.mark.parametrize("arguments", [["--help"], ["add", "--help"], ["--version"]])
def test_help_imports_no_heavy_modules(folder, arguments):
    heavy = {"httpx", "tenacity", "bs4", "lxml", "markdownify", "msgspec", "sqlalchemy", "yaml", "rich", "nh3"}
    assert imported(folder, *arguments).isdisjoint(heavy)


READER = {"starlette", "uvicorn", "jinja2", "segno", "anyio"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["serve", "--help"], ["add", "-o", "out", "a.html"], ["batch", "--help"], ["init"]],
    ids=" ".join,
)
def test_libraries_of_the_reader_are_loaded_by_serve_alone(folder, arguments):
    assert imported(folder, *arguments).isdisjoint(READER)


def test_commands_of_an_archive_load_no_library_of_the_reader(folder):
    assert imported(folder, "add", "-o", "out", "a.html")
    for command in (["list"], ["search", "a"], ["status"], ["verify"], ["rebuild", "--all"], ["run", "--limit", "0"]):
        assert imported(folder, *command, "-o", "out").isdisjoint(READER), command


def test_add_saved_page_imports_no_network_modules(folder):
    loaded = imported(folder, "add", "-o", "out", "a.html")
    assert loaded.isdisjoint({"httpx", "httpcore", "tenacity", "rich"})
    assert {"msgspec", "yaml"} <= loaded


def outcome(code: int, state: State | None = None) -> Outcome:
    return Outcome(source="s", outcome="failed", state=state, exit_code=code)


def exit_code(told: Iterable[Outcome]) -> int:
    summary = RunSummary()
    for each in told:
        summary.add(each)
    return summary.exit_code


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 0),
        ([outcome(0, State.ARTICLE), outcome(1, State.DELETED)], 1),
        ([outcome(66), outcome(66)], 66),
        ([outcome(66), outcome(0, State.ARTICLE)], 1),
        ([outcome(66), outcome(1)], 66),
        ([outcome(66), outcome(75, State.VERIFICATION)], 75),
        ([outcome(2), outcome(66)], 2),
    ],
    ids=["none", "some failed", "nothing read", "something read", "nothing came", "a wall was read", "usage first"],
)
def test_run_summary_exit_code_of_several_outcomes(outcomes, code):
    assert exit_code(outcomes) == code


# docs/reference/exit-codes.md, "When several apply"; what the user interrupted comes before all of them.
IN_ORDER = [
    Exit.INTERRUPTED,
    Exit.BUG,
    Exit.CANNOT_WRITE,
    Exit.BAD_CONFIG,
    Exit.USAGE,
    Exit.NO_INPUT,
    Exit.TRY_LATER,
    Exit.FAILED,
    Exit.OK,
]


@pytest.mark.parametrize("first", range(len(Exit)))
def test_combine_exit_codes_returns_highest_priority(first):
    assert combine_exit_codes(set(IN_ORDER[first:])) == IN_ORDER[first]
    assert exit_code(outcome(code) for code in reversed(IN_ORDER[first:])) == IN_ORDER[first]


def test_docs_exit_codes_match_enum():
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.M)
    assert {name: int(code) for code, name in table} == {code.name: code.value for code in Exit}


def test_quiet_says_errors_only(folder):
    done = add(folder, "-q", "a.html", "b.html", "missing.html")
    assert (done.code, done.out) == (1, "")
    assert done.err == "archiver: missing.html: no such file: check the path, or give an address\n"
    assert (add(folder, "--quiet", "a.html").err, add(folder, "a.html").err) == ("", f"unchanged: {POST}\n")
    assert json.loads(add(folder, "-q", "--json", "a.html").out)["outcome"] == "unchanged"
