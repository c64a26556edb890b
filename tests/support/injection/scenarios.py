"""The commands that faults meet, each on an archive of three articles: what lies there before, and what is called."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.injection.client import Server
from tests.support.wechat import Answer, World, numbered, pages

_IRRELEVANT_RUN = ("--interval", "0", "-o", "out")
Words = tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class Making:
    """What a scenario is made with: articles `base` + 1, 2, 3 are its own."""

    server: Server
    world: World
    base: int

    @property
    def folder(self) -> Path:
        return self.server.folder

    def serve(self, number: int, *pictures: int, words: str = "") -> str:
        """The address of an article that the world shows now, with these pictures."""
        shown = [self.base + picture for picture in pictures]
        self.world.serve(self.address(number), numbered.article(self.base + number, words=words, pictures=shown))
        for picture in shown:
            numbered.serve_picture(self.world, picture)
        return self.address(number)

    def three(self) -> list[str]:
        """Three articles: two show one picture, one shows none."""
        return [self.serve(1, 1, 2), self.serve(2, 2, 3), self.serve(3)]

    def notice(self, number: int) -> str:
        """An article that was deleted."""
        self.world.serve(self.address(number), pages.notice("该内容已被发布者删除"))
        return self.address(number)

    def address(self, number: int) -> str:
        return numbered.address(self.base + number)

    def key(self, number: int) -> str:
        return numbered.key(self.base + number)

    def picture(self, number: int) -> Path:
        return self.folder / "out" / numbered.picture_file(self.base + number)

    def post(self, number: int) -> Path:
        (found,) = (self.folder / "out" / "_posts").rglob(f"*-{self.base + number:03}.md")
        return found

    def archive(self, *addresses: str, words: Words = ()) -> None:
        ended = self.server.run("add", *_IRRELEVANT_RUN, *words, *addresses)
        assert ended.code == 0, ended.err

    def write(self, name: str, *lines: str) -> None:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def edit_by_hand(self, number: int) -> None:
        post = self.post(number)
        post.write_text(post.read_text(encoding="utf-8") + f"\n手改 {number}\n", encoding="utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A command. `make` lays out what is there before, and leaves the world as it is for every call after.

    `files`: those outside of the archive that a person names.
    """

    name: str
    words: Callable[[Making], Sequence[str]]
    make: Callable[[Making], None]
    files: Words = ()
    needs: str = ""  # a command that must be there
    ends: int = 0  # its exit code, undisturbed
    verified: int = 0  # that of `verify` after it: 1 when a post is there that was edited by hand
    stays: bool = False  # whether all that is there before is where it was, then
    every: bool = False  # whether each call to the disk is tried, not the first, middle and last of a kind
    faults: Words = ()  # the faults to try; () for all that a call may give
    base: int = field(default=0)


def _add(making: Making) -> None:
    making.archive(*making.three()[:2])
    making.serve(1, 1, 4, words="后来改了。")


def _batch(making: Making) -> None:
    making.archive(making.three()[0])
    making.world.serve(making.address(4), Answer(status=404))
    making.write("list.txt", *(making.address(each) for each in (1, 2, 3, 4)))


def _run(making: Making) -> None:
    making.archive(making.three()[0])
    _run_new(making)


def _run_new(making: Making) -> None:
    making.three()
    making.write("list.txt", *(making.address(each) for each in (1, 2, 3)))
    making.write("archiver.yml", "output: out", "interval: 0", "sources:", "  - list: list.txt", "    tags: [a]")
    making.write("report.json", "{}")


def _rebuild(making: Making) -> None:
    making.archive(*making.three())
    making.write("archiver.yml", "front_matter:", "  layout: other")


def _move(making: Making) -> None:
    """One post was edited by hand, and a person's own post shows one of the pictures that only the second one shows."""
    making.archive(making.serve(1, 1, 2), making.serve(2, 2, 3, 4, 5), making.serve(3))
    making.edit_by_hand(1)
    own = making.folder / "out/_posts/2024-01-01-own.md"
    own.write_text(f"---\n---\n![](/postimg/{making.picture(3).name})\n", encoding="utf-8")
    making.write("archiver.yml", "profile: hugo")


