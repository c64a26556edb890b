"""Buckets of an S3 service on loopback: moto's server, in an environment of its own (.moto)."""

from __future__ import annotations

import re
import secrets
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import obstore
from obstore.store import S3Store

from tests.support.paths import MOTO

_READY = re.compile(rb"Running on (http://127\.0\.0\.1:\d+)")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server that runs in this block."""
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [MOTO, "-H", "127.0.0.1", "-p", "0"], stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
        )  # fmt: skip
    try:
        while not (found := _READY.search(log.read_bytes())):
            assert process.poll() is None, log.read_text()
        yield found[1].decode()
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """A bucket, looked at without archiver."""

    name: str
    endpoint: str
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
        object.__setattr__(self, "environment", {**keys, "AWS_ENDPOINT_URL": self.endpoint})

    @classmethod
    def new(cls, endpoint: str) -> Bucket:
        """An empty bucket with a new name."""
        name = f"archive-{secrets.token_hex(8)}"
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")).close()
        return cls(name=name, endpoint=endpoint)

    @property
    def url(self) -> str:
        """What `store` says of a place in it."""
        return f"s3://{self.name}/wechat"

    @property
    def store(self) -> S3Store:
        """The bucket."""
        return S3Store(
            self.name, endpoint=self.endpoint, access_key_id="key", secret_access_key="secret", region="us-east-1",
            client_options={"allow_http": True},
        )  # fmt: skip

    @property
    def keys(self) -> list[str]:
        """The names of all objects in the archive's place."""
        found = [each["path"] for batch in obstore.list(self.store) for each in batch]
        assert all(key.startswith("wechat/") for key in found)
        return sorted(key.removeprefix("wechat/") for key in found)

    def read(self, key: str) -> bytes:
        """The content of an object."""
        return obstore.get(self.store, f"wechat/{key}").bytes().to_bytes()

    def write(self, key: str, content: bytes) -> None:
        """Puts an object."""
        obstore.put(self.store, f"wechat/{key}", content)

    def delete(self, key: str) -> None:
        """Takes an object away."""
        obstore.delete(self.store, f"wechat/{key}")
