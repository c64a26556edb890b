"""Convert an HTML document by programs of others: Chromium prints it to PDF, pandoc makes it a Word document (.docx).

Neither may use the network or read other files: what the document shows is in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver.errors import ArchiverError, UsageError
from archiver.messages.message import message
from archiver.processes import kill_with_children
from archiver.storage.local import atomic_file, read_file

_BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)  # fmt: skip
_HOW_TO_GET = {
    "pdf": message("--pdf needs Chromium or Chrome: apt install chromium, or brew install --cask chromium"),
    "docx": message("--docx needs pandoc: apt install pandoc, brew install pandoc, or pip install pypandoc_binary"),
}
_PATIENCE = 180  # seconds for one document
# No name is resolved, so nothing can be asked for; what a browser does in the background is off as well.
_OFFLINE = (
    "--headless --disable-gpu --no-first-run --no-default-browser-check --disable-extensions --disable-sync "
    "--disable-background-networking --disable-component-update --disable-default-apps --disable-domain-reliability "
    "--metrics-recording-only --no-pings --no-pdf-header-footer"
).split()
_NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND"


class ConversionError(ArchiverError):
    """The error for a document that the other program did not convert."""


def require_program(form: str) -> str:
    """Return the program that makes documents of the format `form`, `pdf` or `docx`.

    Raise UsageError with a line that says how to get it if it is not installed.
    """
    found = find_program(form)
    if found is None:
        raise UsageError(_HOW_TO_GET[form])
    return found


def find_program(form: str) -> str | None:
    """Return the program that makes documents of the format `form`, `pdf` or `docx`; None if there is none here."""
    return next(_programs(form), None)


def _programs(form: str) -> Iterator[str]:
    for name in _BROWSERS if form == "pdf" else ("pandoc",):
        if program := shutil.which(name):
            yield program
    spec = find_spec("pypandoc") if form == "docx" else None
    if spec and spec.origin:
        yield from filter(None, [shutil.which(Path(spec.origin).parent / "files" / "pandoc")])


def convert(form: str, program: str, html: str, target: Path) -> None:
    """Write an HTML document as PDF or Word document to the file `target`, which it replaces when it is complete.

    Args:
        form: `pdf` or `docx`.
        program: The program, as returned by `require_program`.
        html: The document; its pictures must be in it.
        target: The path of the file.

    Raises:
        ConversionError: The program failed, took too long or wrote nothing.
        OutputError: The file cannot be written.
    """
    with TemporaryDirectory(prefix="archiver-", ignore_cleanup_errors=True) as folder:
        source, result = Path(folder) / "article.html", Path(folder) / f"article.{form}"
        with atomic_file(source) as file:
            file.write(html.encode("utf-8", "replace"))
        if form == "pdf":
            _run([program, *_print_options(Path(folder)), f"--print-to-pdf={result}", source.as_uri()])
        else:
            _run([program, "--sandbox", "--from=html", "--to=docx", f"--output={result}", str(source)])
        try:
            content = read_file(result)
        except OSError as error:
            raise ConversionError(message("{name} wrote no file", name=Path(program).name)) from error
        with atomic_file(target) as file:
            file.write(content)


def _print_options(folder: Path) -> Iterator[str]:
    yield from _OFFLINE
    yield _NO_NAMES
    yield f"--user-data-dir={folder / 'profile'}"
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # as root, Chromium refuses to start with its sandbox
        yield "--no-sandbox"


def _run(command: Sequence[str]) -> None:
    """Run a program and wait for its end; raise ConversionError if it fails or takes too long."""
    name = Path(command[0]).name
    try:
        with subprocess.Popen(  # noqa: S603 - the user's own program, without a shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        ) as process:
            try:
                _, errors = process.communicate(timeout=_PATIENCE)
            except BaseException:
                kill_with_children(process)
                raise
    except subprocess.TimeoutExpired as error:
        raise ConversionError(message("{name} took more than {patience} s", name=name, patience=_PATIENCE)) from error
    except OSError as error:
        raise ConversionError(
            message("{name} cannot be run ({reason})", name=name, reason=error.strerror or error)
        ) from error
    if process.returncode:
        said = errors.decode(errors="replace").strip().splitlines()
        raise ConversionError(
            message("{name} failed: {reason}", name=name, reason=said[-1] if said else process.returncode)
        )