def _left(making: Making) -> None:
    """A change of profile was killed before it deleted anything."""
    out = making.folder / "out"
    making.archive(making.serve(1, 1, 2), making.serve(2, 2, 3, 4), making.serve(3))
    for folder in ("_posts", "postimg"):
        shutil.copytree(out / folder, making.folder / "former" / folder)
    making.write("archiver.yml", "profile: hugo")
    assert making.server.run("rebuild", "--all", "-o", "out").code == 0
    shutil.copytree(making.folder / "former", out, dirs_exist_ok=True)
    shutil.rmtree(making.folder / "former")
    with closing(sqlite3.connect(out / ".archive/catalogue.db")) as connection, connection:
        connection.execute("UPDATE former_files SET leftover = 1")
        connection.execute(
            "INSERT INTO former_files (profile, path, sha256, address, leftover)"
            " SELECT 'jekyll', substr(path, 8), sha256, '', 1 FROM media"
        )


def _left_and_damaged(making: Making) -> None:
    """Since then one of the new pictures is gone, and one is damaged."""
    _left(making)
    media = making.folder / "out/static"
    (media / numbered.picture_file(making.base + 1)).unlink()
    damaged = media / numbered.picture_file(making.base + 2)
    damaged.write_bytes(damaged.read_bytes()[:50])


def _recheck(making: Making) -> None:
    making.archive(*making.three())
    making.serve(2, 2, 4, words="后来改了。")
    making.notice(3)


