"""Files below a folder: whole, durable before they are relied on, locked and put aside."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import threading
from pathlib import Path

import pytest

from archiver.errors import OutputError
from archiver.storage import local
from archiver.storage.keyed_lock import KeyedLock
from archiver.storage.local import LocalStore, atomic_file, write_lines
from archiver.storage.locks import LockFile, locked
from archiver.storage.quarantine import copy_aside, empty_quarantine, files_aside, move_aside


class Disk:
    """What the system was told to make durable, in order: renames, and the folders and files that were synced."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str]] = []
        fsync, replace = os.fsync, Path.replace

        def synced(descriptor: int) -> None:
            self.calls.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
            fsync(descriptor)

        def replaced(path: Path, target: Path) -> Path:
            self.calls.append(("rename", str(target)))
            return replace(path, target)

        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(Path, "replace", replaced)

    def synced_after(self, name: Path) -> list[str]:
        """What was synced after the last rename to `name`."""
        last = max(index for index, call in enumerate(self.calls) if call == ("rename", str(name)))
        return [path for kind, path in self.calls[last:] if kind == "sync"]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def test_local_store_sync_makes_new_folders_durable_once(tmp_path: Path, disk: Disk) -> None:
    store = LocalStore(tmp_path / "out")
    names = [tmp_path / "out" / "a" / "b" / "one", tmp_path / "out" / "c" / "two"]
    for name in names:
        store.write(name, b"x")
    before = len(disk.calls)
    store.sync()
    durable = {path for _, path in disk.calls[before:]}
    assert {str(name.parent) for name in names} <= durable  # their names
    assert {str(tmp_path), str(tmp_path / "out"), str(tmp_path / "out" / "a")} <= durable  # the new folders' names
    before = len(disk.calls)
    store.sync()
    assert disk.calls[before:] == []


def test_local_store_write_syncs_bytes_before_rename(tmp_path: Path, disk: Disk) -> None:
    LocalStore(tmp_path).write(tmp_path / "one", b"x")
    assert [kind for kind, _ in disk.calls] == ["sync", "rename"]


def test_local_store_write_proves_itself_is_durable_after_sync(tmp_path: Path, disk: Disk) -> None:
    store = LocalStore(tmp_path)
    names = [tmp_path / "a" / f"{number}.png" for number in range(3)]
    for name in names:
        store.write(name, b"x", proves_itself=True)
    assert [kind for kind, _ in disk.calls] == ["rename"] * 3
    store.sync()
    assert {*map(str, names), str(tmp_path / "a")} <= {path for kind, path in disk.calls if kind == "sync"}


def test_local_store_write_proves_itself_overwrite_syncs_before_rename(tmp_path: Path, disk: Disk) -> None:
    (tmp_path / "a.png").write_bytes(b"old")
    LocalStore(tmp_path).write(tmp_path / "a.png", b"x", proves_itself=True)
    assert [kind for kind, _ in disk.calls] == ["sync", "rename"]


