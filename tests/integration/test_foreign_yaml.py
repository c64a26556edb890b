"""Front matter and settings that other people wrote: nothing stops, hangs or surprises a command."""

from __future__ import annotations

import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.archive.files import ArchiveFiles
from archiver.archive.posts import key_in
from archiver.archive.recovery import all_post_records
from archiver.errors import ConfigError
from archiver.models import State
from archiver.settings import Settings, load
from archiver.writer.front_matter import read_front_matter
from archiver.writer.profiles.jekyll import JEKYLL
from tests.support.command import Command
from tests.unit.test_yaml_reader import BOMB

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OURS = 'wechat: {biz: "b", mid: "1", idx: "1"}\n'

STRANGE: dict[str, str] = {
    "an int that is none": 'x: !!int ""\n',
    "a bool that is none": "x: !!bool maybe\n",
    "a timestamp that is none": "x: !!timestamp x\n",
    "a float that is none": "x: !!float .\n",
    "bytes that are none": "x: !!binary =\n",
    "9,000 digits": f"x: {'9' * 9000}\n",
    "9,000 ones": f"x: 0b{'1' * 9000}\n",
    "sixties": f"x: 1{':1' * 9000}\n",
    "a month that there is not": "x: 2020-13-40\n",
    "a zone that there is not": "x: 2020-01-01 00:00:00 +99:99\n",
    "an alias bomb": BOMB,
    "an alias of itself": "x: &x [*x]\n",
    "an alias of nothing": "x: *y\n",
    "a merge of a word": "x: {<<: y}\n",
    "an object of Python's": "x: !!python/object/apply:os.system [exit]\n",
    "a tag of one's own": "x: !mine {y: z}\n",
    "a set": "x: !!set {y}\n",
    "the same anchor again": "x: &a 1\ny: &a 2\n",
    "the same key again": "x: 1\nx: 2\n",
    "a lone equals sign": "x: =\n",
    "a list for a state": "gone: {state: [deleted]}\n",
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_key_in_unusual_yaml_finds_article_key(strange: str) -> None:
    began = time.process_time()
    assert key_in(strange + OURS) == "b:1:1"
    assert time.process_time() - began < 1


UNREADABLE: dict[str, str] = {
    "deep": "x: " + "[" * 30_000 + "\n",
    "a tab": "x:\n\ty: 1\n",
    "a bracket": "x: [\n",
    "a list for a key": "? [x]\n: y\n",
    "half a letter": 'x: "\\ud83d"\n',
    "a letter that there is not": 'x: "\\UFFFFFFFF"\n',
    "a NUL": 'x: "\\0"\n',
}


@pytest.mark.parametrize("broken", UNREADABLE.values(), ids=UNREADABLE)
def test_key_in_invalid_yaml_returns_empty(broken: str) -> None:
    assert key_in(broken + OURS) == ""


def write_post(root: Path, head: str, name: str = "2020-01-01-x.md") -> None:
    path = root / "_posts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{head}---\n\ntext\n", encoding="utf-8")


