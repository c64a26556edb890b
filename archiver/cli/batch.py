"""`archiver batch`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.progress import ProgressBar
from archiver.cli.streams import say
from archiver.cli.telling import OutcomePrinter

if TYPE_CHECKING:
    from archiver.sources import ListEntry

_EXAMPLES = """\b
Examples:
  archiver batch addresses.txt
  archiver batch -o blog --failed again.txt list.csv
  grep -o 'https://mp.weixin[^ )]*' notes.md | archiver batch --max-time 8h -"""


@app.command(epilog=_EXAMPLES)
def batch(
    list_file: Annotated[
        str,
        typer.Argument(
            metavar="LIST",
            help="Text, Markdown, CSV with a column `url`, or JSON lines; - for stdin.",
            show_default=False,
        ),
    ],
    output: options.Output = None,
    failed: Annotated[
        str | None, typer.Option("--failed", metavar="FILE", help="Write what is left to do to FILE, to feed back.")
    ] = None,
    limit: options.Limit = None,
    max_time: options.MaxTime = None,
    refresh: options.Refresh = False,
    retry: options.Retry = False,
    retry_gone: options.RetryGone = False,
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
    interval: options.Interval = None,
    no_media: options.NoMedia = False,
    proxy: options.Proxy = None,
    cookies: options.Cookies = None,
    link_local: options.LinkLocal = False,
    force: options.Force = False,
) -> int:
    """Archive every address of a list; what the archive has already costs no request.

    It can be stopped and started again at any time: it goes on where it was.
    """
    from archiver.app import Archiver, fetch_options
    from archiver.sources.list_input import read_file, read_stdin

    options.log(verbose=verbose)
    settings = options.settings(
        config,
        {"output": output, "interval": interval, "proxy": proxy, "cookies": cookies, "no_media": no_media,
         "link_local": link_local, "force": force},
    )  # fmt: skip
    wanted = fetch_options(refresh=refresh, retry=retry, retry_gone=retry_gone, limit=limit, max_time=max_time)
    lines = read_stdin() if list_file == "-" else read_file(list_file)
    saved: dict[str, list[str]] = {}
    with Archiver(settings) as archive, ProgressBar(settings.interval) as bar:
        teller = OutcomePrinter(summary=archive.summary, as_json=as_json, verbose=verbose)
        for _ in teller.tell(bar.over(archive.batch(_noted(lines, saved), wanted, bar.plan))):
            pass
    teller.sum_up_table()
    if failed is not None:
        _write_failed(Path(failed), teller, saved)
    return teller.summary.exit_code


def _noted(lines: Iterable[ListEntry], saved: dict[str, list[str]]) -> Iterator[ListEntry]:
    """The lines again; `saved` learns the files of saved pages by the list's words, less credentials, for them."""
    for line in lines:
        if line.target and line.target.file:
            saved.setdefault(line.source, []).append(line.target.file)
        yield line


def _write_failed(path: Path, teller: OutcomePrinter, saved: Mapping[str, list[str]]) -> None:
    """One line for each that is left to do, in the list's own words where they say the same in `path`."""
    from archiver.storage.local import write_lines

    again = list(_again(path.parent, teller.summary.again, saved))
    write_lines(path, again)
    if again:
        say(f"{len(again)} left to do: archiver batch {path}")


def _again(folder: Path, sources: Iterable[str], saved: Mapping[str, list[str]]) -> Iterator[str]:
    """What names each source in a list that lies in `folder`; files that are called alike are all named, once."""
    told: set[str] = set()
    for source in sources:
        if source not in saved:
            yield source
        elif source not in told:
            told.add(source)
            yield from (_named_from(folder, source, file) for file in saved[source])


def _named_from(folder: Path, source: str, file: str) -> str:
    """What names a source in a list that lies in `folder`, from which paths count."""
    if (folder / source).absolute() == Path(file).absolute():
        return source
    return str(Path(file).absolute())
