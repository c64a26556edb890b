"""Keep blobs as objects in a bucket of an S3 service. Only this module uses obstore.

The extra `cluster` installs it. The keys that open the bucket come from the environment (AWS_ACCESS_KEY_ID, …) or from
the machine's role.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from typing_extensions import override

from archiver.errors import ConfigError, StoreAway
from archiver.messages.message import message
from archiver.storage.blobs import BlobName, Blobs, BlobStat, OpenedBlob

if TYPE_CHECKING:
    from obstore.store import S3Store

_log = logging.getLogger(__name__)

_SCHEME = "s3://"
_OWNER = "archive-id"  # the object that has the id of the archive to which all objects of the prefix belong
_LOST = "lost"  # folder in the store to which damaged and unknown objects are moved
_CONNECT_TIMEOUT = timedelta(seconds=10)
_TIMEOUT = timedelta(minutes=5)  # of one request: a film of 200 MB takes that long at 5 Mbit/s
_MAX_RETRIES = 5  # of a request that the service did not answer or answered with 5xx, with growing pauses
_RETRY_TIMEOUT = timedelta(minutes=1)  # since the first try; no other one begins later
_NO_BUCKET = "NoSuchBucket"  # the code by which S3 tells a missing bucket from a missing object
_REFUSED = message(
    "refuses: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a user who may list the bucket, and read, write and "
    "delete its objects"
)


class Objects(Blobs):
    """The blobs of an archive as objects at `url`, such as `s3://bucket/prefix`.

    With `is_dry`, nothing is stored or deleted. The constructor raises ConfigError if obstore is not installed or the
    environment has an invalid option; it connects to nothing. An object is durable once `put` returns. It also has the
    path of its file as the attribute `path`, so that people can tell what it is without the catalogue.

    One prefix is for one archive (see `belong_to`), whose id is in an object of the prefix.
    """

    is_local = False

    def __init__(self, url: str, *, is_dry: bool = False) -> None:
        self._url, self._is_dry = url.rstrip("/"), is_dry
        self._archive_id: Callable[[bool], str] | None = None
        self._is_owned = True  # whether it is certain that the prefix belongs to this archive
        self._owning = threading.Lock()
        self._store = _open(self._url)

    @override
    def belong_to(self, archive_id: Callable[[bool], str]) -> None:
        self._archive_id, self._is_owned = archive_id, False

    @override
    def prepare(self) -> None:
        self.is_empty()
        owner = self._owner()
        if owner and self._archive_id is not None:
            self._require_owner(owner, self._archive_id(False))

    @override
    def is_empty(self) -> bool:
        import obstore

        with self._converted():
            return next(iter(obstore.list(self._store, chunk_size=1)), None) is None

    @override
    def place(self, name: BlobName) -> str:
        return f"{self._url}/{name.key}"

    @override
    def listed_name(self, name: BlobName) -> str:
        return self.place(name)

    @override
    def put(self, name: BlobName, content: bytes, *, proves_itself: bool = False) -> None:
        if self._is_dry:
            return
        self.take()
        with self._converted():
            self._store.put(name.key, content, attributes={"path": quote(name.path)}, use_multipart=False)
        _log.debug("%s: stored, %d bytes", self.place(name), len(content))

    @override
    def open(self, name: BlobName) -> OpenedBlob:
        with self._converted():
            return io.BytesIO(self._store.get(name.key).bytes().to_bytes())

    @override
    def stat(self, name: BlobName) -> BlobStat | None:
        try:
            with self._converted():
                found = self._store.head(name.key)
        except FileNotFoundError:
            return None
        return BlobStat(found["size"], found["last_modified"].timestamp())

    @override
    def set_modified(self, name: BlobName, modified: float) -> None:
        pass  # an object always has the time at which it was stored

    @override
    def delete(self, name: BlobName) -> None:
        if self._is_dry:
            return
        self.take()
        with self._converted():
            self._store.delete(name.key)
        _log.debug("%s: deleted", self.place(name))

    @override
    def list(self, folder: BlobName) -> Iterator[str]:
        with self._converted():
            for batch in self._store.list(f"{folder.key}/"):
                yield from (f"{self._url}/{found['path']}" for found in batch)

    @override
    def set_aside(self, name: str) -> str | None:
        key = name.removeprefix(f"{self._url}/")
        if key == name:
            return None
        self.take()
        aside = f"{_LOST}/{key}"
        try:
            with self._converted():
                self._store.rename(key, aside)
        except FileNotFoundError:
            return ""
        _log.info("%s: moved to %s/%s", name, self._url, aside)
        return f"{self._url}/{aside}"

    @override
    def take(self) -> None:
        """Make sure that the prefix belongs to this archive; raise ConfigError if it belongs to another one.

        A prefix without an owner becomes this archive's. Of two archives that try this at the same time, one succeeds:
        the service creates the object only once. One that overwrites it nevertheless is noticed by reading it again.
        """
        if self._is_owned:
            return
        from obstore.exceptions import AlreadyExistsError

        assert self._archive_id is not None
        with self._owning:
            own_id = self._archive_id(True)
            if not self._owner():
                with self._converted(), suppress(AlreadyExistsError):
                    self._store.put(_OWNER, f"{own_id}\n".encode(), mode="create")
                _log.info("%s: belongs to this archive now, %s", self._url, own_id)
            self._require_owner(self._owner(), own_id)
            self._is_owned = True

    def _owner(self) -> str:
        """Return the id of the archive to which the prefix belongs; '' if it belongs to none yet."""
        if self._archive_id is None:
            return ""
        try:
            with self._converted():
                return self._store.get(_OWNER).bytes().to_bytes().decode(errors="replace").strip()
        except FileNotFoundError:
            return ""

    def _require_owner(self, owner: str, own_id: str) -> None:
        if owner != own_id:
            raise ConfigError(
                message(
                    "another archive keeps its objects here ({owner}): name another prefix in `store:`. If it is "
                    "this archive, whose folder was lost, write {owner} to .archive/catalogue-id",
                    owner=owner,
                ),
                concerns=self._url,
            )

    @contextmanager
    def _converted(self) -> Iterator[None]:
        """Convert the errors of obstore to FileNotFoundError, ConfigError and StoreAway."""
        from obstore import exceptions

        try:
            yield
        except FileNotFoundError as error:
            if _NO_BUCKET in str(error):
                raise self._no_bucket() from error
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise ConfigError(_REFUSED, concerns=self._url) from error
        except (exceptions.BaseError, OSError) as error:
            if _NO_BUCKET in str(error):
                raise self._no_bucket() from error
            said = message("{said}: run the command again when the store can be reached", said=_first_line(error))
            raise StoreAway(said, concerns=self._url) from error

    def _no_bucket(self) -> ConfigError:
        return ConfigError(message("there is no such bucket: make it, or correct `store:`"), concerns=self._url)


def _open(url: str) -> S3Store:
    try:
        from obstore import exceptions
        from obstore.store import S3Store
    except ModuleNotFoundError as error:
        raise ConfigError(message("needs obstore: pip install 'archiver[cluster]'"), concerns="store") from error
    bucket, _, prefix = url.removeprefix(_SCHEME).partition("/")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    try:
        return S3Store(
            bucket, prefix=prefix or None,
            client_options={
                "connect_timeout": _CONNECT_TIMEOUT, "timeout": _TIMEOUT, "allow_http": endpoint.startswith("http://")
            },
            retry_config={"max_retries": _MAX_RETRIES, "retry_timeout": _RETRY_TIMEOUT},
        )  # fmt: skip
    except (exceptions.BaseError, ValueError) as error:
        raise ConfigError(message("cannot be opened ({reason})", reason=_first_line(error)), concerns=url) from error


def _first_line(error: Exception) -> str:
    """Return the first line of a message of obstore; the others are for its developers."""
    return " ".join(str(error).strip().partition("\n")[0].split())
