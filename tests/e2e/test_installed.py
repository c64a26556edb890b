"""The installed command against WeChat as it behaves: one process, one proxy, nothing patched."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.support.command import Command
from tests.support.files import files_with_times
from tests.support.seed import SEED


def test_add_url_writes_expected_post_and_images(installed: Command, seed: str) -> None:
    outcome = installed.add(seed).outcome
    written = (installed.folder / outcome["post"]).read_text(encoding="utf-8")
    wanted = (SEED / "expected.md").read_text(encoding="utf-8")
    capture = re.compile(r"^  archived: .*\n", re.MULTILINE)
    assert capture.sub("", written) == capture.sub("", wanted)
    pictures = {path.name: path.read_bytes() for path in (installed.folder / "out" / "postimg").iterdir()}
    assert pictures == {path.name: path.read_bytes() for path in (SEED / "page_files").iterdir()}


def test_add_unchanged_article_rewrites_no_published_file(installed: Command, seed: str) -> None:
    installed.add(seed)
    before = files_with_times(installed.folder / "out")
    run = installed.add(seed)
    assert (run.code, run.outcome["outcome"]) == (0, "unchanged")
    after = files_with_times(installed.folder / "out")
    changed = [name for name in before | after if before.get(name) != after.get(name)]
    assert all(".archive/" in name for name in changed)  # the catalogue alone, which has seen it once more


def test_add_bundled_example_works_offline(offline: Command) -> None:
    installed = replace(offline, in_process=False)
    run = installed.add(SEED / "page.html")
    assert run.outcome["images"] == {"expected": 9, "saved": 9, "failed": 0}
    assert len([*(offline.folder / "out" / "postimg").iterdir()]) == 9


def test_add_wrong_address_is_one_line_on_stderr(installed: Command) -> None:
    run = installed("add", "-o", "out", "https://example.org/s/AbCdEfGhIjKlMnOpQrStUv")
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert "mp.weixin.qq.com" in run.err
    assert not (installed.folder / "out").exists()
