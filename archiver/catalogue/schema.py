"""Define the tables of an archive's catalogue, and of the database with the limits of hosts (host_limits.py).

Times are in whole seconds since 1970, in UTC; NULL means "never" or "unknown". Texts are compared by their bytes in
SQLite and in PostgreSQL. Tables and columns keep the names that they had when they were added, so some differ from the
terms in the code: `addresses` contains URLs, `neighbours` contains foreign posts, and `taken_out` is the time of a
removal.
"""

from __future__ import annotations

from typing import Any

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
    TypeDecorator,
)  # fmt: skip

REVISION = "0008"  # revision of the newest migration in migrations/versions; a test compares them

tables = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
)


class ServerText(TypeDecorator[str]):
    """The type of text columns on PostgreSQL. Each character NUL, which PostgreSQL cannot store, becomes U+FFFD."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:  # noqa: ARG002
        """Return the text to store for `value`, with U+FFFD in place of each character NUL; None (NULL) for None."""
        return value.replace("\0", "\ufffd") if value else value


Time = BigInteger
Text = String().with_variant(ServerText(collation="C"), "postgresql")  # SQLite compares bytes by default
# 2^31 keys are too few for the captures of years on a server. SQLite's integers have 64 bits, but only a column of type
# INTEGER numbers its rows.
RowId = Size = BigInteger().with_variant(Integer, "sqlite")

articles = Table(
    "articles",
    tables,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # <biz>:<mid>:<idx>, or sha256:… if the page has no ids
    Column("account", Text, nullable=False),
    Column("account_id", Text, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("url", Text, nullable=False),  # the short URL if it is known
    Column("published", Time, index=True),
    Column("modified", Time),
    Column("archived", Time, nullable=False),  # time of the capture that the post shows
    Column("state", Text, nullable=False),  # state of its last page: `article`, or that of a notice instead
    Column("state_seen", Time, nullable=False),  # time at which the state was first seen
    Column("checked", Time),  # time of the last fetch that was a check (policy.counts_as_check)
    Column("taken_out", Time),  # time at which the user removed it; the row stays, so it is not fetched again
    Column("post", Text, unique=True),  # path, relative to the archive's folder
    Column("published_as", Text, index=True),  # day and slug, which must be unique for Jekyll
    Column("digest", Text, nullable=False),  # SHA-256 of the post as archiver wrote it; an edited post has another
    Column("source", Text, nullable=False),  # the source in archiver.yml whose options apply to its post, or ''
    Column("images_expected", Integer, nullable=False),
    Column("images_saved", Integer, nullable=False),
    Column("images_failed", Integer, nullable=False, index=True),
    Column("share", Float),  # share of the page's visible text that the post shows, 0 to 1
    Column("warnings", JSON, nullable=False),
    Column("removed", JSON, nullable=False),
    Column("text_key", Text, index=True),  # Article.key_without_ids of its last page; NULL: unknown
)

addresses = Table(
    "addresses",
    tables,
    Column("url", Text, primary_key=True),  # canonical: https, with only the parameters that identify the article
    Column("article_id", ForeignKey("articles.id"), index=True),
    Column("state", Text, index=True),  # state of the page of the last attempt; NULL: no page came
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),  # the source in archiver.yml that first named it, or ''
    Column("first_seen", Time, nullable=False),
    Column("tried", Time),
    Column("tries", Integer, nullable=False),
    Column("due", Time, index=True),  # time of the next fetch; NULL: never
    Column("owner", Text),  # id of the run that has the lease on it; a dead run's lease counts as free
)

UNREAD = ""  # the state of a capture that was not classified: a run is working on it, or has died

captures = Table(
    "captures",
    tables,
    Column("id", RowId, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), index=True),
    Column("url", Text, nullable=False, index=True),
    Column("final_url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("captured", Time, nullable=False),
    Column("state", Text, nullable=False),  # state of the page; UNREAD until it is classified
    Column("saved", Integer, nullable=False),  # 1: a page saved by a browser; 0: a response to a request
    Column("redacted", JSON, nullable=False),  # names of the credentials that were redacted in the page
    Column("sha256", Text, nullable=False, index=True),  # digest of the snapshot; '' if none was stored
    Column("size", Size, nullable=False),
    Column("lost", Time),  # time at which its snapshot was found to be damaged or missing
    Column("received", Time),  # time of receipt; a post shows the capture received last
    Column("source", Text, nullable=False, server_default=""),  # source in archiver.yml that named it, or ''
    Column("estimated", Integer, nullable=False, server_default="0"),  # 1: `captured` is an estimate
)

media = Table(
    "media",
    tables,
    Column("id", RowId, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # `postimg/<image-id>`, without extension
    Column("stem", Text, nullable=False),  # on disk: not `name` if another differs only in case
    Column("folded", Text, nullable=False, unique=True),  # `stem` in lower case, because many disks ignore case
    Column("path", Text, nullable=False),  # '' until it is saved
    Column("size", Size, nullable=False, index=True),  # 0 until it is saved
    Column("sha256", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why its file is missing, lost or altered; '' if it is good
    Column("tries", Integer, nullable=False),
    Column("due", Time, index=True),  # time of the next request; NULL: it is saved or given up
    Column("url", Text, nullable=False),  # address it was downloaded from; '' if saved beside a page
    Column("status", Integer),
    Column("headers", JSON, nullable=False),
    Column("received", Time),
    Column("tried", Time),  # time of its last failed request; NULL: none failed, or before this column was added
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
    Column("address", Text, primary_key=True),  # address of an album
    Column("title", Text, nullable=False),
    Column("count", Integer, nullable=False),  # number of articles in its last complete listing
    Column("listed", Time, nullable=False),
)

sources = Table(
    "sources",
    tables,
    Column("name", Text, primary_key=True),  # the title of a list, feed or album in archiver.yml
    Column("tried", Time, nullable=False),  # time of its last listing, with or without success
    Column("read", Time),  # time of its last listing with success, that is, to its end
    Column("failures", Integer, nullable=False),  # number of failed listings since then
    Column("error", Text, nullable=False),  # message of the last of these; '' if there are none
    Column("listed", Integer, nullable=False),  # number of articles in the last listing
    Column("new", Integer, nullable=False),  # number of these that had to be archived
)

folders = Table(
    "folders",
    tables,
    Column("name", Text, primary_key=True),  # path of `_posts` or a folder below it
    Column("changed", Text, nullable=False),  # its times when listed; if unchanged, `neighbours` is valid
)

foreign_posts = Table(
    "neighbours",
    tables,
    Column("name", Text, primary_key=True),  # path of a post that archiver did not write
    Column("folder", Text, nullable=False, index=True),
    Column("published_as", Text, nullable=False, index=True),
)

layout = Table(
    "layout",
    tables,
    Column("profile", Text, primary_key=True),  # for which posts and media are laid out; there is at most one row
    Column("media_prefix", Text),  # SiteOptions.media_prefix when it was laid out; NULL: the default of the profile
    Column("post_url", Text),  # SiteOptions.post_url, likewise
    Column("time_zone", Text),  # name of SiteOptions.time_zone, likewise
)

former_files = Table(
    "former_files",
    tables,
    Column("id", RowId, primary_key=True),  # ascends in the order in which an article left its profiles first
    Column("profile", Text, nullable=False),  # in whose layout the file lay
    Column("path", Text, nullable=False, index=True),
    Column("sha256", Text, nullable=False),  # digest of the file as archiver wrote it
    Column("address", Text, nullable=False),  # of the post on the site of this profile, '' if that is not known
    Column("leftover", Integer, nullable=False, index=True),  # 1: it may still lie there and is to be deleted
    Column("article_id", ForeignKey("articles.id"), index=True),  # whose post it was; NULL: it is a medium
)

runs = Table(
    "runs",
    tables,
    Column("id", Text, primary_key=True),
    Column("command", Text, nullable=False),
    Column("started", Time, nullable=False),
    Column("ended", Time),
    Column("exit_code", Integer),
    Column("counts", JSON, nullable=False),  # number of SOURCEs by Outcome.outcome
)

search_queue = Table(
    "search_queue",
    tables,
    Column("key", Text, primary_key=True),  # of an article that changed; it may be gone since
    Column("changes", BigInteger, nullable=False),  # how often, so that a change during an update is not lost
)

# Only on a server: which archive the catalogue belongs to.
server_tables = MetaData()

owner_table = Table(
    "archive",
    server_tables,
    Column("id", Text, primary_key=True),  # equal to the content of the file `catalogue-id` in the archive's folder
    Column("folder", Text, nullable=False),  # path of that folder
    Column("populated", Integer, nullable=False),  # 1: everything in the archive's folder was added
)

workers = Table(
    "workers",
    server_tables,
    Column("id", Text, primary_key=True),  # id of a run that is working, on any machine
    Column("host", Text, nullable=False),  # name of the machine
    Column("started", Float, nullable=False),  # both times are the server's
    Column("beat", Float, nullable=False),  # time of its last sign of life
)

Index("ix_articles_account_published", articles.c.account, articles.c.published)
Index("ix_former_files_profile_article_id", former_files.c.profile, former_files.c.article_id, unique=True)

# The database of the machine, which all archives of a user share: a policy.HostState for each host. Times in it have
# fractions of seconds.
machine = MetaData()


def _limits() -> tuple[Column[Any], ...]:
    """Return the columns of a table with the limits of hosts."""
    return (
        Column("free", Float, nullable=False),  # next_request_at
        Column("interval", Float, nullable=False),  # interval: length in seconds of the pause that ends at `free`
        Column("walled", Float, nullable=False),  # blocked_at: time at which the last cool-down began
        Column("cool", Float, nullable=False),  # cooldown: seconds without requests after `walled`
        Column("long_walls", Integer, nullable=False),  # long_link_blocks: verification pages on long links in a row
    )


hosts = Table("hosts", machine, Column("host", Text, primary_key=True), *_limits())

# The same on a server, for machines that share a catalogue. An egress is an address from which requests are sent.
egresses = MetaData()

egress_hosts = Table(
    "egress_hosts",
    egresses,
    Column("egress", Text, primary_key=True),  # its name
    Column("host", Text, primary_key=True),
    *_limits(),
)

egress_names = Table(
    "egress_names",
    egresses,
    Column("name", Text, primary_key=True),
    Column("address", Text, nullable=False, index=True),  # of the proxy, or the name of the machine
    Column("since", Float, nullable=False),  # time since which it has this address; the first name of one is the egress
)
