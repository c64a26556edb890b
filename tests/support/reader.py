"""The reader: in the test's process, and as `archiver serve` in a process of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from starlette.testclient import TestClient

from archiver.settings import Settings
from archiver.site.app import create_app
from archiver.site.security.address import ReaderAddress
from archiver.site.security.api_token import ApiToken
from archiver.site.security.gate import Access
from archiver.site.security.passwords import PasswordCheck
from tests.support.command import Command

HOME = "http://127.0.0.1:8765"
PASSWORD = "correct horse 密码"
_FIELD = re.compile(r'name="form_token" value="(\w+)"')


class Browser(TestClient):
    """A browser that looks at a reader in the test's process, from a page of the reader itself."""

    def __init__(self, output: Path, *, password: str = "", address: ReaderAddress | None = None) -> None:
        self.access = Access(
            address=address or ReaderAddress(),
            password=PasswordCheck(password) if password else None,
            token=ApiToken(output.parent / "reader-token"),
        )
        self.reports: list[str] = []
        app = create_app(Settings(output=str(output)), self.access, report=self.reports.append)
        super().__init__(app, base_url=HOME, follow_redirects=False)

    def form_token(self, page: str = "/add") -> str:
        """The token in the forms of a page."""
        found = _FIELD.search(self.get(page).text)
        assert found is not None
        return found[1]

    def submit(self, path: str, fields: dict[str, str] | None = None, *, headers: dict[str, str] | None = None):
        """Send a form as a page of the reader does. A field or a header that is given replaces the usual one."""
        page = "/login" if path == "/login" else "/add"
        given = {} if "form_token" in (fields or {}) else {"form_token": self.form_token(page)}
        return self.post(path, data={**given, **(fields or {})}, headers={"origin": HOME, **(headers or {})})

    def log_in(self, password: str = PASSWORD, target: str = "/"):
        """Send the login form."""
        return self.submit("/login", {"password": password, "next": target})


@dataclass(frozen=True, kw_only=True)
class Served:
    """A reader in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def home(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def connection(self) -> HTTPConnection:
        """A connection to the reader."""
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def socket(self) -> socket.socket:
        """A plain socket, connected to the reader."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        return self.ask("GET", path, headers)

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes]:
        """The same for any method."""
        connection = self.connection()
        try:
            connection.request(method, path, body=body, headers=headers)
            answer: HTTPResponse = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def form_token(self) -> str:
        """The token in the reader's forms."""
        found = _FIELD.search(self.get("/add")[1].decode())
        assert found is not None
        return found[1]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """End the reader by a signal; return its exit code and what it said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said.decode()


@contextmanager
def serving(command: Command, *arguments: str | Path) -> Iterator[Served]:
    """`archiver serve` of the archive in `out`, at any free port."""
    process = command.start("serve", "-o", "out", "--port", "0", *arguments)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        found = re.search(r":(\d+)/", line)
        assert found is not None, (line, process.stderr.read().decode() if process.stderr else "")
        yield Served(process=process, port=int(found[1]))
    finally:
        process.kill()
        process.communicate()
