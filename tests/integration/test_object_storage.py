"""Blobs in an object storage: `store: s3://…`. Most of it needs an S3 service: .ci/debian."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from starlette.testclient import TestClient

from archiver.errors import ConfigError, StoreAway
from archiver.settings import Settings, load
from archiver.site.app import create_app
from archiver.storage import objects
from archiver.storage.blobs import BlobName
from archiver.storage.objects import Objects
from tests.support.buckets import Bucket
from tests.support.command import Command, Run
from tests.support.wechat import World, numbered
from tests.support.wechat.pages import picture

NAME = BlobName("postimg/a.png", f"media/ab/ab{'0' * 62}")
ADD = ("add", "--interval", "0", "--json", "-o", "out")


# The setting


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://key:secret@bucket/a", "take the keys out of the address"),
        ("s3://bucket/a?secret_access_key=secret", "take the keys out of the address"),
        ("s3://bucket/a#secret", "take the keys out of the address"),
        ("https://bucket.s3.amazonaws.com/secret", "write s3://BUCKET/PREFIX"),
        ("s3://bucket/a\nsecret", "write s3://BUCKET/PREFIX"),
        ("s3://", "a bucket has 3 to 63"),
        ("s3://UP/a", "a bucket has 3 to 63"),
        ("s3://bucket/a//b", "a bucket has 3 to 63"),
        ("s3://bucket/../b", "a bucket has 3 to 63"),
    ],
)
def test_store_setting_bad_address_error_hides_keys(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        load({}, {"ARCHIVER_STORE": url}, tmp_path)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["s3://bucket", "s3://bucket/", "s3://my.bucket-2/wechat/2026_a"])
def test_store_setting_valid_address_accepted(tmp_path: Path, url: str) -> None:
    assert load({}, {"ARCHIVER_STORE": url}, tmp_path).store == url


def test_store_without_obstore_is_config_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ConfigError, match=r"pip install 'archiver\[cluster\]'"):
        Objects("s3://bucket/a")


def test_archive_without_store_imports_no_object_storage(tmp_path: Path) -> None:
    code = (
        "import sys; from archiver import Archiver, Settings\n"
        "with Archiver(Settings(output='out')) as archive: list(archive.verify())\n"
        "print(*sys.modules, sep='\\n')"
    )
    (tmp_path / "out" / "_posts").mkdir(parents=True)
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout.split()
    assert "archiver.storage.blobs" in loaded
    assert [name for name in loaded if "obstore" in name or name == "archiver.storage.objects"] == []


# One blob


@pytest.mark.bucket
def test_objects_put_get_stat_list_delete(bucket: Bucket) -> None:
    store = Objects(bucket.url)
    assert (store.stat(NAME), store.has(NAME)) == (None, False)
    with pytest.raises(FileNotFoundError):
        store.get(NAME)
    store.put(NAME, b"content")
    assert bucket.keys == [NAME.key]
    assert store.get(NAME) == bucket.read(NAME.key) == b"content"
    assert store.get(NAME, 3) == b"con"
    found = store.stat(NAME)
    assert found is not None
    assert found.size == 7
    assert list(store.list(BlobName("postimg", "media"))) == [f"{bucket.url}/{NAME.key}"]
    assert list(store.list(BlobName("postimg", "med"))) == []
    store.delete(NAME)
    store.delete(NAME)
    assert bucket.keys == []


@pytest.mark.bucket
def test_objects_set_aside_moves_to_lost_folder(bucket: Bucket) -> None:
    store = Objects(bucket.url)
    store.put(NAME, b"content")
    assert store.set_aside(f"{bucket.url}/{NAME.key}") == f"{bucket.url}/lost/{NAME.key}"
    assert bucket.keys == [f"lost/{NAME.key}"]
    assert store.set_aside(f"{bucket.url}/{NAME.key}") == ""
    assert store.set_aside("postimg/a.png") is None


@pytest.mark.bucket
def test_objects_missing_bucket_is_config_error(bucket: Bucket) -> None:
    store = Objects("s3://no-such-bucket-here/a")
    for work in (store.prepare, lambda: store.put(NAME, b""), lambda: store.get(NAME)):
        with pytest.raises(ConfigError, match="no such bucket"):
            work()


@pytest.mark.bucket
def test_objects_dry_run_changes_nothing(bucket: Bucket) -> None:
    Objects(bucket.url).put(NAME, b"content")
    store = Objects(bucket.url, is_dry=True)
    store.delete(NAME)
    store.put(BlobName("a", "media/cd/cd"), b"")
    assert bucket.keys == [NAME.key]


# The owner of the place


def owned(bucket: Bucket, archive_id: str) -> Objects:
    """The store of an archive with this id."""
    store = Objects(bucket.url)
    store.belong_to(lambda _creates: archive_id)
    return store


@pytest.mark.bucket
def test_objects_first_archive_owns_prefix_and_second_is_refused(bucket: Bucket) -> None:
    first = owned(bucket, "one")
    first.prepare()
    assert bucket.keys == []
    first.put(NAME, b"content")
    assert bucket.read("archive-id") == b"one\n"
    second = owned(bucket, "two")
    name = f"{bucket.url}/{NAME.key}"
    for work in (
        second.prepare, lambda: second.put(NAME, b"other"), lambda: second.delete(NAME), lambda: second.set_aside(name)
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=r"another archive keeps its objects here \(one\): name another prefix"):
            work()
    assert bucket.keys == ["archive-id", NAME.key]
    assert bucket.read(NAME.key) == b"content"
    owned(bucket, "one").delete(NAME)
    assert bucket.keys == ["archive-id"]


@pytest.mark.bucket
def test_objects_two_archives_at_once_leave_one_owner(bucket: Bucket) -> None:
    """The second archive finds no owner, and creates the object when the first has done so meanwhile."""

    def identity(_creates: bool) -> str:
        bucket.write("archive-id", b"one\n")
        return "two"

    store = Objects(bucket.url)
    store.belong_to(identity)
    with pytest.raises(ConfigError, match="another archive"):
        store.put(NAME, b"content")
    assert bucket.keys == ["archive-id"]
    assert bucket.read("archive-id") == b"one\n"


@pytest.mark.bucket
def test_second_archive_in_same_place_is_refused_and_repairs_nothing(
    stored: Command, bucket: Bucket, world: World
) -> None:
    stored(*ADD, *numbered.serve(world, (1,)))
    bucket.write("snapshots/ab/stray.txt", b"?")
    before = bucket.keys
    assert "archive-id" in before
    world.requests.clear()
    for words in (("add", "--interval", "0", *numbered.serve(world, (2,))), ("verify", "--repair")):
        run = stored(*words, "-o", "second")
        assert run.code == (78 if words[0] == "add" else 66)
    (stored.folder / "second/_posts").mkdir(parents=True)
    run = stored("verify", "--repair", "-o", "second")
    assert run.code == 78
    assert "another archive keeps its objects here" in run.err
    assert world.requests == []
    assert bucket.keys == before


@pytest.mark.bucket
def test_archive_whose_folder_was_lost_takes_its_place_again(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1,)))
    identity = (stored.folder / "out/.archive/catalogue-id").read_bytes()
    assert identity == bucket.read("archive-id")
    (stored.folder / "again/.archive").mkdir(parents=True)
    (stored.folder / "again/.archive/catalogue-id").write_bytes(identity)
    (stored.folder / "again/_posts").mkdir()
    assert stored("verify", "--repair", "-o", "again", "--interval", "0").code == 0
    assert len(stored("list", "--json", "-o", "again").outcomes) == 1


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a store that nobody serves, which is tried once."""
    monkeypatch.setattr(objects, "_MAX_RETRIES", 0)
    environment = Bucket(name="nobody", endpoint="http://127.0.0.1:9").environment
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


