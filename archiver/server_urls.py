"""Check the addresses of servers in settings: that of a database, and that of a place in an object storage."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from archiver.messages.message import message

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # the names that S3 allows
_PREFIX = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]+")  # characters that mean the same in every address and shell


def check_catalogue_url(url: str) -> None:
    """Raise ValueError if `url` is not the URL of a PostgreSQL database, or if it contains a password.

    Other users of the machine can read the settings and arguments of a process, so a password is refused.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(message("write postgresql://HOST/DATABASE, or leave it out to use a file in the archive"))
    names = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    has_login_elsewhere = "@" in f"{parts.path}{parts.query}{parts.fragment}"  # a password with `/`, `?` or `#` in it
    if parts.password is not None or has_login_elsewhere or parts.fragment or names & {"password", "sslpassword"}:
        raise ValueError(
            message("take the password out of the URL, and write it to ~/.pgpass or the file in PGPASSFILE")
        )


def check_store_url(url: str) -> None:
    """Raise ValueError if `url` is not `s3://BUCKET` or `s3://BUCKET/PREFIX`, or if it contains a key.

    Other users of the machine can read the settings and arguments of a process, so keys are refused.
    """
    if not url.isprintable() or not url.startswith("s3://"):
        raise ValueError(message("write s3://BUCKET/PREFIX, or leave it out to keep files in the archive"))
    if "@" in url or "?" in url or "#" in url:
        raise ValueError(
            message("take the keys out of the address, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        )
    bucket, *folders = url.removeprefix("s3://").removesuffix("/").split("/")
    if not _BUCKET.fullmatch(bucket) or not all(map(_PREFIX.fullmatch, folders)):
        raise ValueError(
            message("a bucket has 3 to 63 lower-case letters, digits, `-.`; a prefix has letters, digits, `-_.`")
        )
