"""Join the paths in a settings file to the folder of the file."""

from __future__ import annotations

import os
from pathlib import Path

from archiver.errors import ConfigError
from archiver.messages.message import message

PATHS = ("output", "cookies")  # settings that are paths


def with_paths_from(folder: Path, layer: dict[str, object]) -> dict[str, object]:
    """Return the settings of a file, with relative paths in them joined to `folder`, which contains the file."""
    paths = {key: value for key in PATHS if isinstance(value := layer.get(key), str) and value}
    resolved: dict[str, object] = {key: _path_from(folder, value) for key, value in paths.items()}
    if isinstance(entries := layer.get("notify"), (str, list)):
        listed = [entries] if isinstance(entries, str) else entries
        resolved["notify"] = [_entry_from(folder, entry) for entry in listed]
    if isinstance(command := layer.get("on_news"), list):
        resolved["on_news"] = [_program_from(folder, command[0]), *command[1:]] if command else []
    if isinstance(sources := layer.get("sources"), list):
        resolved["sources"] = [_source_with_paths_from(folder, source) for source in sources]
    return layer | resolved


def _source_with_paths_from(folder: Path, source: object) -> object:
    if not isinstance(source, dict):
        return source
    paths = {key: value for key in ("list", "feed") if isinstance(value := source.get(key), str) and value}
    local = {key: value for key, value in paths.items() if "://" not in value}
    named = {"name": source.get("name") or next(iter(paths.values()), "")} if paths else {}
    named |= {"links": {}} if "links" in source and source["links"] is None else {}  # `- links:` alone
    return source | named | {key: _path_from(folder, value) for key, value in local.items()}


def _entry_from(folder: Path, entry: object) -> object:
    """Return an entry of `notify`, joined to `folder` if it is the path of a file with addresses."""
    return _path_from(folder, entry) if isinstance(entry, str) and entry and "://" not in entry else entry


def _program_from(folder: Path, program: object) -> object:
    """Return the program of `on_news`, joined to `folder` if it is a path and not a name to look for in the PATH."""
    is_path = isinstance(program, str) and (os.sep in program or "/" in program)
    return _path_from(folder, str(program)) if is_path else program


def _path_from(folder: Path, name: str) -> str:
    """Return a path from a settings file, with `~` expanded, joined to `folder`, which contains the file.

    Raise ConfigError if `~` names a user that does not exist.
    """
    try:
        return str(folder / Path(name).expanduser())
    except RuntimeError as error:  # ~somebody
        raise ConfigError(message("there is no such user on this machine"), concerns=name) from error