def test_local_store_sync_ignores_deleted_file(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(tmp_path / "a.png", b"x", proves_itself=True)
    (tmp_path / "a.png").unlink()
    store.sync()


def test_local_store_sync_after_failure_syncs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.write(tmp_path / "a" / "one", b"x")
    with monkeypatch.context() as failing:

        def fail(_folder: Path) -> None:
            raise OSError(errno.EIO, "Input/output error")

        failing.setattr(local, "sync_folder", fail)
        with pytest.raises(OutputError, match="Input/output error"):
            store.sync()
    disk = Disk(monkeypatch)
    store.sync()
    assert str(tmp_path / "a") in {path for _, path in disk.calls}


def test_write_lines_is_durable_and_keeps_file_mode(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "list.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_lines(path, ["new", "names \udcff"])
    assert path.read_bytes() == b"new\nnames \xff\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert disk.synced_after(path) == [str(tmp_path)]
    assert [each.name for each in tmp_path.iterdir()] == ["list.txt"]


def test_write_lines_failure_keeps_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.txt"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_lines(path, ["new"] * 1000)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["list.txt"]


def test_write_lines_symlink_replaces_its_target(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_lines(tmp_path / "link", ["new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new\n"


def test_atomic_file_device_is_written_in_place() -> None:
    with atomic_file(Path("/dev/null"), devices=True) as file:
        file.write(b"x")
    assert Path("/dev/null").is_char_device()


def test_keyed_lock_serialises_same_name_and_is_empty_afterwards(tmp_path: Path) -> None:
    lock, inside, seen = KeyedLock(), threading.Semaphore(1), []
    meet = threading.Barrier(8)

    def work(name: str) -> None:
        meet.wait()
        for _ in range(50):
            with lock.hold(name):
                seen.append(inside.acquire(blocking=False) if name == "a" else True)
                if name == "a":
                    inside.release()

    threads = [threading.Thread(target=work, args=("a" if number % 2 else str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 400
    assert all(seen)
    assert len(lock) == 0


def test_keyed_lock_stays_exclusive_after_many_names() -> None:
    """Past 4,096 names the lock of before forgot who was inside."""
    lock = KeyedLock()
    entered = threading.Event()
    with lock.hold("held"):
        for number in range(5000):
            with lock.hold(f"name {number}"):
                pass
        other = threading.Thread(target=lambda: lock.hold("held").__enter__() or entered.set())
        other.start()
        assert not entered.is_set()
    other.join()
    assert entered.is_set()


def test_lock_file_is_exclusive_until_released(tmp_path: Path) -> None:
    one, two = LockFile(tmp_path / "x.lock"), LockFile(tmp_path / "x.lock")
    assert one.try_acquire()
    assert not two.try_acquire()
    one.release()
    assert two.try_acquire()


def test_locked_logs_wait_for_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While the wait sleeps, the other holder releases the lock."""
    caplog.set_level(logging.DEBUG, logger="archiver")
    path = tmp_path / "x.lock"
    other = LockFile(path)
    assert other.try_acquire()
    monkeypatch.setattr("archiver.storage.locks.time.sleep", lambda _seconds: other.release())
    with locked(path):
        pass
    waits, has = caplog.messages
    assert waits == f"{path}: waits for another process that holds the lock"
    assert re.fullmatch(rf"{path}: locked after \d\.\d\d s", has)
    caplog.clear()
    with locked(path):
        pass
    assert caplog.messages == []


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOLCK, errno.ENOSYS, errno.EMFILE, errno.EINTR, errno.EOPNOTSUPP])
def test_locked_flock_failure_is_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(OutputError, match="cannot be locked") as raised, locked(tmp_path / "x.lock"):
        pass
    assert "x.lock" in str(raised.value)


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_lock_file_open_failure_is_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refused(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OutputError, match="cannot be locked"):
        LockFile(tmp_path / "x.lock").try_acquire()


def test_copy_aside_syncs_copy_then_its_folder(tmp_path: Path, disk: Disk) -> None:
    (tmp_path / "a.md").write_text("mine")
    place = copy_aside(tmp_path, "a.md")
    durable = [path for kind, path in disk.calls if kind == "sync"]
    assert str(tmp_path / place) in durable
    assert durable[-1] == str((tmp_path / place).parent)


def test_move_aside_failure_leaves_quarantine_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("mine")

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(OutputError):
        move_aside(tmp_path, "a.md")
    assert list(files_aside(tmp_path)) == []


def test_quarantine_is_listed_and_emptied(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("mine")
    copy_aside(tmp_path, "a.md")
    copy_aside(tmp_path, "a.md")
    assert [path.name for path in files_aside(tmp_path)] == ["a.md", "a.md.2"]
    empty_quarantine(tmp_path)
    assert list(files_aside(tmp_path)) == []
    empty_quarantine(tmp_path)


def test_local_store_duplicate_shares_bytes_or_copies_them(tmp_path: Path) -> None:
    store, source = LocalStore(tmp_path), tmp_path / "a.png"
    source.write_bytes(b"x")
    store.duplicate(source, tmp_path / "new" / "shared.png", shares_bytes=True)
    store.duplicate(source, tmp_path / "new" / "copied.png", shares_bytes=False)
    shared, copied = tmp_path / "new" / "shared.png", tmp_path / "new" / "copied.png"
    assert shared.read_bytes() == copied.read_bytes() == b"x"
    assert shared.stat().st_ino == source.stat().st_ino
    assert copied.stat().st_ino != source.stat().st_ino
    assert [*(tmp_path / ".archive" / "unfinished").iterdir()] == []


def test_local_store_duplicate_is_durable_after_sync(tmp_path: Path, disk: Disk) -> None:
    store, source = LocalStore(tmp_path), tmp_path / "a.png"
    source.write_bytes(b"x")
    store.duplicate(source, tmp_path / "new" / "a.png", shares_bytes=False)
    assert disk.calls[-2][0] == "sync"  # the bytes, before they get their name
    store.sync()
    assert str(tmp_path / "new") in disk.synced_after(tmp_path / "new" / "a.png")


def test_local_store_duplicate_copies_where_the_disk_has_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "a.png").write_bytes(b"x")
    LocalStore(tmp_path).duplicate(tmp_path / "a.png", tmp_path / "b.png", shares_bytes=True)
    assert (tmp_path / "b.png").read_bytes() == b"x"


def test_local_store_duplicate_of_missing_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        LocalStore(tmp_path).duplicate(tmp_path / "a.png", tmp_path / "b.png", shares_bytes=True)
    assert not (tmp_path / "b.png").exists()
