"""`archiver export`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from archiver.cli import options
from archiver.cli.app import app
from archiver.cli.progress import Spinner
from archiver.cli.streams import say, show, show_json, table_stdout

_EXAMPLES = """\b
Examples:
  archiver export --wacz archive.wacz
  archiver export --warc 2020.warc.gz --since 2020-01-01 --until 2021-01-01
  archiver export --csv - --account 南宁市反诈骗 > articles.csv"""


@app.command("export", epilog=_EXAMPLES)
def export_articles(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY|URL|FILE", help="Articles by key, address or post; else all.", show_default=False),
    ] = None,
    output: options.Output = None,
    warc: Annotated[str, typer.Option(metavar="FILE", help="Pages and media as WARC 1.1 (.warc.gz).")] = "",
    wacz: Annotated[str, typer.Option(metavar="FILE", help="The same as WACZ, for replayweb.page.")] = "",
    jsonl: Annotated[str, typer.Option(metavar="FILE", help="A JSON object a line, an article; - for stdout.")] = "",
    csv: Annotated[str, typer.Option(metavar="FILE", help="A table for a spreadsheet; - for stdout.")] = "",
    account: options.Account = "",
    since: options.Since = None,
    until: options.Until = None,
    state: Annotated[str, typer.Option(metavar="STATE", help="Whose page is deleted, violation …")] = "",
    config: options.Config = "",
    as_json: options.AsJson = False,
    verbose: options.Verbose = False,
) -> int:
    """Write articles for others: WARC, WACZ, or tables. FILE is replaced when the new one is whole."""
    from archiver.app import Archiver, ArticleQuery, ExportRequest
    from archiver.models import State

    options.log(verbose=verbose)
    if state and state not in tuple(State):
        raise typer.BadParameter(f"no such state; there are {', '.join(State)}")
    files = {form: path for form, path in {"warc": warc, "wacz": wacz, "jsonl": jsonl, "csv": csv}.items() if path}
    is_table = "-" in files.values()  # what goes to stdout
    if as_json and is_table:
        raise typer.BadParameter("--json tells on stdout what was written: give the table a file")
    articles = ArticleQuery(account=account, since=since, until=until, state=state)
    wanted = ExportRequest(files=files, articles=articles, only=tuple(what or ()))
    with Archiver(options.settings(config, {"output": output})) as archive, Spinner() as spinner:
        told = archive.export(wanted, _silent if is_table else spinner.show, table_stdout())
    for line in told.missing:
        say(f"archiver: not exported: {line}")
    say(f"{told.articles} exported")
    if as_json:
        show_json(asdict(told))
    elif not is_table:
        for path in told.files:
            show(path)
    return told.exit_code


def _silent(_title: str) -> None:
    """Shows nothing: a table on the same terminal shows how far it is."""
