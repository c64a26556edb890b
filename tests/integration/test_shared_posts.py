"""Posts in an object storage: `store: s3://…`, on one machine and on several. Needs an S3 service: .ci/debian."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from archiver.catalogue import Catalogue, Location
from archiver.clock import utc_now
from tests.integration.test_object_storage import ADD, pages, verified, with_store
from tests.support import postgres
from tests.support.buckets import Bucket
from tests.support.command import Command, Run
from tests.support.wechat import World, numbered

pytestmark = pytest.mark.bucket
needs_server = pytest.mark.skipif(not postgres.SERVER, reason="needs ARCHIVER_TEST_DB (docs/development/testing.md)")


@pytest.fixture
def stored(archiver: Command, bucket: Bucket) -> Command:
    """The command, whose blobs are in the bucket."""
    return with_store(archiver, bucket.url, bucket.environment)


def posts(bucket: Bucket) -> dict[str, bytes]:
    """The objects of posts by the last part of their names."""
    return {key.rpartition("/")[2]: bucket.read(key) for key in bucket.keys if key.startswith("posts/")}


def name_of(content: bytes) -> str:
    return f"{sha256(content).hexdigest()}.md"


def test_add_with_store_keeps_post_in_folder_and_bucket(stored: Command, bucket: Bucket, world: World) -> None:
    assert stored(*ADD, *numbered.serve(world, (1, 2))).code == 0
    assert posts(bucket) == {name_of(path.read_bytes()): path.read_bytes() for path in stored.posts}
    assert len(stored.posts) == 2
    assert verified(stored).out == ""


def test_changed_post_leaves_empty_object_of_earlier_version(stored: Command, bucket: Bucket, world: World) -> None:
    (address,) = numbered.serve(world, (1,))
    stored(*ADD, address)
    before = stored.posts[0].read_bytes()
    world.serve(address, numbered.article(1, words="改过了。"))
    assert stored("recheck", "-o", "out", "--json", "--interval", "0", numbered.key(1)).counts == {"updated": 1}
    after = stored.posts[0].read_bytes()
    assert posts(bucket) == {name_of(before): b"", name_of(after): after}


def test_post_missing_in_folder_is_read_from_bucket(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1,)))
    content = stored.posts[0].read_bytes()
    stored.posts[0].unlink()
    assert verified(stored).out == ""
    assert "测试 001" in stored("search", "-o", "out", "篇").out
    assert stored("export", "-o", "out", "--epub", "a.epub").code == 0
    assert stored("rebuild", "-o", "out", "--json", "--all").counts == {"unchanged": 1}
    assert stored.posts[0].read_bytes() == content


def test_verify_names_post_missing_or_damaged_in_bucket(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1, 2)))
    before = posts(bucket)
    lost, damaged = [key for key in bucket.keys if key.startswith("posts/")]
    bucket.delete(lost)
    bucket.write(damaged, b"?")
    found = verified(stored).outcomes
    assert {(one["problem"], one["what"]) for one in found} == {("missing", "post")}
    assert len(found) == 2
    assert verified(stored, "--repair").code == 0
    assert posts(bucket) == before
    assert verified(stored).out == ""


def test_edited_post_stays_and_is_no_object(stored: Command, bucket: Bucket, world: World) -> None:
    (address,) = numbered.serve(world, (1,))
    stored(*ADD, address)
    before, edited = posts(bucket), stored.posts[0].read_bytes() + "\n手改\n".encode()
    stored.posts[0].write_bytes(edited)
    world.serve(address, numbered.article(1, words="改过了。"))
    assert stored("recheck", "-o", "out", "--json", "--interval", "0", numbered.key(1)).counts == {"skipped": 1}
    assert stored.posts[0].read_bytes() == edited
    assert posts(bucket) == before


def test_rm_empties_object_of_post(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1,)))
    (name,) = posts(bucket)
    assert stored("rm", "--yes", "-o", "out", numbered.key(1)).code == 0
    assert posts(bucket) == {name: b""}
    assert pages(bucket) == []
    assert verified(stored).out == ""


# Several machines


@pytest.fixture
def machines(archiver: Command, bucket: Bucket) -> tuple[Command, Command]:
    """Two machines that share a catalogue and a bucket; the first has opened the catalogue."""
    shared = {**bucket.environment, "ARCHIVER_CATALOGUE": postgres.catalogue_of(archiver.folder / "shared")}
    made = []
    for name in ("one", "two"):
        folder = archiver.folder / name
        (folder / "out" / ".archive").mkdir(parents=True)
        made.append(with_store(Command(folder=folder, environment=archiver.environment), bucket.url, shared))
    first, second = made
    location = Location(file=first.folder / "out/.archive/catalogue.db", server=shared["ARCHIVER_CATALOGUE"])
    with closing(Catalogue(location, utc_now)) as catalogue:
        catalogue.open()
    identity = Path("out/.archive/catalogue-id")
    (second.folder / identity).write_bytes((first.folder / identity).read_bytes())
    return first, second


def recheck(machine: Command, number: int) -> Run:
    return machine("recheck", "-o", "out", "--json", "--interval", "0", numbered.key(number))


@needs_server
def test_machines_write_same_posts(machines: tuple[Command, Command], world: World) -> None:
    first, second = machines
    for number, machine in ((1, first), (2, second)):
        world.serve(numbered.address(number), numbered.article(number, pictures=(number,)))
        numbered.serve_picture(world, number)
        assert machine(*ADD, numbered.address(number)).code == 0
    assert len(first.posts) == len(second.posts) == 1
    world.requests.clear()
    for machine in machines:
        assert verified(machine).out == ""
        assert machine("rebuild", "-o", "out", "--json", "--all").counts == {"unchanged": 2}
    assert [path.read_bytes() for path in first.posts] == [path.read_bytes() for path in second.posts]
    assert world.requests == []


@needs_server
def test_machine_does_not_take_its_earlier_version_for_an_edit(machines: tuple[Command, Command], world: World) -> None:
    first, second = machines
    (address,) = numbered.serve(world, (1,))
    assert first(*ADD, address).code == 0
    for words, machine in (("改过了。", second), ("又改了。", first)):
        world.serve(address, numbered.article(1, words=words))
        assert recheck(machine, 1).counts == {"updated": 1}
        assert words in machine.posts[0].read_text()
    assert verified(first).out == verified(second).out == ""


@needs_server
def test_machine_does_not_undo_removal_of_another(machines: tuple[Command, Command], world: World) -> None:
    first, second = machines
    assert first(*ADD, *numbered.serve(world, (1,))).code == 0
    assert second("rm", "--yes", "-o", "out", numbered.key(1)).code == 0
    verified(first, "--repair")
    assert first.posts == []
    assert first(*ADD, numbered.address(1)).outcome["outcome"] == "skipped"
    assert verified(first).out == verified(second).out == ""


@needs_server
def test_machines_give_posts_of_one_day_and_title_two_names(machines: tuple[Command, Command], world: World) -> None:
    for number, machine in enumerate(machines, 1):
        page = numbered.pages.article(f"<p>第 {number} 篇。</p>", mid=str(2650000000 + number), title="同题")
        world.serve(numbered.address(number), page)
        assert machine(*ADD, numbered.address(number)).code == 0
    names = {path.name for machine in machines for path in machine.posts}
    assert len(names) == 2