def test_objects_unreachable_service_is_store_away(nobody: dict[str, str]) -> None:
    store = Objects("s3://nobody/a")
    for work in (store.prepare, lambda: store.put(NAME, b""), lambda: store.get(NAME), lambda: store.stat(NAME)):
        with pytest.raises(StoreAway) as raised:
            work()
        assert raised.value.exit_code == 75
        assert "\n" not in str(raised.value)
        assert "secret" not in str(raised.value)


# The pages of an archive


@pytest.fixture
def stored(archiver: Command, bucket: Bucket) -> Command:
    """The command, whose blobs are in the bucket."""
    return with_store(archiver, bucket.url, bucket.environment)


def with_store(archiver: Command, url: str, environment: dict[str, str]) -> Command:
    """The command, whose blobs are at this address."""
    variables = {**archiver.environment, **environment, "ARCHIVER_STORE": url}
    return Command(folder=archiver.folder, environment=variables, in_process=True)


def files(archiver: Command, folder: str) -> list[str]:
    """The files below a folder of the archive."""
    root = archiver.folder / "out" / folder
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def pages(bucket: Bucket) -> list[str]:
    return [key for key in bucket.keys if key.startswith("snapshots/")]


def page_in(bucket: Bucket, key: str) -> bytes:
    reader = zstandard.ZstdDecompressor().stream_reader(bucket.read(key), read_across_frames=True)
    content: bytes = reader.read()
    return content