def _repair(making: Making) -> None:
    making.archive(*making.three())
    making.edit_by_hand(1)
    making.picture(1).unlink()
    content = making.picture(2).read_bytes()
    making.picture(2).write_bytes(content[: len(content) // 2])
    making.post(3).unlink()
    snapshots = sorted((making.folder / "out/.archive/snapshots").rglob("*.zst"))
    snapshots[0].write_bytes(b"damaged")
    (making.folder / "out/postimg/stray.png").write_bytes(numbered.picture_bytes(making.base + 9))


def _catalogue_lost(making: Making) -> None:
    making.archive(*making.three())
    for file in (making.folder / "out/.archive").glob("catalogue.db*"):
        file.unlink()


def _catalogue_older(making: Making) -> None:
    """As a backup is that was taken when there was one article."""
    file = making.folder / "out/.archive/catalogue.db"
    making.archive(making.three()[0])
    older = file.read_bytes()
    making.archive(*(making.address(each) for each in (2, 3)))
    file.write_bytes(older)


def _bare(making: Making) -> None:
    """Posts and pictures, as a git clone has them."""
    making.archive(*making.three())
    shutil.rmtree(making.folder / "out/.archive")


def _catalogue_damaged(making: Making) -> None:
    making.archive(*making.three())
    file = making.folder / "out/.archive/catalogue.db"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * 8192 + content[12288:])


def _remove(making: Making) -> None:
    making.archive(*making.three())
    making.edit_by_hand(2)


def _export(making: Making) -> None:
    making.archive(*making.three())
    making.server.run("export", "-o", "out", *_EXPORTS, making.key(1))


_EXPORTS = ("--csv", "a.csv", "--jsonl", "a.jsonl", "--warc", "a.warc.gz", "--wacz", "a.wacz")


def _import(making: Making) -> None:
    """Of the other archive's three articles one is here as well, one was edited by hand on both sides."""
    making.three()
    making.archive(making.address(1), making.address(2))
    (making.folder / "out").rename(making.folder / "other")
    making.archive(making.address(2), making.address(3))
    making.edit_by_hand(2)
    (making.folder / "out").rename(making.folder / "mine")
    (making.folder / "other").rename(making.folder / "out")
    making.edit_by_hand(1)
    making.post(2).write_text(making.post(2).read_text(encoding="utf-8") + "\n别处手改\n", encoding="utf-8")
    (making.folder / "out").rename(making.folder / "other")
    (making.folder / "mine").rename(making.folder / "out")


def _import_of_hugo(making: Making) -> None:
    """The other archive is laid out for Hugo; one of its three articles was edited by hand there, one is here as well."""
    making.write("archiver.yml", "profile: hugo")
    making.archive(*making.three())
    (making.folder / "archiver.yml").unlink()
    (post,) = (making.folder / "out" / "content" / "posts").glob(f"*-{making.base + 1:03}.md")
    post.write_text(post.read_text(encoding="utf-8") + "\n别处手改\n", encoding="utf-8")
    (making.folder / "out").rename(making.folder / "other")
    making.archive(making.address(2))
    making.edit_by_hand(2)


def _repair_words(_making: Making) -> Sequence[str]:
    return ["verify", "--repair", *_IRRELEVANT_RUN]


def _addresses(*numbers: int) -> Callable[[Making], Sequence[str]]:
    return lambda making: ["add", *_IRRELEVANT_RUN, *(making.address(each) for each in numbers)]


_ALL = (
    Scenario(name="add-new", words=_addresses(1, 2, 3), make=lambda making: [*making.three()] and None, every=True),
    Scenario(name="add", words=_addresses(1, 3), make=_add, every=True),
    Scenario(
        name="batch", words=lambda _: ["batch", *_IRRELEVANT_RUN, "--failed", "list.txt", "list.txt"], make=_batch, files=("list.txt",),
        ends=1, stays=True,
    ),
    Scenario(name="run", words=lambda _: ["run", "--report", "report.json"], make=_run, files=("report.json",), stays=True),
    Scenario(name="run-new", words=lambda _: ["run"], make=_run_new),
    Scenario(name="rebuild", words=lambda _: ["rebuild", "--all", "-o", "out"], make=_rebuild),
    Scenario(
        name="move", words=lambda _: ["rebuild", "--all", "-o", "out"], make=_move, verified=1, every=True
    ),
    Scenario(
        name="recheck",
        words=lambda making: ["recheck", *_IRRELEVANT_RUN, *(making.address(each) for each in (1, 2, 3))],
        make=_recheck,
    ),
    Scenario(name="repair", words=_repair_words, make=_repair, every=True),
    Scenario(name="repair-lost", words=_repair_words, make=_catalogue_lost, every=True, stays=True),
    Scenario(name="repair-damaged", words=_repair_words, make=_catalogue_damaged, stays=True),
    Scenario(name="repair-older", words=_repair_words, make=_catalogue_older, stays=True),
    Scenario(name="repair-bare", words=_repair_words, make=_bare, stays=True),
    Scenario(
        name="rm",
        words=lambda making: ["rm", "--yes", "-o", "out", making.key(1), making.key(2)],
        make=_remove,
        every=True,
    ),
    Scenario(
        name="export", words=lambda _: ["export", "-o", "out", *_EXPORTS], make=_export, files=_EXPORTS[1::2], stays=True
    ),
    Scenario(
        name="import", words=lambda _: ["import", "-o", "out", "other"], make=_import, needs="import", ends=1, verified=1, every=True
    ),
    Scenario(name="move-left", words=lambda _: ["rebuild", "--all", "-o", "out"], make=_left_and_damaged, every=True),
    Scenario(
        name="rm-left",
        words=lambda making: ["rm", "--yes", "-o", "out", making.key(1), making.key(3)],
        make=_left,
        every=True,
    ),
    Scenario(
        name="import-other", words=lambda _: ["import", "-o", "out", "other"], make=_import_of_hugo, needs="import", ends=1, verified=1,
        stays=True, every=True,
    ),
)  # fmt: skip


def scenarios() -> list[Scenario]:
    """Those whose command is there, each with articles of its own."""
    from archiver.cli.main import app

    commands = {one.name or (one.callback and one.callback.__name__) for one in app.registered_commands}
    from dataclasses import replace

    numbered_ones = [replace(one, base=20 * place) for place, one in enumerate(_ALL, 1)]
    return [one for one in numbered_ones if not one.needs or one.needs in commands]


def others() -> list[str]:
    """Those whose command is not there yet."""
    here = {one.name for one in scenarios()}
    return [one.name for one in _ALL if one.name not in here]