def test_all_post_records_unquoted_values_are_read(tmp_path: Path) -> None:
    write_post(
        tmp_path,
        "title: 2020-06-17\nwechat:\n  url: https://mp.weixin.qq.com/s/x\n  account: 010\n  biz: b\n  mid: 0265\n  idx: 1\n"
        "  published: 2020-06-17 10:00:00 +0800\n  archived: 2020-06-18T10:00:00+08:00\n"
        "  gone: {state: deleted, seen: 2021-01-01 00:00:00 Z}\n",
    )
    ((kept, _),) = all_post_records(ArchiveFiles(tmp_path), NOW)
    assert (kept.key, kept.title, kept.account, kept.type) == ("b:0265:1", "2020-06-17", "010", "article")
    assert kept.published == datetime(2020, 6, 17, 2, tzinfo=UTC)
    assert kept.archived == datetime(2020, 6, 18, 2, tzinfo=UTC)
    assert (kept.state, kept.state_seen) == (State.DELETED, datetime(2021, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("said", ["", "~", "x", "9" * 9000, "[1]", "{a: b}", "2020-01-01", "0001-01-01T00:00:00+14:00"])
def test_all_post_records_invalid_times_use_defaults(tmp_path: Path, said: str) -> None:
    write_post(
        tmp_path, f"wechat:\n  biz: b\n  mid: 1\n  idx: 1\n  archived: {said}\n  published: {said}\n  gone: {said}\n"
    )
    ((kept, _),) = all_post_records(ArchiveFiles(tmp_path), NOW)
    assert (kept.published, kept.archived, kept.state) == (None, NOW, State.ARTICLE)


@pytest.mark.parametrize("state", ["[deleted]", "{deleted: 1}", "~", "nonsense", "!!set {deleted}"])
def test_all_post_records_unknown_state_is_article(tmp_path: Path, state: str) -> None:
    write_post(tmp_path, f"wechat: {{biz: b, mid: 1, idx: 1, gone: {{state: {state}}}}}\n")
    ((kept, _),) = all_post_records(ArchiveFiles(tmp_path), NOW)
    assert kept.state == State.ARTICLE


def test_list_and_verify_accept_unusual_front_matter(archiver: Command) -> None:
    for number, strange in enumerate([*STRANGE.values(), *UNREADABLE.values()]):
        write_post(
            archiver.folder / "out",
            f"{strange}wechat: {{biz: b, mid: '{number}', idx: '1'}}\n",
            f"2020-01-01-{number}.md",
        )
    listed = archiver("list", "--json", "-o", "out")
    assert (listed.code, len(listed.outcomes)) == (0, len(STRANGE))
    assert archiver("verify", "-o", "out").code in (0, 1)


SETTINGS_BROKEN: dict[str, tuple[str | bytes, str]] = {
    "an int that is none": ('interval: !!int ""', "line 2"),
    "a bool that is none": ("link_local: !!bool maybe", "line 2"),
    "a timestamp that is none": ("output: !!timestamp x", "line 2"),
    "9,000 digits": (f"budget: {'9' * 9000}", "line 2"),
    "9,000 digits in the front matter": (f"front_matter: {{x: {'9' * 9000}}}", "line 2"),
    "sixties": (f"interval: 1{':1' * 300_000}", "line 2"),
    "an alias bomb": (BOMB, "unfold"),
    "an alias of itself": ("front_matter: &x {y: *x}", "line 2"),
    "an alias of nothing": ("front_matter: *x", "line 2"),
    "deep": ("front_matter: {x: " + "[" * 30_000, "line 2"),
    "deep and closed": ("front_matter: {x: " + "[" * 900 + "]" * 900 + "}", "line 2"),
    "deep in dashes": ("front_matter:\n  x:\n    " + "- " * 30_000, "line 4"),
    "an object of Python's": ("output: !!python/object/apply:os.system [x]", "line 2"),
    "bytes": ("output: !!binary =", "line 2"),
    "a set": ("tags: !!set {x}", "line 2"),
    "half a letter": ('output: "\\ud800"', "line 2"),
    "half a letter in the front matter": ('front_matter: {x: "\\udfff"}', "line 2"),
    "a letter that there is not": ('output: "\\UFFFFFFFF"', "line 2"),
    "a NUL by an escape": ('output: "a\\0b"', "line 2"),
    "a NUL": ("output: a\0b", "line 2"),
    "a tab": ("media:\n\tsave: no", "line 3"),
    "a list for a key": ("? [a]\n: b", "line 2"),
    "no UTF-8": (b"output: caf\xe9", "line 2"),
    "a month that there is not": ("front_matter: {x: 2020-13-40}", "line 2"),
    "somebody who is not here": ("cookies: ~nobody-of-this-name/x", "no such user"),
    "somebody in a source": ("sources: [{list: ~nobody-of-this-name/x}]", "no such user"),
    "too much": ("# " + "x" * 2**20, "MB"),
}


@pytest.mark.parametrize(("text", "said"), SETTINGS_BROKEN.values(), ids=SETTINGS_BROKEN)
def test_load_invalid_file_error_names_cause_and_file(tmp_path: Path, text: str | bytes, said: str) -> None:
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "archiver.yml").write_bytes(b"# settings\n" + content)
    began = time.process_time()
    with pytest.raises(ConfigError, match=said) as caught:
        load({}, {}, tmp_path)
    assert time.process_time() - began < 2
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    if "user" not in said:
        assert caught.value.concerns.endswith("archiver.yml")


def test_load_front_matter_values_keep_yaml_types(tmp_path: Path) -> None:
    (tmp_path / "archiver.yml").write_text(
        "front_matter:\n  catalog: false\n  header-img: ~\n  comments: yes\n  weight: 5\n  ratio: 1.5\n  when: 12:30\n"
        "  word: 'false'\n  nested: {a: [1, no]}\n"
    )
    assert load({}, {}, tmp_path).front_matter == {
        "catalog": False, "header-img": None, "comments": True, "weight": 5, "ratio": 1.5, "when": 750, "word": "false",
        "nested": {"a": [1, False]},
    }  # fmt: skip


def test_load_follows_anchors_and_merge_keys(tmp_path: Path) -> None:
    (tmp_path / "archiver.yml").write_text(
        "sources:\n- &mine {list: a.txt, tags: [x], folder: f}\n- {<<: *mine, list: b.txt, name: b}\n"
    )
    first, second = load({}, {}, tmp_path).sources
    assert (first.list, first.tags, first.folder) == (str(tmp_path / "a.txt"), ("x",), "f")
    assert (second.list, second.tags, second.folder) == (str(tmp_path / "b.txt"), ("x",), "f")


def _folder(path: Path) -> None:
    path.mkdir()


def _broken_link(path: Path) -> None:
    path.symlink_to("nothing")


def _endless_link(path: Path) -> None:
    path.symlink_to(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # its name may have 108 bytes


@pytest.mark.parametrize("make", [_folder, _broken_link, _endless_link, os.mkfifo, _socket])
def test_load_path_not_a_file_is_config_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "archiver.yml")
    with pytest.raises(ConfigError, match="no file"):
        load({}, {}, tmp_path)


@pytest.mark.parametrize("name", [".", "/dev/zero", "x" * 5000, "a\0b"])
def test_load_unreadable_named_file_is_config_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        load({}, {}, tmp_path, name)


def test_load_oversized_file_is_config_error(tmp_path: Path) -> None:
    with (tmp_path / "archiver.yml").open("wb") as file:
        file.truncate(8 * 2**30)
    with pytest.raises(ConfigError, match="more than 1 MB"):
        load({}, {}, tmp_path)


def test_load_overlong_output_path_uses_default_settings(tmp_path: Path) -> None:
    assert load({"output": "x" * 300 + "/out"}, {}, tmp_path).interval == 3


VARIABLES: dict[str, tuple[str, str]] = {
    "deep": ("ARCHIVER_FRONT_MATTER__" + "A__" * 20_000 + "A", "1"),
    "no UTF-8": ("ARCHIVER_SITE_PREFIX", "\udcff"),
    "no UTF-8 in the front matter": ("ARCHIVER_FRONT_MATTER__AUTHOR", "\udcff"),
    "no UTF-8 in its name": ("ARCHIVER_\udcff", "x"),
}


@pytest.mark.parametrize(("name", "value"), VARIABLES.values(), ids=VARIABLES)
def test_load_invalid_variable_error_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match="ARCHIVER_"):
        load({}, {name: value}, tmp_path)


