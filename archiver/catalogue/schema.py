"""The tables of an archive's catalogue and of the machine's database.

A time is in whole seconds since 1970, in UTC; NULL means "never" or "not known". Only types are used that SQLite and
PostgreSQL both have. A column keeps the name of the version that added it, so some names are older than the code's
words: `addresses` holds URLs, `neighbours` foreign posts, `taken_out` is the time of a removal.
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

REVISION = "0004"  # the newest of migrations/versions, which a test checks

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
    Column("url", String, nullable=False),  # the short URL where known
    Column("published", Time, index=True),
    Column("modified", Time),
    Column("archived", Time, nullable=False),  # of the capture that the post shows
    Column("state", String, nullable=False),  # of its last page: `article`, or the state of the notice in its place
    Column("state_seen", Time, nullable=False),  # since when the state is known
    Column("checked", Time),  # when a fetch last counted as a check (policy.counts_as_check)
    Column("taken_out", Time),  # when a person removed it: the row stays, so it is not archived again
    Column("post", String, unique=True),  # its path, relative to the archive's folder
    Column("published_as", String, index=True),  # day and slug: what Jekyll must not publish twice
    Column("digest", String, nullable=False),  # SHA-256 of the post as archiver wrote it; another: it was edited
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
    Column("url", String, primary_key=True),  # canonical: https, without the parameters that do not name the article
    Column("article_id", ForeignKey("articles.id"), index=True),
    Column("state", String, index=True),  # of the page last seen there; NULL: no page ever came
    Column("reason", String, nullable=False),
    Column("source", String, nullable=False),  # the source of archiver.yml that named it first, or ''
    Column("first_seen", Time, nullable=False),
    Column("tried", Time),
    Column("tries", Integer, nullable=False),
    Column("due", Time, index=True),  # when to fetch it (again); NULL: never
    Column("owner", String),  # id of the run that has the lease on it; a dead run's lease counts as free
)

UNREAD = ""  # the state of a capture that has not been classified: a run works on it, or died

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
    Column("state", String, nullable=False),  # what it was; UNREAD, without an article, until it is classified
    Column("saved", Integer, nullable=False),  # 1: a page saved by a browser, not a response
    Column("redacted", JSON, nullable=False),  # names of the credentials that were redacted
    Column("sha256", String, nullable=False, index=True),  # of the snapshot; '' when none was kept
    Column("size", Integer, nullable=False),
    Column("lost", Time),  # when its snapshot was found to be damaged or missing
    Column("received", Time),  # when it was stored: the post shows the article's last one
    Column("source", String, nullable=False, server_default=""),  # the source of archiver.yml that named it, or ''
    Column("estimated", Integer, nullable=False, server_default="0"),  # 1: no record says when it was captured
)

media = Table(
    "media",
    tables,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),  # `postimg/<image-id>`, without extension
    Column("stem", String, nullable=False),  # its name on disk: not `name` if another's differs only in case
    Column("folded", String, nullable=False, unique=True),  # `stem` in lower case: many disks ignore case
    Column("path", String, nullable=False),  # '' until it is saved
    Column("size", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("reason", String, nullable=False),  # why it is not saved; '' when it is
    Column("tries", Integer, nullable=False),
    Column("due", Time, index=True),  # when to ask for it again; NULL: saved, or given up
    Column("url", String, nullable=False),  # where it came from; '' for the folder beside a saved page
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
    Column("name", String, primary_key=True),  # path of `_posts` or a folder below it
    Column("changed", String, nullable=False),  # its times when listed; while they hold, `neighbours` is valid
)

foreign_posts = Table(
    "neighbours",
    tables,
    Column("name", String, primary_key=True),  # path of a post that archiver did not write
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
    Column("counts", JSON, nullable=False),  # number of SOURCEs by Outcome.outcome
)

Index("ix_articles_account_published", articles.c.account, articles.c.published)

# The machine's own database, which all archives of a user share: policy.HostState by host, times with fractions.
machine = MetaData()

hosts = Table(
    "hosts",
    machine,
    Column("host", String, primary_key=True),
    Column("free", Float, nullable=False),  # next_request_at
    Column("interval", Float, nullable=False),  # seconds that were asked for when `free` was set
    Column("walled", Float, nullable=False),  # blocked_at: when the verification page came last
    Column("cool", Float, nullable=False),  # cooldown: seconds without requests after `walled`
    Column("long_walls", Integer, nullable=False),  # long_link_blocks: verification pages on long links in a row
)
