"""Run the command `archiver verify`, which compares the files of an archive with its catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archiver.cli import options
from archiver.cli.language import phrase, said
from archiver.cli.output import discard_stdout, json_fields, print_json, print_line, print_message
from archiver.cli.progress import FileProgress
from archiver.cli.words import padded, word_of
from archiver.errors import Exit, combine_exit_codes

if TYPE_CHECKING:
    from archiver.app import Archiver
    from archiver.models import Finding

EXAMPLES = """\b
Examples:
  archiver verify
  archiver verify --repair
  archiver verify --json output/_posts/2020-06-17-....md"""


def verify_archive(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="These articles [default: everything].", show_default=False),
    ] = None,
    *,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Set right what is found: take in, fetch, make again; delete nothing."),
    ] = False,
    output: options.Output = None,
    common: options.NetworkOptions,
) -> int:
    """Check that every post, picture and snapshot is still as it was written, and name each that is not.

    Prints missing, altered and stray files, files that are not in the catalogue, pictures that posts show but that do
    not exist, and faults of the catalogue; ends with 1 if there are any. --repair adds files to the catalogue if it can
    tell what they are, replaces a damaged catalogue, fetches pictures and pages again, and makes posts again from their
    pages. Stray files, and files that it replaces, go to .archive/lost/; so do posts that were edited by hand.
    """
    from archiver.app import Archiver

    settings = common.settings(output)
    repaired: Counter[bool | None] = Counter()
    codes: set[int] = {Exit.OK}
    with Archiver(settings) as archive, FileProgress() as progress:
        findings = archive.verify(articles or None, repair=repair, planned=progress.plan, looked=progress.advance)
        try:
            for finding in progress.hide_for_each(findings):
                repaired[finding.repaired] += 1
                codes.add(finding.exit_code)
                print_json(_json(finding)) if common.as_json else print_line(_line(finding))
        except BrokenPipeError:
            discard_stdout()
        progress.hide()
        for line in _summary_lines(archive, progress.done, repaired):
            print_message(line)
    return combine_exit_codes(codes)


def _json(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in json_fields(finding).items() if name != "exit_code"}


def _line(finding: Finding) -> str:
    result = {None: "", True: phrase("repaired: "), False: phrase("not repaired: ")}[finding.repaired]
    return f"{padded(word_of(finding.problem), 10)} {finding.path}  {result}{said(finding.said)}"


def _summary_lines(archive: Archiver, checked: int, repaired: Counter[bool | None]) -> Iterator[str]:
    """Yield the lines of the summary: the numbers of checked files and findings, then remarks on the whole archive.

    `checked` is the number of checked files. `repaired` counts the findings by the value of `Finding.repaired`: True or
    False, or None if no repair was tried.
    """
    counts = archive.counts
    contents = phrase(
        "{posts} articles, {media} pictures, {pages} pages",
        posts=counts["posts"], media=counts["media"], pages=counts["pages"],
    )  # fmt: skip
    if not repaired:
        yield phrase("{contents}: all proven", contents=contents)
    elif repaired[None]:
        yield phrase(
            "{files} files, {findings} findings; --repair sets right what it can",
            files=checked, findings=repaired[None],
        )  # fmt: skip
    else:
        yield phrase(
            "{contents}: {repaired} findings repaired, {left} not",
            contents=contents, repaired=repaired[True], left=repaired[False],
        )  # fmt: skip
    yield from archive.remarks()