def verified(archiver: Command, *words: str) -> Run:
    return archiver("verify", "--json", "--interval", "0", "-o", "out", *words)


@pytest.mark.bucket
def test_add_with_store_keeps_page_in_bucket_alone(stored: Command, bucket: Bucket, world: World) -> None:
    assert stored(*ADD, *numbered.serve(world, (1, 2))).code == 0
    found = pages(bucket)
    assert len(found) == 2
    for key in found:
        digest = sha256(page_in(bucket, key)).hexdigest()
        assert key == f"snapshots/{digest[:2]}/{digest}.html.zst"
    assert files(stored, ".archive/snapshots") == []
    assert verified(stored).out == ""
    assert stored("rebuild", "-o", "out", "--json", "--all").counts == {"unchanged": 2}
    assert "测试 001" in stored("show", "-o", "out", numbered.key(1)).out


@pytest.mark.bucket
def test_add_with_store_writes_same_posts_as_without(
    stored: Command, archiver: Command, bucket: Bucket, world: World
) -> None:
    addresses = numbered.serve(world, (1, 2))
    assert archiver("add", "--interval", "0", "-o", "local", *addresses).code == 0
    assert stored(*ADD, *addresses).code == 0
    local = {path.name: _undated(path) for path in (archiver.folder / "local/_posts").iterdir()}
    assert local == {path.name: _undated(path) for path in stored.posts}


def _undated(post: Path) -> list[str]:
    lines = post.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("  archived: ")]


@pytest.mark.bucket
def test_verify_with_store_names_lost_and_damaged_page(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1, 2)))
    lost, damaged = pages(bucket)
    bucket.delete(lost)
    bucket.write(damaged, bucket.read(damaged)[:-60])
    found = {(one["problem"], one["path"]) for one in verified(stored).outcomes}
    assert found == {("missing", f"{bucket.url}/{lost}"), ("altered", f"{bucket.url}/{damaged}")}
    assert verified(stored, "--repair").code == 0
    assert pages(bucket) == [lost, damaged]
    assert verified(stored).out == ""


@pytest.mark.bucket
def test_repair_with_store_moves_damaged_page_that_stays_away(stored: Command, bucket: Bucket, world: World) -> None:
    (address,) = numbered.serve(world, (1,))
    stored(*ADD, address)
    (damaged,) = pages(bucket)
    bucket.write(damaged, b"no page")
    world.serve(address, numbered.article(1, words="改过了。"))
    assert verified(stored, "--repair").code == 0
    assert bucket.read(f"lost/{damaged}") == b"no page"
    assert len(pages(bucket)) == 1
    assert damaged not in bucket.keys


@pytest.mark.bucket
def test_repair_with_store_takes_pages_of_lost_catalogue_in(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1, 2)))
    before = stored("list", "--json", "-o", "out").outcomes
    stored.catalogue.lose()
    world.requests.clear()
    assert verified(stored, "--repair").code == 0
    assert world.requests == []
    after = stored("list", "--json", "-o", "out").outcomes
    assert [one["key"] for one in after] == [one["key"] for one in before]
    assert stored("rebuild", "-o", "out", "--json", "--all").counts == {"unchanged": 2}


