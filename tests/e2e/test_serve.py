"""`archiver serve` as people start it, and what hostile clients do to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path

import pytest

from archiver.errors import Exit
from tests.support.command import Command
from tests.support.paths import FIXTURES
from tests.support.reader import PASSWORD, Served, serving
from tests.support.wechat import World, numbered

GIGABYTE = 10**9
SHORT_LINK = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive of one article, made once."""
    folder = tmp_path_factory.mktemp("seed")
    command = Command(folder=folder, environment={}, in_process=True)
    assert command("add", "-o", "out", FIXTURES / "article--seed-2020" / "page.html").code == 0
    return folder / "out"


@pytest.fixture
def filled(offline: Command, seed: Path) -> Command:
    """The installed command, with a copy of that archive in `out`."""
    shutil.copytree(seed, offline.folder / "out")
    return replace(offline, in_process=False)


@pytest.fixture
def reader(filled: Command) -> Iterator[Served]:
    """A reader of that archive."""
    with serving(filled) as served:
        yield served


def memory(process: subprocess.Popen[bytes]) -> int:
    """The largest memory that a process has had so far, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


def rest(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    received = bytearray()
    try:
        while more := connection.recv(65536):
            received += more
    except ConnectionResetError:
        pass
    return bytes(received)


def test_serve_prints_its_address_alone(filled: Command) -> None:
    process = filled.start("serve", "-o", "out", "--port", "0")
    line = process.stdout.readline().decode()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\n", line)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, b"", b"archiver: the reader has ended\n")


def test_serve_json_prints_its_address_as_an_object(filled: Command) -> None:
    process = filled.start("serve", "-o", "out", "--port", "0", "--json")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", json.loads(process.stdout.readline())["url"])
    process.kill()
    process.communicate()


def test_serve_takes_its_address_from_the_settings_unless_told(filled: Command) -> None:
    filled.write("archiver.yml", "url: http://localhost:81/")
    for options, expected in (
        ((), "http://localhost:81/\n"),
        (("--base-url", "http://[::1]:82"), "http://[::1]:82/\n"),
    ):
        process = filled.start("serve", "-o", "out", "--port", "0", *options)
        assert process.stdout.readline().decode() == expected
        process.kill()
        process.communicate()
    filled.write("archiver.yml", "url: https://reader.example")
    refused = filled("serve", "-o", "out", "--port", "0")
    assert refused.code == Exit.USAGE
    assert "without a password" in refused.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_at_once_with_exit_code_0(reader: Served, number: int) -> None:
    with closing(reader.connection()) as kept, closing(reader.socket()) as silent:
        kept.request("GET", "/")
        assert kept.getresponse().read()
        silent.sendall(b"GET / HTTP/1.1\r\n")
        begun = time.monotonic()
        assert reader.end(number) == (0, "archiver: the reader has ended\n")
        assert time.monotonic() - begun < 10


SLOW = """
import threading, time
from archiver.app import Archiver
Archiver.queue = lambda self: print("begun", flush=True) or time.sleep(600)
from archiver.cli.main import main
main()
"""


def test_serve_ends_at_once_in_the_middle_of_a_request(filled: Command) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "serve", "-o", "out", "--port", "0"], cwd=filled.folder,
        env={"PATH": os.environ["PATH"], "HOME": str(filled.folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    port = int(re.findall(rb":(\d+)/", process.stdout.readline())[0])
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(f"GET /queue HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert process.stdout.readline() == b"begun\n"
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        assert (process.returncode, said) == (0, b"archiver: the reader has ended\n")
        assert time.monotonic() - begun < 15


def test_serve_port_in_use_is_one_line(filled: Command) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        run = filled("serve", "-o", "out", "--port", str(port))
    assert (run.code, run.out) == (Exit.TRY_LATER, "")
    assert run.err == (
        f"archiver: port {port} is used by another program, perhaps another reader: stop it, or choose another with --port\n"
    )


@pytest.mark.parametrize("host", ["192.0.2.77", "no.such.host.invalid", "a" * 300, "ä..b"])
def test_serve_host_that_is_not_this_machine_is_usage_error(filled: Command, host: str) -> None:
    run = Command(folder=filled.folder, environment={"ARCHIVER_PASSWORD": PASSWORD})("serve", "--host", host)
    assert run.code == Exit.USAGE
    assert run.err.count("\n") == 1
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    "arguments",
    [["--host", "0.0.0.0"], ["--host", "::"], ["--host", "192.168.1.2"], ["--base-url", "https://reader.example"]],
)
def test_serve_for_other_machines_without_password_is_refused(filled: Command, arguments: list[str]) -> None:
    run = filled("serve", "-o", "out", "--port", "0", *arguments)
    assert (run.code, run.out) == (Exit.USAGE, "")
    assert "--password-file" in run.err


def test_serve_password_file_that_others_may_read_is_refused(filled: Command) -> None:
    filled.write("password", "geheimnis-1")
    (filled.folder / "password").chmod(0o644)
    run = filled("serve", "-o", "out", "--port", "0", "--password-file", "password")
    assert (run.code, run.err.count("\n")) == (Exit.BAD_CONFIG, 1)
    assert "geheimnis" not in run.err


def test_serve_without_its_libraries_is_one_line_and_other_commands_work(filled: Command) -> None:
    without = (
        "import sys, importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name in ('starlette', 'segno') else find(name, *rest)\n"
        "sys.modules['starlette'] = sys.modules['segno'] = None\n"
        "from archiver.cli.main import main; main()"
    )
    for arguments, code in ((["serve", "-o", "out"], Exit.USAGE), (["list", "-o", "out"], Exit.OK)):
        done = subprocess.run(
            [sys.executable, "-c", without, *arguments], cwd=filled.folder, capture_output=True, text=True, check=False,
            timeout=60, env={"PATH": os.environ["PATH"], "HOME": str(filled.folder)},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        if code:
            assert done.stderr == (
                "archiver: the reader needs what is not installed here: pip install starlette segno\n"
            )


def test_serve_new_token_prints_it_once_and_ends(offline: Command) -> None:
    one, two = offline("serve", "--new-token"), offline("serve", "--new-token", "--json")
    assert re.fullmatch(r"[\w-]{43}\n", one.out)
    assert json.loads(two.out)["token"] != one.out.strip()
    [file] = offline.folder.rglob("reader-token")
    assert file.read_text().strip() == json.loads(two.out)["token"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_serve_without_archive_shows_its_pages(offline: Command) -> None:
    with serving(offline) as served:
        for path in ("/", "/add", "/queue", "/phone"):
            assert served.get(path)[0] == 200, path
    assert not (offline.folder / "out").exists()


def test_serve_damaged_archive_says_so_without_path(filled: Command) -> None:
    if filled.catalogue.server:
        pytest.skip("the catalogue is on a server")
    (filled.folder / "out/.archive/catalogue.db").write_bytes(b"no database" * 1000)
    with serving(filled) as served:
        status, body = served.get("/queue")
        code, said = served.end()
    assert status == 503
    assert str(filled.folder) not in body.decode()
    assert "catalogue.db" in said
    assert code == 0


def test_foreign_host_gets_no_page(reader: Served) -> None:
    own = f"127.0.0.1:{reader.port}"
    for host in ("evil.example", f"evil.example:{reader.port}", "127.0.0.1", "127.0.0.1:1", "", f"{own}, evil.example"):
        status, body = reader.get("/add", Host=host)
        assert status in (400, 421), host
        assert b"form_token" not in body, host
    assert reader.get("/add", Host=own)[0] == 200


def test_two_hosts_or_none_get_no_page(reader: Served) -> None:
    own = f"Host: 127.0.0.1:{reader.port}\r\n"
    for head in (f"GET /add HTTP/1.1\r\n{own}Host: evil.example\r\n", "GET /add HTTP/1.1\r\n", "GET /add HTTP/1.0\r\n"):
        with closing(reader.socket()) as connection:
            connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
            answer = rest(connection)
        assert answer.split()[1] in (b"400", b"421"), head
        assert b"form_token" not in answer


OUTSIDE = [
    "../archiver.yml", "..%2farchiver.yml", "%2e%2e/archiver.yml", "%2e%2e%2farchiver.yml", "..%5carchiver.yml",
    "..%252farchiver.yml", "postimg/../.archive/catalogue.db", "postimg/..%2f.archive%2fcatalogue.db",
    "postimg/%2e%2e/%2e%2e/secret.png", "postimg/..%2f..%2fsecret.png", "postimg/..%5c..%5csecret.png",
    "postimg/../../secret.png", "postimg//etc/passwd", "%2fetc%2fpasswd", "/etc/passwd", "etc/passwd", "postimg/%00.png",
    "postimg/secret.png%00", "postimg/link.png%00.png", ".archive/catalogue.db", ".archive/secret.png", "_posts/x.md",
    "postimg", "postimg/", "postimg/.png", "", "postimg/.hidden.png", "postimg/sub/secret.png", "postimg/page.html",
    "postimg/link.png", "postimg/linked/secret.png", "postimg/C:secret.png", "postimg/folder.png",
    "postimg/secret.png::$DATA", "postimg/.", "postimg/..", f"postimg/{'x' * 300}.png", "postimg/pipe.png",
    "%EF%BC%8E%EF%BC%8E/secret.png", "postimg/%c0%ae%c0%ae/secret.png", "../../../../../../../../etc/passwd",
]  # fmt: skip


def test_no_file_is_sent_but_media_of_the_archive(reader: Served, filled: Command) -> None:
    out, secret = filled.folder / "out", b"SECRET" * 100
    names = (
        "secret.png",
        "archiver.yml",
        "out/postimg/.hidden.png",
        "out/postimg/page.html",
        "out/.archive/secret.png",
    )
    (out / "postimg/sub").mkdir()
    for name in (*names, "out/postimg/sub/secret.png"):
        (filled.folder / name).write_bytes(secret)
    (out / "postimg/folder.png").mkdir()
    (out / "postimg/link.png").symlink_to(filled.folder / "secret.png")
    (out / "postimg/linked").symlink_to(filled.folder)
    os.mkfifo(out / "postimg/pipe.png")
    found = {}
    for path in [f"/media/{path}" for path in OUTSIDE] + [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/../../etc/passwd",
    ]:
        status, body = reader.get(path)
        if status != 404 or b"SECRET" in body or b"root:" in body or b"import" in body:
            found[path] = status
    assert found == {}
    picture = next(out.glob("postimg/*.gif"))
    assert reader.get(f"/media/postimg/{picture.name}") == (200, picture.read_bytes())


def test_body_of_a_gigabyte_is_refused_before_it_is_sent(reader: Served) -> None:
    before = memory(reader.process)
    head = (
        f"POST /add HTTP/1.1\r\nHost: 127.0.0.1:{reader.port}\r\nOrigin: {reader.home}\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {GIGABYTE}\r\n\r\n"
    )
    with closing(reader.socket()) as connection:
        connection.sendall(head.encode())
        assert rest(connection).startswith(b"HTTP/1.1 413 ")
    assert memory(reader.process) - before < 20_000_000


@pytest.mark.parametrize("length", [f"Content-Length: {GIGABYTE}", "Transfer-Encoding: chunked"])
def test_body_of_a_gigabyte_that_is_sent_is_not_read(reader: Served, length: str) -> None:
    before, sent = memory(reader.process), 0
    head = f"POST /add HTTP/1.1\r\nHost: 127.0.0.1:{reader.port}\r\nOrigin: {reader.home}\r\n{length}\r\n\r\n"
    piece = b"10000\r\n" + bytes(0x10000) + b"\r\n" if "chunked" in length else bytes(0x10000)
    with closing(reader.socket()) as connection:
        connection.sendall(head.encode())
        try:
            while sent < GIGABYTE:
                sent += connection.send(piece)
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert sent < 50_000_000  # what the buffers of the system hold, and a little
    assert memory(reader.process) - before < 20_000_000
    assert reader.get("/")[0] == 200


def test_two_hundred_connections_that_never_end_keep_nobody_out(reader: Served) -> None:
    own = f"Host: 127.0.0.1:{reader.port}\r\nOrigin: {reader.home}\r\n"
    begun = [
        b"",
        b"GET / HTTP/1.1\r\n",
        f"GET / HTTP/1.1\r\n{own}X: ".encode(),
        f"POST /add HTTP/1.1\r\n{own}Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\nx".encode(),
        f"POST /add HTTP/1.1\r\n{own}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n".encode(),
    ]
    connections = []
    try:
        for number in range(200):
            connections.append(reader.socket())
            connections[-1].sendall(begun[number % len(begun)])
        for _ in range(20):
            assert reader.get("/")[0] == 200
        descriptors = sum(1 for _ in Path(f"/proc/{reader.process.pid}/fd").iterdir())
        assert descriptors < 150
    finally:
        for connection in connections:
            connection.close()


def test_malformed_requests_are_refused_and_say_nothing(reader: Served) -> None:
    for request in (
        b"\x16\x03\x01\x00\xa5",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nA b: c\r\n\r\n",
    ):
        with closing(reader.socket()) as connection:
            connection.sendall(request + b"\r\n\r\n")
            answer = rest(connection)
        assert answer.split()[1] in (b"400", b"421")
        assert b"Traceback" not in answer
    assert reader.end() == (0, "archiver: the reader has ended\n")


def api_headers(command: Command) -> dict[str, str]:
    token = command("serve", "--new-token").out.strip()
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def test_kill_during_add_loses_nothing_and_has_nothing_twice(offline: Command) -> None:
    """What was answered as added is in the queue, whenever the reader is killed."""
    headers = api_headers(offline)
    promised: set[str] = set()
    for turn in range(6):
        with serving(offline) as served:
            for number in range(1000):
                url = numbered.address(turn * 1000 + number)
                if number == turn + 1:  # then it dies a moment later, wherever it is
                    killer = subprocess.Popen(["sh", "-c", f"sleep 0.0{turn}7; kill -9 {served.process.pid}"])
                try:
                    status, body = served.ask("POST", "/add", headers, json.dumps({"text": f"看 {url}"}).encode())
                except (OSError, HTTPException):
                    break
                assert status == 200, body
                promised |= {entry["url"] for entry in json.loads(body)["entries"] if entry["status"] == "queued"}
            killer.wait()
    listed = offline("list", "-o", "out", "--state", "due", "--json").outcomes
    urls = [row["url"] for row in listed]
    assert len(promised) >= 21
    assert promised <= set(urls)
    assert len(urls) == len(set(urls))
    assert offline("verify", "-o", "out").code == 0


def test_serve_fetch_archives_what_is_added(archiver: Command, world: World) -> None:
    world.serve(numbered.address(1), numbered.article(1))
    headers = api_headers(archiver)
    with serving(archiver, "--fetch", "--interval", "0", "--no-media") as served:
        status, _ = served.ask("POST", "/add", headers, json.dumps({"text": numbered.address(1)}).encode())
        assert status == 200
        until = time.monotonic() + 60
        while (
            json.loads(served.ask("POST", "/add", headers, json.dumps({"text": numbered.address(1)}).encode())[1])[
                "entries"
            ][0]["status"]
            != "archived"
        ):
            assert time.monotonic() < until
        assert served.end() == (0, "archiver: the reader has ended\n")
    assert len(archiver.posts) == 1


def test_serve_reads_an_archive_that_another_process_fills(archiver: Command, world: World) -> None:
    for number in range(20):
        world.serve(numbered.address(number), numbered.article(number))
    archiver.write("list.txt", *map(numbered.address, range(20)))
    with serving(archiver) as served:
        process = archiver.start(*archiver.batch_call("--no-media", "list.txt"))
        statuses = set()
        while process.poll() is None:
            statuses |= {served.get(path)[0] for path in ("/", "/queue")}
        process.communicate()
        assert process.returncode == 0
        assert statuses == {200}


SECRETS = {"token": "PLANTEDTOKEN1234567890", "key": "PLANTEDKEY1234567890", "cookie": "PLANTEDCOOKIE1234567890"}


def test_planted_secrets_and_paths_are_in_no_answer_and_no_log(filled: Command) -> None:
    (filled.folder / "password").write_text("PLANTED-password\n")
    (filled.folder / "password").chmod(0o600)
    token = filled("serve", "--new-token").out.strip()
    pasted = (
        f"{SHORT_LINK}?key={SECRETS['key']}&pass_ticket={SECRETS['token']} https://user:{SECRETS['cookie']}@x.example/"
    )
    seen: list[bytes] = []
    with serving(filled, "--password-file", "password", "-vv") as served:
        own = {"Host": f"127.0.0.1:{served.port}", "Origin": served.home}
        api = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
        form = {**own, "Content-Type": "application/x-www-form-urlencoded"}
        asked = [
            (
                "GET",
                f"/static/reader.css?token={SECRETS['token']}",
                {"Cookie": f"archiver-{served.port}={SECRETS['cookie']}"},
                None,
            ),
            ("POST", "/login", form, f"password={SECRETS['token']}".encode()),
            ("POST", "/add", {**api, "Authorization": f"Bearer {SECRETS['token']}"}, pasted.encode()),
            ("POST", "/add", api, pasted.encode()),
            ("POST", "/add", api, pasted.encode()),
            ("GET", "/media/postimg/..%2f..%2fpassword", {}, None),
            ("GET", "/queue", {"Authorization": f"Bearer {token}"}, None),
        ]
        for method, path, headers, body in asked:
            seen.append(served.ask(method, path, headers, body)[1])
        _, said = served.end()
    everything = b"\n".join([*seen, said.encode()]).decode()
    for secret in (*SECRETS.values(), "PLANTED-password", token):
        assert secret not in everything
    assert str(filled.folder) not in b"\n".join(seen).decode()
