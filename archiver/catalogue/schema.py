"""The tables of an archive's catalogue. Times are whole seconds since 1970 in UTC; NULL is "never" or "not known".

Written for SQLite and for PostgreSQL: no type and no statement that only one of them has.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)  # fmt: skip

REVISION = "0004"  # the newest of migrations/versions; a test holds that this is so

tables = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
)

Time = BigInteger

articles = Table(
    "articles",
    tables,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),  # <biz>:<mid>:<idx>, or sha256:… of a page without them
    Column("account", String, nullable=False),
    Column("account_id", String, nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("type", String, nullable=False),
    Column("url", String, nullable=False),  # the short address where known
    Column("published", Time, index=True),
    Column("modified", Time),
    Column("archived", Time, nullable=False),  # of the capture that the post shows
    Column("state", String, nullable=False),  # of its last page: `article`, or the notice that stands there now
    Column("state_seen", Time, nullable=False),  # since when it is known
    Column("checked", Time),  # when its page was last asked for, with an answer
    Column("taken_out", Time),  # by a person: the row stays, so that it is not archived again
    Column("post", String, unique=True),  # from the archive's folder
    Column("published_as", String, index=True),  # day and slug: what Jekyll must not publish twice
    Column("digest", String, nullable=False),  # SHA-256 of the post as we wrote it: another one is a person's work
    Column("source", String, nullable=False),  # the source of archiver.yml whose options it follows, or ''
    Column("images_expected", Integer, nullable=False),
    Column("images_saved", Integer, nullable=False),
    Column("images_failed", Integer, nullable=False, index=True),
    Column("share", Float),  # of the page's visible text that the post shows
    Column("warnings", JSON, nullable=False),
    Column("removed", JSON, nullable=False),
)

addresses = Table(
    "addresses",
    tables,
    Column("url", String, primary_key=True),  # https, only the parameters that live
    Column("article_id", ForeignKey("articles.id"), index=True),
    Column("state", String, index=True),  # of the page last seen there; NULL: no page was ever read
    Column("reason", String, nullable=False),
    Column("source", String, nullable=False),  # the source of archiver.yml that named it first, or ''
    Column("first_seen", Time, nullable=False),
    Column("tried", Time),
    Column("tries", Integer, nullable=False),
    Column("due", Time, index=True),  # when to ask (again); NULL: never
    Column("owner", String),  # the run that works on it; free again when that run has died
)

UNREAD = ""  # the state of a page that is kept and that nobody has read: a run works on it, or died

captures = Table(
    "captures",
    tables,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), index=True),
    Column("url", String, nullable=False, index=True),
    Column("final_url", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("captured", Time, nullable=False),
    Column("state", String, nullable=False),  # what it was; UNREAD, without an article, until it is read
    Column("saved", Integer, nullable=False),  # 1: a page saved by a browser, not a response
    Column("redacted", JSON, nullable=False),  # names of the credentials that were taken out of it
    Column("sha256", String, nullable=False, index=True),  # of the snapshot; '' when none was kept
    Column("size", Integer, nullable=False),
    Column("lost", Time),  # when its snapshot was found to be damaged or missing
    Column("received", Time),  # when it was kept: of an article's captures the last one received is shown
    Column("source", String, nullable=False, server_default=""),  # of archiver.yml, by which it came
    Column("estimated", Integer, nullable=False, server_default="0"),  # 1: `captured` is not from a record
)

media = Table(
    "media",
    tables,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),  # `postimg/<image-id>`, without extension
    Column("stem", String, nullable=False),  # the name it has on disk, which may be a safe one
    Column("folded", String, nullable=False, unique=True),  # two names that differ by case are one on macOS
    Column("path", String, nullable=False),  # '' until it is saved
    Column("size", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("reason", String, nullable=False),  # why it could not be saved
    Column("tries", Integer, nullable=False),
    Column("due", Time, index=True),  # when to ask again; NULL: saved, or given up
    Column("url", String, nullable=False),  # that gave it; '' when it came from a saved page
    Column("status", Integer),
    Column("headers", JSON, nullable=False),
    Column("received", Time),
)

article_media = Table(
    "article_media",
    tables,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("media_id", ForeignKey("media.id"), primary_key=True, index=True),
)

listings = Table(
    "listings",
    tables,
    Column("address", String, primary_key=True),  # of an album
    Column("title", String, nullable=False),
    Column("count", Integer, nullable=False),  # articles that its last complete listing named
    Column("listed", Time, nullable=False),
)

folders = Table(
    "folders",
    tables,
    Column("name", String, primary_key=True),  # of `_posts` or below, from the archive's folder
    Column("changed", String, nullable=False),  # when: unless it has since, `neighbours` is right
)

foreign_posts = Table(
    "neighbours",
    tables,
    Column("name", String, primary_key=True),  # of a post that is not ours, from the archive's folder
    Column("folder", String, nullable=False, index=True),
    Column("published_as", String, nullable=False, index=True),
)

runs = Table(
    "runs",
    tables,
    Column("id", String, primary_key=True),
    Column("command", String, nullable=False),
    Column("started", Time, nullable=False),
    Column("ended", Time),
    Column("exit_code", Integer),
    Column("counts", JSON, nullable=False),  # outcomes by their word
)

Index("ix_articles_account_published", articles.c.account, articles.c.published)

# The machine's own database, which all archives of a user share: when a host may be asked next.
machine = MetaData()

hosts = Table(
    "hosts",
    machine,
    Column("host", String, primary_key=True),
    Column("free", Float, nullable=False),  # when the next request may leave
    Column("interval", Float, nullable=False),  # that was asked for when `free` was set
    Column("walled", Float, nullable=False),  # when the wall was met last
    Column("cool", Float, nullable=False),  # seconds of silence after `walled`; 0: no wall since the last page
    Column("long_walls", Integer, nullable=False),  # in a row, on long addresses
)