@pytest.mark.bucket
def test_verify_with_store_moves_stray_object(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1,)))
    bucket.write("snapshots/ab/stray.txt", b"?")
    (finding,) = verified(stored).outcomes
    assert (finding["problem"], finding["path"]) == ("stray", f"{bucket.url}/snapshots/ab/stray.txt")
    assert verified(stored, "--repair").code == 0
    assert bucket.read("lost/snapshots/ab/stray.txt") == b"?"
    assert verified(stored).out == ""


@pytest.mark.bucket
def test_rm_with_store_deletes_page(stored: Command, bucket: Bucket, world: World) -> None:
    stored(*ADD, *numbered.serve(world, (1, 2)))
    assert stored("rm", "--yes", "-o", "out", numbered.key(1)).code == 0
    (left,) = pages(bucket)
    assert "第 2 篇" in page_in(bucket, left).decode()
    assert verified(stored).out == ""


def test_store_away_is_temporary_failure_and_asks_for_nothing(
    archiver: Command, nobody: dict[str, str], world: World
) -> None:
    run = with_store(archiver, "s3://nobody/a", nobody)(*ADD, *numbered.serve(world, (1,)))
    assert run.code == 75
    assert "run the command again when the store can be reached" in run.err
    assert len(run.err.splitlines()) <= 2
    assert world.requests == []


@pytest.mark.bucket
def test_import_into_store_puts_pages_there(stored: Command, archiver: Command, bucket: Bucket, world: World) -> None:
    archiver("add", "--interval", "0", "-o", "other", *numbered.serve(world, (1, 2)))
    world.requests.clear()
    assert stored("import", "--json", "-o", "out", "other").code == 0
    assert len(pages(bucket)) == 2
    assert world.requests == []
    assert verified(stored).out == ""


# The media of an archive


@pytest.fixture
def illustrated(stored: Command, world: World) -> Command:
    """An archive of two articles in the bucket. Each has a picture of its own; both show a third one."""
    for number in (1, 2):
        world.serve(numbered.address(number), numbered.article(number, pictures=(number * 10, 90)))
    for number in (10, 20, 90):
        numbered.serve_picture(world, number)
    assert stored(*ADD, *numbered.addresses((1, 2))).code == 0
    world.requests.clear()
    return stored


def object_of(picture: int) -> str:
    digest = sha256(numbered.picture_bytes(picture)).hexdigest()
    return f"media/{digest[:2]}/{digest}"


def media(bucket: Bucket) -> list[str]:
    return [key for key in bucket.keys if key.startswith("media/")]


@pytest.mark.bucket
def test_add_with_store_keeps_pictures_in_bucket_alone(illustrated: Command, bucket: Bucket, world: World) -> None:
    assert media(bucket) == sorted(map(object_of, (10, 20, 90)))
    assert bucket.read(object_of(10)) == numbered.picture_bytes(10)
    assert files(illustrated, "postimg") == []
    assert [numbered.picture_file(each) in illustrated.posts[0].read_text() for each in (10, 90)] == [True, True]
    assert verified(illustrated).out == ""
    assert illustrated("rebuild", "-o", "out", "--json", "--all").counts == {"unchanged": 2}
    assert illustrated("recheck", "-o", "out", "--json", "--interval", "0", numbered.key(1)).counts == {"unchanged": 1}
    assert [request.host for request in world.requests] == ["mp.weixin.qq.com"]


@pytest.mark.bucket
def test_repair_with_store_fetches_lost_and_damaged_pictures(
    illustrated: Command, bucket: Bucket, world: World
) -> None:
    bucket.delete(object_of(10))
    changed = bytearray(numbered.picture_bytes(20))
    changed[50] ^= 1
    bucket.write(object_of(20), bytes(changed))
    found = {(one["problem"], one["path"]) for one in verified(illustrated).outcomes}
    assert found == {("missing", numbered.picture_file(10)), ("altered", numbered.picture_file(20))}
    assert verified(illustrated, "--repair").code == 0
    assert media(bucket) == sorted(map(object_of, (10, 20, 90)))
    assert bucket.read(f"lost/{object_of(20)}") == bytes(changed)
    assert verified(illustrated).out == ""


