"""`archiver verify`: what is not as it was written is named, and nothing else; `--repair` sets it right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.commands.test_rebuild import disk
from tests.support.command import Command
from tests.support.wechat import World, numbered

NUMBERS = (1, 2, 3)
PICTURES = {1: (10, 90), 2: (20, 90), 3: ()}  # 90 is shown by two


def verify(archiver: Command, *arguments: str | Path) -> set[tuple[str, str]]:
    """What is wrong, and with which file; the exit code says the same."""
    run = archiver("verify", "-o", "out", "--json", *arguments)
    found = {(one["problem"], one["path"]) for one in run.outcomes}
    assert len(found) == len(run.outcomes)
    assert run.code == (1 if found else 0), run.err
    return found


def repair(archiver: Command, *arguments: str | Path) -> dict[tuple[str, str], bool]:
    """What was wrong, and whether it is not any more."""
    run = archiver("verify", "--repair", "-o", "out", "--json", "--interval", "0", *arguments)
    found = {(one["problem"], one["path"]): one["repaired"] for one in run.outcomes}
    assert run.code == (0 if all(found.values()) else 1), run.err
    return found


def flip(path: Path) -> None:
    """One bit, somewhere in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture
def out(archiver: Command, world: World) -> Path:
    """An archive of three articles, and beside them a post and a picture of its blogger's own."""
    for number in NUMBERS:
        world.serve(numbered.address(number), numbered.article(number, pictures=PICTURES[number]))
        for each in PICTURES[number]:
            numbered.serve_picture(world, each)
    archiver.add(*numbered.addresses(NUMBERS))
    out = archiver.folder / "out"
    (out / "_posts" / "2020-01-01-mine.md").write_text("---\ntitle: mine\n---\n![](/postimg/none.png)\n")
    (out / "img").mkdir()
    (out / "img" / "mine.png").write_bytes(numbered.picture_bytes(7))
    world.requests.clear()
    return out


def post(out: Path, number: int) -> Path:
    (path,) = (out / "_posts").glob(f"*-{number:03}.md")
    return path


def snapshot(archiver: Command, number: int) -> Path:
    *_, row = archiver.catalogue.rows(
        "SELECT sha256 FROM captures JOIN articles ON articles.id = article_id WHERE key = ? ORDER BY captures.id",
        numbered.key(number),
    )
    digest = row["sha256"]
    return archiver.folder / "out" / ".archive" / "snapshots" / digest[:2] / f"{digest}.html.zst"


def named(out: Path, path: Path) -> str:
    return path.relative_to(out).as_posix()


def test_verify_whole_archive_reports_and_changes_nothing(archiver: Command, world: World, out: Path) -> None:
    before = disk(out)
    assert verify(archiver) == set()
    assert repair(archiver) == {}
    assert disk(out) == before
    assert world.requests == []


def _flip_post(archiver: Command, out: Path) -> tuple[str, Path]:
    flip(post(out, 1))
    return "altered", post(out, 1)


def _flip_picture(archiver: Command, out: Path) -> tuple[str, Path]:
    flip(out / numbered.picture_file(90))
    return "altered", out / numbered.picture_file(90)


def _flip_snapshot(archiver: Command, out: Path) -> tuple[str, Path]:
    flip(snapshot(archiver, 1))
    return "altered", snapshot(archiver, 1)


def _remove_post(archiver: Command, out: Path) -> tuple[str, Path]:
    path = post(out, 1)
    path.unlink()
    return "missing", path


def _remove_picture(archiver: Command, out: Path) -> tuple[str, Path]:
    path = out / numbered.picture_file(90)
    path.unlink()
    return "missing", path


def _remove_snapshot(archiver: Command, out: Path) -> tuple[str, Path]:
    path = snapshot(archiver, 1)
    path.unlink()
    return "missing", path


def _stray(place: str, content: str = "") -> Callable[[Command, Path], tuple[str, Path]]:
    def add(archiver: Command, out: Path) -> tuple[str, Path]:
        path = out / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return "stray", path

    return add


def _second_post(archiver: Command, out: Path) -> tuple[str, Path]:
    path = out / "_posts" / "2020-02-02-x.md"
    path.write_bytes(post(out, 1).read_bytes())
    return "stray", path


DAMAGES = {
    "a bit of a post": _flip_post,
    "a bit of a picture": _flip_picture,
    "a bit of a snapshot": _flip_snapshot,
    "no post": _remove_post,
    "no picture": _remove_picture,
    "no snapshot": _remove_snapshot,
    "a stray picture": _stray("postimg/stray.png"),
    "a stray picture of another type": _stray(numbered.picture_file(90).replace(".png", ".jpg")),
    "a stray whose name is no text": _stray("postimg/\udcff.png"),
    "a stray post whose name is no text": _stray(
        "_posts/2020-02-02-\udcff.md", '---\nwechat: {biz: "b", mid: "1", idx: "1"}\n---\n'
    ),
    "a stray film": _stray("media/sub/stray.mp4"),
    "a stray snapshot": _stray(f".archive/snapshots/ab/{'ab' * 32}.html.zst"),
    "a stray file of the archive's own folder": _stray(".archive/notes.txt"),
    "a second post of an article": _second_post,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_verify_single_damage_reported_and_repaired(
    archiver: Command, world: World, out: Path, damage: Callable[[Command, Path], tuple[str, Path]]
) -> None:
    before = disk(out)
    problem, path = damage(archiver, out)
    altered = path.read_bytes() if path.exists() else None
    finding = (problem, named(out, path))
    assert verify(archiver) == {finding}
    assert repair(archiver) == {finding: True}
    assert verify(archiver) == set()
    after = disk(out)
    kept = {name for name in before if not name.startswith(".archive/")}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    inside = named(out, path).removeprefix(".archive/")
    aside = out / ".archive" / "lost" / inside
    if problem == "altered" and inside.startswith("snapshots/"):  # the same page came, or was whole
        assert not aside.exists()
    elif altered is not None:
        assert aside.read_bytes() == altered
    assert {name for name in after if "/lost/" not in name} >= kept


def test_verify_several_damages_reported_and_repaired(archiver: Command, world: World, out: Path) -> None:
    before = {path.name: path.read_bytes() for path in archiver.posts}
    wrong = {
        _flip_post(archiver, out), _flip_picture(archiver, out), _flip_snapshot(archiver, out),
        _stray("postimg/stray.png")(archiver, out),
    }  # fmt: skip
    wrong.add(("missing", out / numbered.picture_file(20)))
    (out / numbered.picture_file(20)).unlink()
    wrong.add(("missing", post(out, 2)))
    post(out, 2).unlink()
    findings = {(problem, named(out, path)) for problem, path in wrong}
    assert verify(archiver) == findings
    assert repair(archiver) == dict.fromkeys(findings, True)
    assert verify(archiver) == set()
    without = {name: _undated(text) for name, text in before.items()}
    assert {path.name: _undated(path.read_bytes()) for path in archiver.posts} == without


def _undated(text: bytes) -> list[bytes]:
    """The post of a page that was asked for again has the day of that."""
    return [line for line in text.splitlines() if b"  archived: " not in line]
