"""The command `archiver`, run in a process of its own or in the test's, and the databases it keeps."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import sqlite3
import subprocess
import sys
import sysconfig
import termios
from collections.abc import Iterator, Mapping
from contextlib import chdir, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from archiver.cli.main import main
from archiver.credentials import redact_words
from tests.support import postgres

_COMMAND = Path(sysconfig.get_path("scripts")) / "archiver"
_PATIENCE = 120  # seconds
_AS_SCRIPTS_DO = ("--json", "--interval", "0", "--output", "out")
# Python would leave a part of a module's bytecode where its file may not be as large, and no later process could start.
_LIMITED = (
    "import os, resource as r, sys; r.setrlimit(r.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    "os.environ['PYTHONDONTWRITEBYTECODE'] = '1'; os.execv(sys.argv[2], sys.argv[2:])"
)


def _lead() -> None:
    """Makes the new process's terminal its own, so that ^C reaches it."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _sent(person: int) -> Iterator[bytes]:
    """What comes to a terminal, until nobody holds its other side (Linux tells that by EIO)."""
    with suppress(OSError):
        while said := os.read(person, 65536):
            yield said


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How a call ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The objects of `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def outcome(self) -> dict[str, Any]:
        """The only object of `--json`."""
        (outcome,) = self.outcomes
        return outcome

    @property
    def counts(self) -> dict[str, int]:
        """How many outcomes there are by their word."""
        words = [outcome["outcome"] for outcome in self.outcomes]
        return {word: words.count(word) for word in sorted(set(words))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """A database of the command's, looked at without it."""

    file: Path
    server: str = ""

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What a query gives, by the names of its columns."""
        if self.server:
            with postgres.connected(self.server) as connection:
                found = connection.execute(query.replace("%", "%%").replace("?", "%s"), values)
                names = [column.name for column in found.description]
                return [dict(zip(names, row, strict=True)) for row in found]
        with closing(sqlite3.connect(f"{self.file.as_uri()}?mode=rw", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def change(self, statement: str, *values: object) -> int:
        """How many rows a statement changed."""
        if self.server:
            with postgres.connected(self.server) as connection:
                return connection.execute(statement.replace("%", "%%").replace("?", "%s"), values).rowcount
        with closing(sqlite3.connect(self.file)) as connection, connection:
            return connection.execute(statement, values).rowcount

    def lose(self) -> None:
        """Takes all away, as a person does who deletes the file, or who makes a new database."""
        if self.server:
            with postgres.connected(self.server) as connection:
                (schema,) = connection.execute("SELECT current_schema()").fetchone()
                connection.execute(f"DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")
            return
        for path in self.file.parent.glob("catalogue.db*"):
            path.unlink()

    @property
    def name(self) -> str:
        """How messages call it."""
        return redact_words(self.server) or "catalogue.db"


def database_of(archive: Path) -> Database:
    """The catalogue of the archive in a folder."""
    server = postgres.catalogue_of(archive) if postgres.SERVER else ""
    return Database(file=archive / ".archive" / "catalogue.db", server=server)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """`archiver` in a folder of its own, with these variables and no others of the tester's.

    `in_process`: a plain call runs in the test's process, which saves the start of one. A call that is started, given
    a terminal or limited has a process of its own all the same.
    """

    folder: Path
    environment: Mapping[str, str]
    in_process: bool = False

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", largest_file: int | None = None) -> Run:
        """Runs `archiver` to its end; `largest_file` in bytes is what the system lets it write to one file."""
        if self.in_process and largest_file is None:
            return self._run_inside(*arguments, stdin=stdin)
        limited = [sys.executable, "-c", _LIMITED, str(largest_file)] if largest_file is not None else []
        done = subprocess.run(
            [*limited, _COMMAND, *arguments], cwd=self.folder, env=self._variables(*arguments), input=stdin, capture_output=True,
            timeout=_PATIENCE, check=False,
        )  # fmt: skip
        return Run(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def _run_inside(self, *arguments: str | Path, stdin: bytes) -> Run:
        out, err = io.BytesIO(), io.BytesIO()
        streams = {
            name: io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", write_through=True)
            for name, stream in (("stdin", io.BytesIO(stdin)), ("stdout", out), ("stderr", err))
        }
        argv, hook = ["archiver", *map(str, arguments)], sys.unraisablehook
        with (
            mock.patch.dict(os.environ, self._variables(*arguments), clear=True),
            mock.patch.multiple(sys, argv=argv, unraisablehook=hook, **streams),
            chdir(self.folder),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        return Run(code=int(ended.value.code or 0), out=out.getvalue().decode(), err=err.getvalue().decode())

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Starts `archiver` and leaves it running."""
        return subprocess.Popen(
            [_COMMAND, *arguments], cwd=self.folder, env=self._variables(*arguments), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def at_terminal(self, *arguments: str | Path, asked: str = "", typed: str = "") -> tuple[int, str]:
        """The exit code, and all that a terminal was sent, of `archiver` run at one; once `asked` stands there, a
        person types `typed`.
        """
        person, terminal = pty.openpty()
        process = subprocess.Popen(
            [_COMMAND, *arguments], cwd=self.folder, env={**self._variables(*arguments), "TERM": "xterm", "COLUMNS": "200"},
            stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=_lead,
        )  # fmt: skip
        os.close(terminal)
        said = b""
        for more in _sent(person):
            said += more
            if typed and asked.encode() in said:
                os.write(person, typed.encode())
                typed = ""
        os.close(person)
        return process.wait(timeout=_PATIENCE), said.decode()

    def at_once(self, *calls: tuple[str | Path, ...]) -> list[Run]:
        """Runs `archiver` several times at once, to the end of each."""
        running = [self.start(*call) for call in calls]
        said = [process.communicate(timeout=_PATIENCE) for process in running]
        return [
            Run(code=process.returncode, out=out.decode(), err=err.decode())
            for process, (out, err) in zip(running, said, strict=True)
        ]

    def add(self, *arguments: str | Path) -> Run:
        """Runs `archiver add` as scripts do: into `out`, with JSON lines, without a pause between pages."""
        return self("add", *_AS_SCRIPTS_DO, *arguments)

    def batch(self, *arguments: str | Path) -> Run:
        """Runs `archiver batch` in the same way."""
        return self(*self.batch_call(*arguments))

    def batch_call(self, *arguments: str | Path) -> tuple[str | Path, ...]:
        """The arguments of such a call."""
        return "batch", *_AS_SCRIPTS_DO, *arguments

    def write(self, name: str, *lines: str) -> str:
        """The name of a file of these lines, written to the command's folder."""
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return name

    @property
    def posts(self) -> list[Path]:
        """The posts that were written."""
        return sorted(self.folder.glob("out/_posts/**/*.md"))

    @property
    def catalogue(self) -> Database:
        """The catalogue of the archive in `out`."""
        return database_of(self.folder / "out")

    @property
    def machine(self) -> Database:
        """The clocks and cool-downs of this user's."""
        return Database(file=next(self.folder.rglob("machine.db")))

    def _variables(self, *arguments: str | Path) -> dict[str, str]:
        measuring = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        server = {}
        if postgres.SERVER and (url := postgres.catalogue_of(postgres.output_of(arguments, self.folder))):
            server["ARCHIVER_CATALOGUE"] = url
        return {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
            **measuring,
            **server,
            **self.environment,
        }