@pytest.mark.bucket
def test_verify_with_store_names_picture_that_post_shows_and_nobody_has(illustrated: Command, bucket: Bucket) -> None:
    post = illustrated.posts[0]
    post.write_text(post.read_text() + "\n![](/postimg/none.png)\n")
    illustrated.catalogue.change("UPDATE articles SET digest = ?", "")
    found = {(one["problem"], one["path"]) for one in verified(illustrated).outcomes}
    assert found == {("link", "postimg/none.png")}


@pytest.mark.bucket
def test_rm_with_store_deletes_only_pictures_of_its_own(illustrated: Command, bucket: Bucket) -> None:
    assert illustrated("rm", "--yes", "-o", "out", numbered.key(1)).code == 0
    assert media(bucket) == sorted(map(object_of, (20, 90)))
    assert verified(illustrated).out == ""


@pytest.mark.bucket
def test_rm_with_store_keeps_object_that_two_pictures_have(stored: Command, bucket: Bucket, world: World) -> None:
    same = numbered.picture_bytes(5)
    for number in (1, 2):
        world.serve(numbered.address(number), numbered.article(number, pictures=(number,)))
        world.serve(f"{numbered.picture(number)}/0", picture(same, "image/png"))
    assert stored(*ADD, *numbered.addresses((1, 2))).code == 0
    assert media(bucket) == [object_of(5)]
    assert stored("rm", "--yes", "-o", "out", numbered.key(1)).code == 0
    assert media(bucket) == [object_of(5)]
    assert verified(stored).out == ""
    assert stored("rm", "--yes", "-o", "out", numbered.key(2)).code == 0
    assert media(bucket) == []


@pytest.mark.bucket
def test_export_with_store_reads_pictures_from_bucket(illustrated: Command, bucket: Bucket) -> None:
    assert illustrated("export", "-o", "out", "--html", "shown", "--warc", "a.warc", "--epub", "a.epub").code == 0
    shown = {path.read_bytes() for path in (illustrated.folder / "shown/media").iterdir()}
    assert shown == {numbered.picture_bytes(each) for each in (10, 20, 90)}
    records = gzip.decompress((illustrated.folder / "a.warc").read_bytes())
    assert all(numbered.picture_bytes(each) in records for each in (10, 20, 90))
    with zipfile.ZipFile(illustrated.folder / "a.epub") as book:
        pictures = {book.read(name) for name in book.namelist() if name.endswith(".png")}
    assert shown <= pictures
    bucket.delete(object_of(90))
    run = illustrated("export", "-o", "out", "--html", "again", "--warc", "b.warc")
    assert run.code == 1
    assert f"{bucket.url}/{object_of(90)}: cannot be read" in run.err


@pytest.mark.bucket
def test_site_with_store_copies_pictures_from_bucket(illustrated: Command, bucket: Bucket) -> None:
    site = illustrated.folder / "site"
    for _ in range(2):
        assert illustrated("site", "-o", "out", "site").code == 0
        found = {path.name: path.read_bytes() for path in site.rglob("*.png")}
        for each in (10, 20, 90):
            assert found[numbered.picture_file(each).removeprefix("postimg/")] == numbered.picture_bytes(each)


