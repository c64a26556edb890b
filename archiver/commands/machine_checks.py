"""Check what archiver needs of this machine: clock, disk, locale, optional packages, programs. No network is used."""

from __future__ import annotations

import errno
import locale
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from archiver.export.converters import find_program
from archiver.models.checkup import Check, attention
from archiver.settings import Settings

_SLACK = timedelta(days=1)  # file systems and time zones may be off by hours
_LONG_AGO = timedelta(days=300)
_MIN_FREE = 2**30  # bytes, as for `status`
_PROBE = 2**16  # bytes that are written to see whether a disk takes them
_NAME = "字"  # a character that only Unicode's encodings have
_MOUNTS = Path("/proc/self/mounts")
_EXTRAS = {
    "socks": ("socksio",), "postgresql": ("psycopg",), "variants": ("opencc",), "warc": ("warcio", "wacz"),
    "cluster": ("obstore",),
}  # fmt: skip
_SET_CLOCK = "set the clock of this machine (on Linux: timedatectl set-ntp true)"

Evidence = tuple[str, datetime]  # what has a time, as a message calls it, and the time


def check_program() -> Check:
    """Return the versions of archiver and of what it runs on."""
    return Check(name="archiver", message=f"{version('archiver')}, Python {platform.python_version()}, {system()}")


def system() -> str:
    """Return the operating system, its release and the kind of processor, such as `Linux 6.1.0 x86_64`."""
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def check_clock(now: datetime, evidence: Sequence[Evidence], offset: timedelta | None) -> Check:
    """Return whether the time of this machine, `now`, can be right.

    `evidence` has times that are in the past. `offset` is how far this machine's clock was ahead of WeChat's when the
    last page came, None if this is unknown.

    A time in the future proves that the clock is behind. If all times are long past, either nothing was done for long,
    or the clock is ahead.
    """
    name, time = "clock", f"{now:%Y-%m-%d %H:%M} UTC"
    if offset is not None and abs(offset) > _SLACK:
        way = "ahead of" if offset > timedelta() else "behind"
        message = f"{time}; it was {_length(abs(offset))} {way} WeChat's when the last page came"
        return attention(name, message, _SET_CLOCK)
    what, newest = max(evidence, key=lambda each: each[1])
    if newest - now > _SLACK:
        return attention(name, f"{time}, but {what} is of {newest:%Y-%m-%d}, so the clock is behind", _SET_CLOCK)
    if now - newest > _LONG_AGO:
        message = f"{time}, but nothing here is newer than {newest:%Y-%m-%d} ({what}), so the clock may be ahead"
        return attention(
            name, message, f"compare it with a watch, or call `archiver doctor --online`; then {_SET_CLOCK}"
        )
    return Check(name=name, message=time)


def check_server_clock(now: datetime, date: datetime) -> Check:
    """Return whether this machine's time agrees with the time at which a server sent a page."""
    name, offset = "clock online", now - date
    if abs(offset) <= timedelta(minutes=10):
        return Check(name=name, message=f"{abs(offset).seconds} s off the server's")
    way = "ahead of" if offset > timedelta() else "behind"
    return attention(name, f"{_length(abs(offset))} {way} the server's", _SET_CLOCK)


def _length(time: timedelta) -> str:
    days = round(time / timedelta(days=1))
    return f"{days} days" if days else f"{round(time / timedelta(minutes=1))} minutes"


def file_times(*paths: Path) -> list[Evidence]:
    """Return when files or folders were last changed, with their paths; those that are not there are left out."""
    times = []
    for path in paths:
        with suppress(OSError):
            times.append((str(path), datetime.fromtimestamp(path.stat().st_mtime).astimezone()))
    return times


def check_disk(root: Path) -> Check:
    """Return whether the disk of an archive's folder has room and takes files.

    A file is written and deleted again. If the folder does not exist, the nearest folder above it is looked at.
    """
    name, folder = "disk", nearest_folder(root)
    kind = f", {_kind_of_disk(folder)}" if _MOUNTS.exists() else ""
    try:
        free = shutil.disk_usage(folder).free
        _write_probe(folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            message = f"{folder} takes no more bytes ({error.strerror}), the disk or its quota is full"
            return attention(name, message, "free some space, or name another folder with --output")
        message = f"{folder} cannot be written ({error.strerror or error})"
        return attention(name, message, "correct its permissions, or name another folder with --output")
    message = f"{free / 2**30:,.1f} GiB free at {folder}{kind}"
    if free < _MIN_FREE:
        return attention(name, message, "free some space, or name another folder with --output")
    return Check(name=name, message=message)


def nearest_folder(path: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    absolute = path.absolute()
    return next((folder for folder in (absolute, *absolute.parents) if folder.is_dir()), absolute)


def _write_probe(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_PROBE))
        file.flush()
        os.fsync(file.fileno())


def _kind_of_disk(folder: Path) -> str:
    """Return the kind of the file system of a folder, such as `ext4` or `nfs4`, as Linux tells it."""
    with suppress(OSError):
        lines = [line.split() for line in _MOUNTS.read_text(errors="replace").splitlines()]
        return kind_of_mount(folder.resolve().as_posix(), ((fields[1], fields[2]) for fields in lines))
    return ""


def kind_of_mount(folder: str, mounts: Iterable[tuple[str, str]]) -> str:
    """Return the kind of the file system that holds a folder. `mounts` are (place, kind), later ones above earlier."""
    holding = [(place, kind) for place, kind in mounts if PurePosixPath(folder).is_relative_to(place)]
    return max(reversed(holding), key=lambda mount: len(mount[0]), default=("", "of an unknown kind"))[1]


def check_locale(root: Path) -> Check:
    """Return whether files can have Chinese names, and which encoding the locale has.

    A file is created in the archive's folder and deleted again.
    """
    name, encoding = "locale", locale.getencoding()
    message = encoding if encoding.lower() == "utf-8" else f"{encoding}; names and output are UTF-8 all the same"
    if sys.getfilesystemencoding() != "utf-8":
        return attention(name, f"names of files are written in {sys.getfilesystemencoding()}", "set PYTHONUTF8=1")
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{_NAME}-", dir=nearest_folder(root)) as file:
            is_kept = Path(file.name).name in os.listdir(Path(file.name).parent)  # noqa: PTH208
    except OSError as error:
        return Check(name=name, message=f"{message}; no file could be created ({error.strerror or error})")
    if not is_kept:
        return attention(name, "the disk changes Chinese names of files", "name a folder on another disk with --output")
    return Check(name=name, message=message)


def check_extras(settings: Settings) -> Check:
    """Return which optional packages are installed, and whether the settings need one that is not."""
    missing = {extra for extra, modules in _EXTRAS.items() if not all(map(find_spec, modules))}
    parts = {"installed": sorted(_EXTRAS.keys() - missing), "not installed": sorted(missing)}
    message = "; ".join(f"{word}: {', '.join(extras)}" for word, extras in parts.items() if extras)
    if settings.catalogue and "postgresql" in missing:
        return attention("extras", f"`catalogue` needs postgresql; {message}", "pip install 'archiver[postgresql]'")
    if settings.store and "cluster" in missing:
        return attention("extras", f"`store` needs cluster; {message}", "pip install 'archiver[cluster]'")
    return Check(name="extras", message=message)


def check_programs() -> Check:
    """Return which of the programs of others that `export` can use are installed. No setting needs one."""
    found = {f"--{form}": find_program(form) for form in ("pdf", "docx")}
    parts = [
        f"export {option} by {Path(program).name}" if program else f"none for export {option}"
        for option, program in found.items()
    ]
    return Check(name="programs", message="; ".join(parts))
