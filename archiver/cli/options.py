"""Define the options that several commands share, in groups that a command takes as one object.

A group is a frozen dataclass whose fields are options. A command that has a parameter of this type has all options of
the group. `expand_options` replaces the parameter by one parameter for each option, since typer cannot read groups:

    def verify_archive(*, output: Output = None, network: NetworkOptions) -> int: ...
    app.command("verify")(expand_options(verify_archive))
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from archiver.cli.language import choose_language
from archiver.cli.logging_setup import start_logging
from archiver.cli.output import be_quiet, print_remark
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import ArticleQuery, FetchOptions, SourceOptions
    from archiver.settings import Settings

# The titles above groups of options in the help of a command.
GENERAL = "Options of every command"
_SELECTION = "Which articles"
_REQUESTS = "Requests to WeChat"
_POSTS = "How posts are written"

Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FOLDER", help="The archive [default: output].", rich_help_panel=GENERAL),
]
Verbose = Annotated[
    int,
    typer.Option(
        "-v",
        "--verbose",
        count=True,
        callback=start_logging,
        show_default=False,
        help="Log requests and decisions on stderr; -vv also retries, claims, locks, statements.",
        rich_help_panel=GENERAL,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "-q",
        "--quiet",
        callback=be_quiet,
        help="Say errors only: no new posts, warnings, sums, progress.",
        rich_help_panel=GENERAL,
    ),
]
Title = Annotated[str, typer.Option(metavar="TEXT", help="Whose title has this.", rich_help_panel=_SELECTION)]
Tag = Annotated[str, typer.Option(metavar="TAG", help="With this tag.", rich_help_panel=_SELECTION)]
Album = Annotated[str, typer.Option(metavar="TITLE", help="In this album of WeChat's.", rich_help_panel=_SELECTION)]
Source = Annotated[
    str, typer.Option(metavar="NAME", help="That came by this source of archiver.yml.", rich_help_panel=_SELECTION)
]
_LinkLocal = Annotated[
    bool,
    typer.Option("--link-local", help="Links to articles of this archive lead to their posts.", rich_help_panel=_POSTS),
]
_Force = Annotated[
    bool, typer.Option("--force", help="Overwrite posts that were edited by hand.", rich_help_panel=_POSTS)
]


def _seconds(text: str) -> float:
    """Return the seconds of a duration such as `90`, `90s`, `45m`, `8h` or `2d`; raise BadParameter for other forms."""
    from archiver.settings import duration

    try:
        return duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _day(text: str) -> datetime:
    """Return midnight in China at the start of a day such as `2026-01-31`; raise BadParameter for any other text."""
    from archiver.models import CHINA

    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=CHINA)
    except ValueError:
        raise typer.BadParameter(message("write a day as 2026-01-31")) from None


@dataclass(frozen=True, kw_only=True)
class CommonOptions:
    """The options of every command that works on an archive.

    A subclass may add options. Each of them overrides the setting of the same name: a field `interval` overrides the
    setting `interval`. There is one exception: a field `no_media` that is True sets `media.save` to False.
    """

    config: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Settings, instead of archiver.yml here or beside the archive.",
            rich_help_panel=GENERAL,
            show_default=False,
        ),
    ] = ""
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.", rich_help_panel=GENERAL)] = False
    verbose: Verbose = 0
    quiet: Quiet = False

    def settings(self, output: str | None) -> Settings:
        """Return the settings for this run of the program.

        They come from the options, the environment variables ARCHIVER_* and archiver.yml. An option overrides a
        variable, and a variable overrides archiver.yml. `output` is the value of the option `--output`, the path of the
        archive's folder; None if the option is not given. Print warnings about the settings to stderr. Raise
        ConfigError if a setting is unknown or invalid.
        """
        from archiver.settings import load

        values = {"output": output, **{name: getattr(self, name) for name in self._settings_names()}}
        chosen = {name: value for name, value in values.items() if value is not None and value is not False}
        if chosen.pop("no_media", None):
            chosen["media"] = {"save": False}

        def warn(warning: str) -> None:
            print_remark(message("archiver: warning: {warning}", warning=warning))

        settings = load(chosen, os.environ, Path(), self.config, warn)
        choose_language(settings.lang)
        return settings

    def _settings_names(self) -> Iterator[str]:
        common = {field.name for field in fields(CommonOptions)}
        return (field.name for field in fields(self) if field.name not in common)


@dataclass(frozen=True, kw_only=True)
class PageOptions(CommonOptions):
    """The options of a command that requests pages."""

    interval: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Between two pages [default: 3].", rich_help_panel=_REQUESTS),
    ] = None
    proxy: Annotated[
        str | None, typer.Option(metavar="URL", help="Instead of HTTPS_PROXY.", rich_help_panel=_REQUESTS)
    ] = None
    cookies: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Netscape cookie file of a browser that solved a verification.",
            rich_help_panel=_REQUESTS,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class NetworkOptions(PageOptions):
    """The options of a command that requests pages and media."""

    no_media: Annotated[
        bool, typer.Option("--no-media", help="Save no pictures; posts link to WeChat's.", rich_help_panel=_POSTS)
    ] = False


@dataclass(frozen=True, kw_only=True)
class UnattendedOptions(NetworkOptions):
    """The options of a command that archives articles without supervision, such as `run`.

    With `link_local`, links to articles of the archive lead to their posts, not to WeChat. The option `--force` is
    missing, so that no such command overwrites posts that a person edited.
    """

    link_local: _LinkLocal = False


@dataclass(frozen=True, kw_only=True)
class WorkerOptions(UnattendedOptions):
    """The options of a worker, which has the name of the address from which it sends its requests."""

    egress: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The address for requests: workers with one address have one name.",
            rich_help_panel=_REQUESTS,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class ArchiveOptions(UnattendedOptions):
    """The options of a command that archives articles and may overwrite posts that a person edited."""

    force: _Force = False


@dataclass(frozen=True, kw_only=True)
class RewriteOptions(CommonOptions):
    """The options of a command that writes posts without the network.

    With `link_local`, links to articles of the archive lead to their posts, not to WeChat. With `force`, posts that a
    person edited are overwritten.
    """

    link_local: _LinkLocal = False
    force: _Force = False


def _folder(text: str) -> str:
    """Return the name of a folder for posts; raise BadParameter if a source in archiver.yml could not have it."""
    from archiver.settings import is_post_folder

    if not is_post_folder(text):
        raise typer.BadParameter(message("write one name, without `/`, that does not begin with one of . _ # ~"))
    return text


@dataclass(frozen=True, kw_only=True)
class PostOptions:
    """The options for the posts of a command that archives what it is given."""

    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Of the posts, instead of the usual ones; may be repeated."),
    ] = None
    folder: Annotated[
        str, typer.Option(parser=_folder, metavar="NAME", help="New posts go to this folder of theirs.")
    ] = ""
    draft: Annotated[bool, typer.Option("--draft", help="The site does not publish the posts.")] = False

    def source_options(self) -> SourceOptions:
        """Convert these options to SourceOptions."""
        from archiver.app import SourceOptions

        return SourceOptions(folder=self.folder, tags=tuple(self.tags) if self.tags else None, is_draft=self.draft)


@dataclass(frozen=True, kw_only=True)
class LimitOptions:
    """The options that limit a command that requests pages: `limit` in articles, `max_time` in seconds."""

    limit: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Ask for at most N articles; the rest stays due.", rich_help_panel=_REQUESTS
        ),
    ] = None
    max_time: Annotated[
        float | None,
        typer.Option(
            parser=_seconds, metavar="TIME", help="Begin no page after this: 90s, 45m, 8h.", rich_help_panel=_REQUESTS
        ),
    ] = None

    def fetch_options(self) -> FetchOptions:
        """Convert these options to FetchOptions. The time limit `max_time` starts to run when this method is called."""
        from archiver.app import fetch_options

        return fetch_options(**asdict(self))


@dataclass(frozen=True, kw_only=True)
class RetryOptions(LimitOptions):
    """The options of a command that requests pages: its limits, and which addresses it requests again.

    Without these options, an address is not requested if its article is archived, if it failed before and its next
    attempt is not due yet, or if its article is gone.
    """

    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read known articles again.", rich_help_panel=_REQUESTS)
    ] = False
    retry: Annotated[
        bool, typer.Option("--retry", help="Ask now what failed before and is not due yet.", rich_help_panel=_REQUESTS)
    ] = False
    retry_gone: Annotated[
        bool, typer.Option("--retry-gone", help="Ask again what was deleted or taken down.", rich_help_panel=_REQUESTS)
    ] = False


@dataclass(frozen=True, kw_only=True)
class BatchOptions(RetryOptions, PostOptions):
    """The options of a command that archives the articles of a list: which it requests, and those for their posts.

    With `enqueue`, it leaves the articles to the workers of a cluster.
    """

    enqueue: Annotated[
        bool, typer.Option("--enqueue", help="Leave the addresses to the workers of a cluster, and end.")
    ] = False

    def fetch_options(self) -> FetchOptions:
        """Convert the options that concern requests to FetchOptions; see `LimitOptions.fetch_options`."""
        return RetryOptions(**{each.name: getattr(self, each.name) for each in fields(RetryOptions)}).fetch_options()


@dataclass(frozen=True, kw_only=True)
class QueryOptions:
    """The options that select articles.

    A subclass must add the option `state`, which has a different help text in each command. It may add other options.
    """

    account: Annotated[
        str, typer.Option(metavar="NAME", help="Of this account, by its name or gh_… id.", rich_help_panel=_SELECTION)
    ] = ""
    since: Annotated[
        datetime | None,
        typer.Option(parser=_day, metavar="DAY", help="Published on DAY or later.", rich_help_panel=_SELECTION),
    ] = None
    until: Annotated[
        datetime | None,
        typer.Option(parser=_day, metavar="DAY", help="Published before DAY.", rich_help_panel=_SELECTION),
    ] = None

    def query(self, *other_states: str) -> ArticleQuery:
        """Convert these options to an ArticleQuery; raise BadParameter if the option `--state` has an unknown value.

        Allowed are '' (any state), the values of State (the states of a page, such as "deleted") and the `other_states`
        that the command accepts too, such as "due".
        """
        from archiver.app import ArticleQuery
        from archiver.models import State

        query = ArticleQuery(**asdict(self))
        if query.state and query.state not in (*other_states, *State):
            raise typer.BadParameter(
                message("no such state; there are {states}", states=", ".join((*other_states, *State)))
            )
        return query


def complete_states(*other_states: str) -> Callable[[str], list[str]]:
    """Return the function that names the values of an option `--state` to a shell that completes it."""

    def states(incomplete: str) -> list[str]:
        from archiver.models import State

        return [state for state in (*other_states, *State) if state.startswith(incomplete)]

    return states


def expand_options(command: Callable[..., int]) -> Callable[..., int]:
    """Return a function that calls `command`, but has one parameter for each option, as typer needs it.

    Each parameter of `command` whose type is a dataclass (a group of options) is replaced by one parameter for each
    field of this dataclass. The function builds the dataclass from its arguments before it calls `command`. Raise
    ValueError if two options have the same name.
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, type[Any]] = {
        name: parameter.annotation for name, parameter in signature.parameters.items() if _is_group(parameter)
    }
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        if name in groups:
            parameters += _parameters_of(groups[name])
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @wraps(command)
    def expanded(**values: Any) -> int:  # noqa: ANN401 - of whatever type each option has
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        return command(**values)

    expanded.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    expanded.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return expanded


def _is_group(parameter: inspect.Parameter) -> bool:
    return isinstance(parameter.annotation, type) and is_dataclass(parameter.annotation)


def _parameters_of(group: type[Any]) -> Iterator[inspect.Parameter]:
    """Yield the parameters that replace a group of options in the signature of a command.

    `group` is a dataclass; each of its fields becomes one keyword parameter, in the order of the fields.
    """
    types = get_type_hints(group, include_extras=True)
    for field in fields(group):
        yield inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=types[field.name]
        )
