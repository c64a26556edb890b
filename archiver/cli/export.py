"""Run the command `archiver export`, which writes articles to documents, books and files for other programs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.language import said
from archiver.cli.output import print_json, print_line, print_message, print_remark, table_output
from archiver.cli.progress import Spinner
from archiver.messages.message import message

EXAMPLES = """\b
Examples:
  archiver export --html articles --embed
  archiver export --epub book.epub --account 南宁市反诈骗
  archiver export --wacz archive.wacz
  archiver export --warc 2020.warc.gz --since 2020-01-01 --until 2021-01-01
  archiver export --csv - --account 南宁市反诈骗 > articles.csv"""


_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([kMG])i?B?", re.IGNORECASE)
_UNITS = {"k": 1e3, "m": 1e6, "g": 1e9}


def _bytes(text: str) -> int:
    """Return the bytes of a size such as `300MB`, `1.5G` or `800k`; raise BadParameter for other forms."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or not (size := int(float(found[1]) * _UNITS[found[2].lower()])):
        raise typer.BadParameter(message("write a size as 300MB or 1GB"))
    return size


@dataclass(frozen=True, kw_only=True)
class ExportFiles:
    """The options that say what to write: one path for each format, '' for a format that is not wanted."""

    html: Annotated[str, typer.Option(metavar="FOLDER", help="Each article as it looked, an HTML file.")] = ""
    pdf: Annotated[str, typer.Option(metavar="FOLDER", help="The same as PDF; needs Chromium.")] = ""
    docx: Annotated[str, typer.Option(metavar="FOLDER", help="The same as Word document; needs pandoc.")] = ""
    epub: Annotated[str, typer.Option(metavar="FILE", help="A book of the articles, EPUB 3.")] = ""
    warc: Annotated[str, typer.Option(metavar="FILE", help="Pages and media as WARC 1.1 (.warc.gz).")] = ""
    wacz: Annotated[str, typer.Option(metavar="FILE", help="The same as WACZ, for replayweb.page.")] = ""
    jsonl: Annotated[str, typer.Option(metavar="FILE", help="A JSON object a line, an article; - for stdout.")] = ""
    csv: Annotated[str, typer.Option(metavar="FILE", help="A table for a spreadsheet; - for stdout.")] = ""
    embed: Annotated[bool, typer.Option("--embed", help="With --html: pictures in the file, not beside it.")] = False
    max_size: Annotated[
        int | None,
        typer.Option(parser=_bytes, metavar="SIZE", help="With --epub: more books, none above it [default: 300MB]."),
    ] = None

    def paths(self) -> dict[str, str]:
        """Return the path for each format that is wanted."""
        return {form: path for form, path in asdict(self).items() if isinstance(path, str) and path}


@dataclass(frozen=True, kw_only=True)
class ExportSelection(options.QueryOptions):
    """The options that select the articles to export."""

    state: Annotated[
        str,
        typer.Option(
            metavar="STATE", autocompletion=options.complete_states(), help="Whose page is deleted, violation …"
        ),
    ] = ""
    title: options.Title = ""
    tag: options.Tag = ""
    album: options.Album = ""
    source: options.Source = ""


def export_articles(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="Articles by key, address or post; else all.", show_default=False),
    ] = None,
    *,
    output: options.Output = None,
    files: ExportFiles,
    selection: ExportSelection,
    common: options.CommonOptions,
) -> int:
    """Write articles as documents to a FOLDER, or all of them to a FILE. A file is replaced when it is complete."""
    from archiver.app import Archiver, ExportRequest

    query = selection.query()
    paths = files.paths()
    writes_stdout = "-" in paths.values()
    if common.as_json and writes_stdout:
        raise typer.BadParameter(message("--json tells on stdout what was written: give the table a file"))
    request = ExportRequest(
        files=paths, articles=query, only=tuple(what or ()), embed=files.embed, max_size=files.max_size
    )
    with Archiver(common.settings(output)) as archive, Spinner() as spinner:
        result = archive.export(request, _ignore_title if writes_stdout else spinner.show, table_output())
    for line in result.missing:
        print_message(message("archiver: not exported: {line}", line=line))
    for line in result.remarks:
        print_message(f"archiver: {said(line)}")
    print_remark(message("{articles} exported", articles=result.articles))
    if common.as_json:
        print_json(asdict(result))
    elif not writes_stdout:
        for path in result.files:
            print_line(path)
    return result.exit_code


def _ignore_title(_title: str) -> None:
    """Do nothing with the title of the article that is exported next.

    This is called in place of `Spinner.show`, which shows the title on the terminal. When a table goes to stdout, no
    spinner is needed, because the lines of the table show the progress.
    """