def test_load_output_variable_accepts_non_utf8_path(tmp_path: Path) -> None:
    assert load({}, {"ARCHIVER_OUTPUT": "a\udcff"}, tmp_path).output == "a\udcff"


@pytest.mark.parametrize(
    ("yml", "environ", "where"),
    [
        ("force: true", {}, "archiver.yml"),
        ("force: yes", {}, "archiver.yml"),
        ("", {"ARCHIVER_FORCE": "1"}, "ARCHIVER_FORCE"),
    ],
)
def test_load_force_outside_flags_is_ignored_with_warning(
    tmp_path: Path, yml: str, environ: dict[str, str], where: str
) -> None:
    (tmp_path / "archiver.yml").write_text(yml)
    warnings: list[str] = []
    assert load({}, environ, tmp_path, warn=warnings.append).force is False
    (warning,) = warnings
    assert where in warning
    assert "--force" in warning
    assert load({"force": True}, environ, tmp_path).force is True


def test_load_false_force_gives_no_warning(tmp_path: Path) -> None:
    (tmp_path / "archiver.yml").write_text("force: false")
    warnings: list[str] = []
    assert load({}, {"ARCHIVER_FORCE": "false"}, tmp_path, warn=warnings.append) == Settings()
    assert warnings == []


def test_load_invalid_force_variable_is_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ARCHIVER_FORCE"):
        load({}, {"ARCHIVER_FORCE": "maybe"}, tmp_path)


def test_list_ignored_force_setting_is_reported_once(archiver: Command) -> None:
    archiver.write("archiver.yml", "force: true")
    done = archiver("list")
    assert done.err.count("--force") == 1
    assert "archiver.yml" in done.err


@pytest.mark.parametrize(
    "strange", ["\x85", "\u2028", "\ufeff", "\t", "😀", "\\", '"', "'", "#", ": ", "{{ x }}", "~", "null", "yes"]
)
def test_read_front_matter_round_trips_jekyll_output(strange: str) -> None:
    from archiver.models import Article

    said = f"{strange}a{strange}"
    article = Article(title=said, account=said, biz="b", mid="1", idx="1", albums=(said,))
    front = read_front_matter(JEKYLL.front_matter(article, NOW, {}))
    clean = said.replace("\x85", "").replace("\u2028", "").replace("\ufeff", "")
    wechat = front["wechat"]
    assert isinstance(wechat, dict)
    assert (front["title"], wechat["account"], wechat["albums"]) == (clean, clean, [clean])
    assert front["catalog"] == "false"