@pytest.mark.bucket
def test_reader_with_store_sends_pictures_from_bucket(illustrated: Command, bucket: Bucket) -> None:
    settings = Settings(output=str(illustrated.folder / "out"), store=bucket.url)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as browser:
        answer = browser.get(f"/media/{numbered.picture_file(10)}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert answer.content == numbered.picture_bytes(10)
        again = browser.get(f"/media/{numbered.picture_file(10)}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for path in ("postimg/none.png", ".archive/catalogue.db", numbered.picture_file(10).replace(".png", ".html")):
            assert browser.get(f"/media/{path}").status_code == 404


@pytest.mark.bucket
def test_import_into_store_puts_pictures_there(
    stored: Command, archiver: Command, bucket: Bucket, world: World
) -> None:
    world.serve(numbered.address(1), numbered.article(1, pictures=(10,)))
    numbered.serve_picture(world, 10)
    archiver("add", "--interval", "0", "-o", "other", numbered.address(1))
    for counts in ({"imported"}, {"unchanged"}):
        run = stored("import", "--json", "-o", "out", "other")
        assert run.code == 0
        assert {one["outcome"] for one in run.outcomes if one.get("what") == "media"} == counts
    assert media(bucket) == [object_of(10)]
    assert verified(stored).out == ""


@pytest.mark.bucket
@pytest.mark.parametrize("words", [("--dry-run",), ("--yes",)])
def test_rebuild_for_another_profile_with_store_is_refused(
    stored: Command, bucket: Bucket, world: World, words: tuple[str, ...]
) -> None:
    """A change of profile would leave other machines with posts in the layout of the former one."""
    assert stored(*ADD, *numbered.serve(world, [1])).code == 0
    posts, keys = files(stored, "_posts"), bucket.keys
    stored.write("archiver.yml", "profile: hugo")
    run = stored("rebuild", "--all", "-o", "out", *words)
    assert run.code == 78
    assert "an archive with an object storage (`store`) cannot change its profile" in run.err
    assert "go back to `profile: jekyll`" in run.err
    assert (files(stored, "_posts"), bucket.keys) == (posts, keys)
    assert files(stored, "content") == []


# A store that is not the archive's


def elsewhere(command: Command, place: str) -> Command:
    """The command with another place as its store."""
    url = command.environment["ARCHIVER_STORE"].rpartition("/")[0]
    variables = {**command.environment, "ARCHIVER_STORE": f"{url}/{place}"}
    return Command(folder=command.folder, environment=variables, in_process=True)


@pytest.mark.bucket
@pytest.mark.parametrize(
    "words", [("verify", "--repair"), ("add", "https://mp.weixin.qq.com/s/0000000000000000000001")]
)
def test_store_with_nothing_of_the_archive_is_refused(
    stored: Command, bucket: Bucket, world: World, words: tuple[str, ...]
) -> None:
    assert stored(*ADD, *numbered.serve(world, (1, 2))).code == 0
    world.requests.clear()
    run = elsewhere(stored, "wechat-2")(words[0], *ADD[1:], *words[1:])
    assert run.code == 78
    assert "has nothing of this archive" in run.err
    assert world.requests == []
    assert len(pages(bucket)) == 2
    assert verified(stored).out == ""


@pytest.mark.bucket
def test_store_set_for_an_archive_with_files_is_refused(
    stored: Command, archiver: Command, bucket: Bucket, world: World
) -> None:
    assert archiver(*ADD, *numbered.serve(world, (1, 2))).code == 0
    before = files(archiver, "")
    world._answers.clear()
    assert verified(stored, "--repair").code == 78
    assert files(archiver, "") == before
    assert verified(archiver).out == ""


@pytest.mark.bucket
def test_store_of_another_archive_is_refused(
    stored: Command, bucket: Bucket, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.archive.store_check._SAMPLE", 2)
    assert stored(*ADD, *numbered.serve(world, (1, 2))).code == 0
    assert elsewhere(stored, "two")(*ADD[:-1], "other", *numbered.serve(world, (3, 4))).code == 0
    run = verified(elsewhere(stored, "two"), "--repair")
    assert run.code == 78
    assert "another archive keeps its objects here" in run.err


@pytest.mark.bucket
def test_store_that_was_lost_is_filled_again_if_told_so(stored: Command, bucket: Bucket, world: World) -> None:
    assert stored(*ADD, *numbered.serve(world, (1, 2))).code == 0
    for key in bucket.keys:
        bucket.delete(key)
    assert verified(stored, "--repair").code == 78
    bucket.store.put("wechat/new", b"")
    assert verified(stored, "--repair").code == 0
    assert len(pages(bucket)) == 2
