"""Lists and feeds of any size: what is too long is told by its number, the rest is read, memory stays small."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from archiver.commands.run import _read
from archiver.errors import InputError
from archiver.sources import ListEntry, feeds, lines_of, list_files, list_json, read_list
from archiver.sources import charset as decoding
from archiver.sources import list_cells as forms
from archiver.sources.list_input import open_list
from tests.support.command import Command

A = "https://mp.weixin.qq.com/s/AbCd-fGh_jKlMnOpQrStUv"
B = "https://mp.weixin.qq.com/s/BbCd-fGh_jKlMnOpQrStU_"
LINE, RECORD, DOCUMENT = forms.MAX_TEXT_LENGTH, forms.MAX_RECORD_LENGTH, forms.MAX_DOCUMENT_LENGTH


def entries(content: bytes) -> list[ListEntry]:
    return list(read_list(lines_of(content)))


LONG: dict[str, tuple[str, int]] = {
    "letters": (f"{A}\n{'x' * (LINE + 1)}\n{B}\n", 2),
    "without an end": (f"{A}\n{B}\n{'x' * (LINE + 1)}", 3),
    "an address that goes on": (f"{A}\n{A}{'x' * LINE}\n{B}\n", 2),
    "addresses": (f"{A}\n{(B + ' ') * 2000}\n{B}\n", 2),
    "beyond what is kept": (f"{A}\n{'x' * (DOCUMENT + 2**19)}\n{B}\n", 2),
    "JSON": (f'{{"url": "{A}"}}\n{{"title": "{"x" * RECORD}", "url": "{B}"}}\n{B}\n', 2),
    "a long address in JSON": (f'"{A}"\n"https://mp.weixin.qq.com/s/{"x" * LINE}"\n{B}\n', 2),
    "broken JSON": (f'{A}\n{{"title": "{"x" * LINE}\n{B}\n', 2),
    "CSV": (f"title,url\n甲,{A}\n{'x' * RECORD},{A}\n乙,{B}\n", 3),
    "a long address in CSV": (f"title,url\n甲,{A}\n乙,https://mp.weixin.qq.com/s/{'x' * LINE}\n乙,{B}\n", 3),
    "ends by CR": (f"{A}\r{'x' * (LINE + 1)}\r{B}\r", 2),
    "Chinese": (f"{A}\n{'字' * (LINE + 1)}\n{B}\n", 2),
}


@pytest.mark.parametrize(("text", "number"), LONG.values(), ids=LONG)
def test_read_list_overlong_line_is_reported_and_skipped(text: str, number: int) -> None:
    found = entries(text.encode())
    assert [entry.target.url for entry in found if entry.target] == [A, B]
    (bad,) = [entry for entry in found if not entry.target]
    assert bad.number == number
    assert len(bad.source) < 300
    assert len(bad.error) < 200


WHOLE: dict[str, str] = {
    "a long comment": f"# {'x' * (LINE * 4)}\n{A}\n{B}\n",
    "JSON with an article in it": f'{{"html": "{"x" * (RECORD - 200)}", "url": "{A}"}}\n{B}\n',
    "CSV with an article in it": f"html,url\n{'x' * 120_000},{A}\n乙,{B}\n",
    "an array on one line": json.dumps([{"html": "x" * 500_000, "url": A}] * 10 + [{"url": B}]),
    "blanks": f"{A}\n{' ' * (LINE * 4)}\n{B}",
    "a line as long as may be": f"{A}{' x' * 32_000}\n{B}",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_read_list_long_lines_within_limits_are_read(text: str) -> None:
    assert [entry.target.url if entry.target else entry.error for entry in entries(text.encode())] == [A, B]


def test_read_list_oversized_document_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    length = 2 * RECORD  # the real limit takes seconds
    monkeypatch.setattr(list_json, "MAX_DOCUMENT_LENGTH", length)
    monkeypatch.setattr(list_files, "MAX_DOCUMENT_LENGTH", length)
    (entry,) = entries(b"[" + b'{"a": "' + b"x" * length + b'"}]')
    assert not entry.target
    (entry,) = entries(b"[\n" + b'"x",\n' * (length // 4) + b"]")
    assert (entry.number, entry.target, entry.source) == (1, None, "[…")


class Endless(io.RawIOBase):
    """A line that does not end, of so many bytes."""

    def __init__(self, size: int, letter: bytes = b"x") -> None:
        self.size, self.letter, self.at = size, letter, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, to: int, whence: int = 0) -> int:
        self.at = to
        return to

    def read(self, most: int = -1) -> bytes:
        count = min(most, self.size - self.at)
        self.at += count
        return self.letter * count


def test_read_list_400_mb_line_uses_limited_memory() -> None:
    tracemalloc.start()
    (entry,) = read_list(lines_of(Endless(400 * 2**20)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (entry.number, entry.target) == (1, None)
    assert peak < 150 * 2**20


def test_lines_of_list_over_size_limit_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_LIST_SIZE", 16 * 2**20)  # the real limit takes seconds
    with pytest.raises(InputError, match="16 MB"):
        lines_of(Endless(decoding.MAX_LIST_SIZE + 1))


def test_read_list_many_lines_use_constant_memory() -> None:
    content = f"{A}\n# {'x' * 90}\n".encode() * 30_000
    tracemalloc.start()
    assert sum(1 for _ in read_list(lines_of(io.BytesIO(content)))) == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 2**20


ENCODED = ["utf-8", "utf-8-sig", "gb18030", "utf-16"]


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_chunk_boundaries_keep_lines_whole(encoding: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["标题一", "", "😀" * 3, "a\u2028b", "x"]
    content = end.join(lines).encode(encoding)
    for size in range(1, 9):
        monkeypatch.setattr(decoding, "_CHUNK", size)
        assert list(lines_of(content)) == lines


def test_lines_of_file_start_at_current_position() -> None:
    file = io.BytesIO(b"read before\n" + A.encode())
    file.readline()
    assert list(lines_of(file)) == [A]


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_open_list_reads_pipe(pipe: Path) -> None:
    writing = Thread(target=lambda: pipe.write_bytes(f"{A}\n{B}".encode()))
    writing.start()
    assert [entry.source for entry in open_list(str(pipe))] == [A, B]
    writing.join()


def test_open_list_binary_pipe_is_rejected(pipe: Path) -> None:
    def write() -> None:
        with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 2**20)

    writing = Thread(target=write)
    writing.start()
    with pytest.raises(InputError, match="no text") as caught:
        open_list(str(pipe))
    assert caught.value.concerns == str(pipe)
    writing.join()


def test_open_list_pdf_error_names_file(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError, match=r"list\.txt.*PDF"):
        open_list(str(tmp_path / "list.txt"))


@pytest.mark.parametrize("name", [".", "missing.txt", "x" * 5000, "a\0b", "/proc/self/mem"])
def test_open_list_unreadable_path_is_input_error(name: str) -> None:
    with pytest.raises(InputError):
        open_list(name)


def test_add_overlong_stdin_line_is_reported(archiver: Command) -> None:
    done = archiver("add", "-o", "out", "--json", "-", stdin=b"missing.html\n" + b"x" * 10_000_000 + b"\nother.html\n")
    assert [one["source"][:12] for one in done.outcomes] == ["missing.html", "line 2, of m", "other.html"]
    assert len(done.err) < 5000
    assert "bug" not in done.err


def test_batch_overlong_line_is_not_printed(archiver: Command) -> None:
    done = archiver("batch", "-o", "out", "-", stdin=b"x" * 80_000_000)
    assert done.code == 2
    assert "line 1" in done.err
    assert len(done.err) < 2000


def test_run_feed_file_is_read_up_to_limit() -> None:
    assert len(_read(Path("/dev/zero"))) == feeds.MAX_FEED_SIZE + 1


def test_run_endless_feed_is_rejected(archiver: Command) -> None:
    archiver.write("archiver.yml", "sources: [{feed: /dev/zero}, {feed: missing.xml}, {feed: .}]")
    done = archiver("run")
    assert "bug" not in done.err
    assert "MB" in done.err
