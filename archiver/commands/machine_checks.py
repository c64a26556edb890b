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
from archiver.messages.message import joined_messages, message
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
    "epub": ("PIL",), "notify": ("apprise",), "cluster": ("obstore", "procrastinate"),
}  # fmt: skip
_SET_CLOCK = message("set the clock of this machine (on Linux: timedatectl set-ntp true)")

Evidence = tuple[str, datetime]  # what has a time, as a message calls it, and the time


def check_program() -> Check:
    """Return the versions of archiver and of what it runs on."""
    return Check(
        name="archiver",
        message=message(
            "{version}, Python {python}, {system}",
            version=version("archiver"),
            python=platform.python_version(),
            system=system(),
        ),
    )


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
        way = message("ahead of") if offset > timedelta() else message("behind")
        said = message(
            "{time}; it was {offset} {way} WeChat's when the last page came",
            time=time,
            offset=_length(abs(offset)),
            way=way,
        )
        return attention(name, said, _SET_CLOCK)
    what, newest = max(evidence, key=lambda each: each[1])
    if newest - now > _SLACK:
        return attention(
            name,
            message(
                "{time}, but {what} is of {newest:%Y-%m-%d}, so the clock is behind",
                time=time,
                what=what,
                newest=newest,
            ),
            _SET_CLOCK,
        )
    if now - newest > _LONG_AGO:
        said = message(
            "{time}, but nothing here is newer than {newest:%Y-%m-%d} ({what}), so the clock may be ahead",
            time=time,
            newest=newest,
            what=what,
        )
        return attention(
            name,
            said,
            message(
                "compare it with a watch, or call `archiver doctor --online`; then {set_clock}", set_clock=_SET_CLOCK
            ),
        )
    return Check(name=name, message=time)


def check_server_clock(now: datetime, date: datetime) -> Check:
    """Return whether this machine's time agrees with the time at which a server sent a page."""
    name, offset = "clock online", now - date
    if abs(offset) <= timedelta(minutes=10):
        return Check(name=name, message=message("{seconds} s off the server's", seconds=abs(offset).seconds))
    way = message("ahead of") if offset > timedelta() else message("behind")
    return attention(name, message("{offset} {way} the server's", offset=_length(abs(offset)), way=way), _SET_CLOCK)


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
    try:
        free = shutil.disk_usage(folder).free
        _write_probe(folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            said = message(
                "{folder} takes no more bytes ({reason}), the disk or its quota is full",
                folder=folder,
                reason=error.strerror,
            )
            return attention(name, said, message("free some space, or name another folder with --output"))
        said = message("{folder} cannot be written ({reason})", folder=folder, reason=error.strerror or error)
        return attention(name, said, message("correct its permissions, or name another folder with --output"))
    said = (
        message(
            "{free:,.1f} GiB free at {folder}, {kind}", free=free / 2**30, folder=folder, kind=_kind_of_disk(folder)
        )
        if _MOUNTS.exists()
        else message("{free:,.1f} GiB free at {folder}", free=free / 2**30, folder=folder)
    )
    if free < _MIN_FREE:
        return attention(name, said, message("free some space, or name another folder with --output"))
    return Check(name=name, message=said)


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
    return max(reversed(holding), key=lambda mount: len(mount[0]), default=("", message("of an unknown kind")))[1]


def check_locale(root: Path) -> Check:
    """Return whether files can have Chinese names, and which encoding the locale has.

    A file is created in the archive's folder and deleted again.
    """
    name, encoding = "locale", locale.getencoding()
    said = (
        encoding
        if encoding.lower() == "utf-8"
        else message("{encoding}; names and output are UTF-8 all the same", encoding=encoding)
    )
    if sys.getfilesystemencoding() != "utf-8":
        return attention(
            name,
            message("names of files are written in {encoding}", encoding=sys.getfilesystemencoding()),
            "set PYTHONUTF8=1",
        )
    try:
        with tempfile.NamedTemporaryFile(prefix=f".{_NAME}-", dir=nearest_folder(root)) as file:
            is_kept = Path(file.name).name in os.listdir(Path(file.name).parent)  # noqa: PTH208
    except OSError as error:
        return Check(
            name=name,
            message=message("{said}; no file could be created ({reason})", said=said, reason=error.strerror or error),
        )
    if not is_kept:
        return attention(
            name,
            message("the disk changes Chinese names of files"),
            message("name a folder on another disk with --output"),
        )
    return Check(name=name, message=said)


def check_extras(settings: Settings) -> Check:
    """Return which optional packages are installed, and whether the settings need one that is not."""
    missing = {extra for extra, modules in _EXTRAS.items() if not all(map(find_spec, modules))}
    names = {
        "installed": joined_messages(sorted(_EXTRAS.keys() - missing)), "missing": joined_messages(sorted(missing)),
    }  # fmt: skip
    if not missing:
        said = message("all are installed: {installed}", **names)
    elif len(missing) == len(_EXTRAS):
        said = message("none is installed: {missing}", **names)
    else:
        said = message("installed: {installed}; not installed: {missing}", **names)
    needed = {
        "postgresql": ("catalogue", settings.catalogue),
        "notify": ("notify", settings.notify),
        "cluster": ("store", settings.store),
    }
    for extra, (setting, value) in needed.items():
        if value and extra in missing:
            return attention(
                "extras",
                message("`{setting}` needs {extra}; {said}", setting=setting, extra=extra, said=said),
                message("pip install 'archiver[{extra}]'", extra=extra),
            )
    return Check(name="extras", message=said)


def check_programs() -> Check:
    """Return which of the programs of others that `export` can use are installed. No setting needs one."""
    found = {f"--{form}": find_program(form) for form in ("pdf", "docx")}
    parts = [
        message("export {option} by {name}", option=option, name=Path(program).name)
        if program
        else message("none for export {option}", option=option)
        for option, program in found.items()
    ]
    return Check(name="programs", message=message("{first}; {rest}", first=parts[0], rest=parts[1]))
