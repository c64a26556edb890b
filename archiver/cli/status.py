"""Run the command `archiver status`, which says what an archive holds, what is left to do, and what needs a person."""

from __future__ import annotations

from archiver.cli import options
from archiver.cli.language import phrase
from archiver.cli.output import json_fields, print_json, print_line
from archiver.cli.words import beijing_time

EXAMPLES = """\b
Examples:
  archiver status
  archiver status --json -o ~/blog/output
  0 9 * * 1  cd $HOME/blog && { out=$(archiver status) || echo "$out"; }"""


def show_status(*, output: options.Output = None, common: options.CommonOptions) -> int:
    """Say what the archive holds, what is left to do, and what needs a person; end with 1 if something does.

    Uses no network and changes nothing. What a later run settles by itself needs no person: articles that are due,
    pictures that are asked for again, a cool-down after WeChat's wall.
    """
    from archiver.app import Archiver
    from archiver.cli.status_layout import status_lines

    settings = common.settings(output)
    with Archiver(settings) as archive:
        status = archive.status()
    if common.as_json:
        print_json(json_fields(status))
    else:
        print_line(phrase("{folder}, {time}", folder=settings.output, time=beijing_time(status.time)))
        for line in status_lines(status):
            print_line(line)
    return status.exit_code
