"""Define the contract of the catalogue, the database that records the articles, URLs, captures and media of an archive.

`CatalogueProtocol` is the catalogue of one archive, with an attribute for each subject: `catalogue.articles`,
`catalogue.urls` and so on. The module is long because it declares every method and says what each promises; it has no
code. All methods, on SQLite and on PostgreSQL, keep this contract:

Threads
    Any method may be called from any thread at any time. Each call uses its own database connection.

Other processes
    Several runs may use one catalogue at the same time.

    Writing: A method that writes is one transaction, unless its docstring says otherwise. It is committed completely or
    not at all. If the database rolls it back because of another transaction, it is repeated. No other run can change
    the rows on which a transaction relies: SQLite lets only one transaction write at a time, and on PostgreSQL these
    rows are locked. A method that has waited half a minute for another run's transaction raises OutputError.

    Reading: A method that reads sees only committed rows, all as they were at one moment. An iterator reads rows while
    it is consumed.

    Between two calls, another run may change the catalogue. A caller that must prevent this holds the lock on the
    archive's posts, or first takes the lease on a URL (`urls.claim`). While a run has the lease, no other run works on
    the URL.

Time
    Every datetime in an argument must be timezone-aware; every returned datetime is in China's time zone. Times are
    stored in whole seconds. The current time comes from the constructor's `now`, which tests replace. A lease has no
    time: it ends when its run ends, which other runs find out by the run's lock.

Order of writing
    Files are written before rows: a row that names a file is written only after the file is durable on disk. So a run
    that dies may leave files that no row names; recovery finds them. It never leaves a row that names a missing file.

Lifecycle
    The constructor touches no file and opens no connection. `open`, or the first method that uses the database, creates
    missing files, folders and tables, and migrates an older schema. Before a migration, a SQLite file is copied to the
    folder `backup`; a database on a server is not. `close` frees the leases of this run and may be called more than
    once.

Errors
    A method raises OutputError if the database cannot be read or written; the message says what the user can do. Its
    subclass DamagedCatalogue means that the database is damaged or has a row that archiver cannot have written. Its
    subclass CatalogueAway means that the server cannot be reached now: nothing is lost, and the same call may succeed
    later. ConfigError means that the setting `catalogue`, the URL of a server, is wrong. Errors of SQLAlchemy and of
    the drivers never reach the caller.

Decisions, such as when to try again, are made in policy.py; the catalogue stores them.

The module is long because it has the whole contract in one place, and nothing but declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from archiver.catalogue.leases import Claim
from archiver.catalogue.salvage import Salvage
from archiver.models import (
    ArchiveTransaction,
    Article,
    ArticleRecord,
    Capture,
    ExpectedFile,
    LocalFile,
    Page,
    Target,
    Tombstone,
    UrlRecord,
)
from archiver.models.books import DayOfArticles
from archiver.models.browsing import ArticleGroup, DayCounts, Neighbours
from archiver.models.feeds import KeptArticle
from archiver.models.layout import FormerFile, Layout, Move
from archiver.models.reports import SourceReport
from archiver.models.requests import BrowseRequest
from archiver.models.status import ArticleCounts, MediaCounts, PageCounts, RunRecord, SourceRecord, UrlCounts


class UrlStore(Protocol):
    """The table of all URLs that were given to archiver or that led to an article.

    Methods that return an iterator read rows while the caller consumes it. Changes that other runs make during that
    time may or may not be included.
    """

    def check_rows(self) -> None:
        """Read all rows of the table to find damage; raise DamagedCatalogue at a row that cannot be converted."""

    def find(self, targets: Iterable[Target]) -> dict[str, UrlRecord]:
        """Return the records of the URLs of `targets`, by URL; unknown URLs are left out.

        If a long URL has not led to an article yet, the ids in its parameters are looked up. If an article with these
        ids is in the catalogue, the URL is included, with this article in its record.
        """

    def add_unknown(self, targets: Iterable[Target], source: str = "") -> None:
        """Add those URLs of `targets` that are not in the table, as due now. A linked target is never due by itself.

        If this run ends before it has fetched them, later runs do. `source` is the name of the list, feed or
        album in archiver.yml that contained the URLs, '' if none did. The URLs are added in several
        transactions. A row that another run adds at the same time is kept as it is.
        """

    def enqueue(self, due: Mapping[str, datetime]) -> set[str]:
        """Record when URLs are due that have no article and no such time yet, and return them. Add new ones.

        `due` maps each URL to the time. This is one transaction. When it returns, its rows outlast even a power
        failure, because nothing else has the URLs that a user pasted. If several runs enqueue a URL at the same time,
        exactly one of the calls returns it.
        """

    def claim(self, target: Target) -> Claim:
        """Reserve a URL for this run, so that no other run works on it; return whether this succeeded, as a Claim.

        The reservation is called a lease. It is refused if a living run, even this one, already has the lease. If
        several runs or threads claim a URL at the same time, exactly one gets the lease. The lease ends with `release`,
        with ArticleStore.record, or at the end of this run. The result also has the record of the
        URL before the claim.
        """

    def release(self, url: str) -> None:
        """Free the lease of this run on a URL; do nothing if this run does not have the lease.

        The lease of another run is never freed.
        """

    def rest(self, url: str, until: datetime, reason: str = "") -> None:
        """Let no run fetch a URL before the time `until`; do nothing if it is due later or never.

        A `reason` other than '' is recorded as the error of the last attempt.
        """

    def count_due(self) -> int:
        """Return the number of URLs that `due_now` yields."""

    def due_now(self, limit: int | None = None) -> Iterator[UrlRecord]:
        """Yield the records of the URLs that are due to be fetched now, the longest overdue first.

        With `limit`, yield at most so many.

        URLs that are due since the same second come in alphabetical order.

        URLs that led to an article are left out; ArticleStore.due_for_recheck decides when they are fetched again.
        """

    def waiting(self) -> Iterator[UrlRecord]:
        """Yield the records of the URLs that will be due at a later time.

        URLs that led to an article are left out.
        """

    def queue(self) -> Iterator[UrlRecord]:
        """Yield the records of the URLs that `due_now` and `waiting` yield, the earliest added first."""

    def in_state(self, state: str) -> Iterator[UrlRecord]:
        """Yield the records of the URLs whose last fetch returned a page in this state, the earliest fetched first.

        `state` is a value of State, such as 'deleted'. URLs that led to an article are left out. So are URLs whose last
        fetch returned no page, whatever an earlier fetch returned.
        """

    def of_article(self, key: str) -> list[UrlRecord]:
        """Return the records of all URLs that led to the article with this key."""


class ArticleStore(Protocol):
    """The table of articles, including those that the user removed.

    Methods that return an iterator read rows while the caller consumes it. Changes that other runs make during that
    time may or may not be included.
    """

    def find_by_key(self, key: str) -> ArticleRecord | None:
        """Return the record of the article with this key; None if there is none."""

    def find(self, article: Article) -> ArticleRecord | None:
        """Return the record of an article that was extracted from a page; None if there is none.

        WeChat's ids decide if the page contains them and the article was recorded with them. A page that a browser
        saved may have lost its ids. Then it is recognised by its address, or by its account, title and text; see
        `is_same_article` in archiver/recognition.py.
        """

    def find_by_post(self, post: str) -> ArticleRecord | None:
        """Return the record of the article whose post has the path `post`; None if there is none.

        The path is relative to the archive's folder.
        """

    def find_by_snapshot(self, sha256: str) -> ArticleRecord | None:
        """Return the record of the article in the snapshot with this SHA-256 digest.

        Return None if the snapshot is unknown, is marked as lost, or holds no article.
        """

    def posts_published_as(self, address: str) -> list[str]:
        """Return the paths of the articles' posts that the site publishes at this address; [] if there are none.

        `address` is a result of the profile's `published_name`, such as '2024-05-31-title'. Posts for which that method
        returns the same text overwrite each other on the site. Paths are relative to the archive's folder.
        """

    def query(
        self,
        *,
        account: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        state: str = "",
        incomplete_below: float | None = None,
    ) -> Iterator[ArticleRecord]:
        """Yield the records of the articles that meet every given condition, the earliest published first.

        Articles without a time of publication come before all others. An argument that is '' or None sets no condition.
        `account` is the name or the id (`gh_…`) of an account. `since` (inclusive) and `until` (exclusive) limit the
        time of publication. `state` is the state of the page, such as 'deleted'. Removed articles are yielded only if
        `state` is 'taken-out' (the constant REMOVED of articles.py). Then no others are yielded.

        `incomplete_below` is a share from 0 to 1, such as 0.9. It selects each article that lacks an image, and each
        article whose post shows a smaller share than this of the page's text.
        """

    def keys(self) -> Iterator[str]:
        """Yield the key of every article that was not removed, in the order in which the articles were recorded.

        The caller may change the catalogue during the iteration, because the keys are read in chunks and no transaction
        is open while they are yielded.
        """

    def due_for_recheck(self, every: float, limit: int) -> list[ArticleRecord]:
        """Return at most `limit` articles whose pages are due for a recheck, the longest overdue first.

        `every` is the shortest interval between rechecks in seconds; policy.recheck_at lengthens it for old articles.
        Articles that were removed, that have no URL, or whose page is gone for good are left out. An article whose last
        fetch failed is left out until its URL is due.
        """

    def count_due_for_recheck(self, every: float) -> int:
        """Return the number of articles that `due_for_recheck` would return without a limit."""

    def mark_checked(self, key: str) -> None:
        """Record that the page of the article was fetched now and has not changed.

        The URLs of the article are then no longer due; `due_for_recheck` decides about the next fetch. If
        several runs do this at the same time, the last one counts.
        """

    def count(self) -> int:
        """Return the number of articles that were not removed."""

    def accounts(self) -> list[str]:
        """Return the names of the accounts of all articles that were not removed, each once.

        They are in the order of their Unicode code points. The name '' is among them if an article has no account.
        """

    def record(self, entry: ArchiveTransaction, published_as: str = "", source: str = "") -> None:
        """Write the result for one SOURCE in one transaction, and free the lease on its URL.

        All files that `entry` names must be durable on disk before this call. If the method raises an error, nothing is
        recorded. Raise LeaseLost if this run has no longer the lease on `entry.claimed`: another run took it over,
        because this one gave no sign of life.

        `source` is the name of the list, feed or album in archiver.yml that contained the SOURCE, '' if none did.
        `published_as` is the profile's `published_name` of the post, such as '2024-05-31-title', by which
        `posts_published_as` finds the post; '' if there is no post.

        Several runs may record the same article at the same time, even from different URLs. Then the article has one
        row, with the values of the run that was last, and every capture and URL is kept.
        """


class CaptureStore(Protocol):
    """The table of all pages that were received, with the digests of their snapshots.

    A new capture has the state UNREAD. It gets another State when its page has been classified, for example as an
    article or a notice. The methods that return captures leave out UNREAD ones, because it is not known yet what they
    contain.
    """

    def of_article(self, key: str) -> list[Capture]:
        """Return the captures of an article in order of their time of capture; [] for an unknown key."""

    def current(self, key: str) -> Capture | None:
        """Return the capture that an article's post shows; None if there is none.

        This is the article's last received capture that holds the article. It may have been captured earlier than
        others: a page that a browser saved long ago may be received today.
        """

    def newest(self, limit: int) -> list[Capture]:
        """Return the last captures that a server sent, at most `limit` of them, the last one first.

        Pages that a browser saved and captures with the state UNREAD are left out.
        """

    def check_rows(self) -> None:
        """Read the rows of the table to find damage; raise DamagedCatalogue at a row that cannot be converted.

        UNREAD rows are not checked.
        """

    def with_digest(self, sha256: str) -> list[Capture]:
        """Return the captures whose snapshot has this digest, in the order in which they were added.

        Captures with the state UNREAD are left out.
        """

    def receive(self, page: Page, sha256: str, source: str = "", received: datetime | None = None) -> None:
        """Add a row with the state UNREAD for a page that was received and stored, before the page is parsed.

        `sha256` is the digest of the page's snapshot. `received` is the time of receipt that is recorded in the
        snapshot file; None means now. `source` is the name of the list, feed or album in archiver.yml that contained
        the page's address or path, '' if none did.

        Later, ArticleStore.record writes the state of the page, or `discard` deletes the row. If neither
        happens, the run has died. Each call adds one row, even if other runs receive the same page.
        """

    def discard(self, sha256: str) -> bool:
        """Forget a page that was received but is not to be kept, for example because nothing has changed in it.

        The last added UNREAD capture with this digest is deleted. Captures in other states are never deleted. Return
        whether the caller must keep the snapshot, because another capture has the same digest.
        """


class MediaStore(Protocol):
    """The table of all media that articles show.

    Methods identify a medium by its name. The name of an image is `postimg/<image-id>`, or `postimg/<digest of its
    URL>` if it has no id at WeChat. The name of an audio or video is `media/<digest of its URL>`. See `media_name` in
    archiver/writer/names.py. On disk a medium is usually saved under its name plus an extension.
    """

    def reserve(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        """Decide and record where each medium is saved; return (stems, files).

        `stems` maps the name of each medium to its stem: the path of its file, without the extension. `files` maps the
        name of each medium that is already saved to its file. Paths are relative to the archive's folder.

        `names` maps the name of each medium to its safe name, such as `postimg/Ab_C` to `postimg/abc-0f3a91c2`.
        The stem of a new medium is its name. But many disks ignore case; so if the name of another medium
        differs only in case, the stem is the safe name. For each new medium a row with its stem is added. If
        several runs reserve the same media at the same time, all of them get the same paths, and no two media
        get one path on a disk that ignores case.
        """

    def find(self, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, LocalFile]]:
        """Look up where media are saved; return (stems, files) like `reserve`, but write nothing.

        `stems` maps the name of each medium to the path of its file without the extension. `files` maps the name of
        each medium that is saved to its file.

        `names` maps the name of each medium to its safe name, such as `postimg/Ab_C` to `postimg/abc-0f3a91c2`. A
        medium without a row has no stem yet; its safe name is returned as the stem, because no other medium can have
        it.
        """

    def failure_of(self, name: str) -> str:
        """Return the recorded reason why a medium has no file or must be downloaded again; '' if there is none.

        Also return '' for an unknown medium.
        """

    def failed_tries(self, names: Iterable[str]) -> dict[str, int]:
        """Return the recorded number of failed requests for each medium, by name. Unknown media are left out."""

    def articles_with_due_media(self) -> list[str]:
        """Return the keys of the articles with a missing medium that is due for a request.

        Removed articles are left out. So are articles without a stored page, because their posts cannot be written
        again.
        """

    def postpone(self, key: str) -> None:
        """Count a failed request for each of an article's media that are still to be requested.

        This is called if the stored page of the article could not be read, so that its media could not be requested.
        The next request is then due later, or never after too many failed ones. Each call counts one failed request,
        although none was sent.
        """

    def of_article(self, key: str) -> list[dict[str, Any]]:
        """Return the rows of an article's media, as dicts with all columns of the table `media` by column name."""

    def files_of_article(self, key: str) -> dict[str, LocalFile]:
        """Return the saved files of an article's media, by the names of the media.

        The field `response` of each file is the recorded HTTP response that contained the file. It is None if the file
        was not downloaded.
        """


class FileStore(Protocol):
    """All files that should be on disk: posts, media and snapshots of pages.

    A method with the argument `keys` yields only the files of the articles with these keys; None means all articles.
    Files of removed articles are left out. Iterators read in chunks, so they need little memory. The caller may change
    the catalogue during the iteration, because no transaction is open while files are yielded.
    """

    def count(self) -> int:
        """Return the approximate number of files that should be on disk, to show progress.

        Media of removed articles are included, and a snapshot is counted for each capture that has it.
        """

    def posts(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the posts of the articles with these keys, or all posts if `keys` is None.

        Each has the SHA-256 of the bytes that archiver wrote, '' if this is unknown.
        """

    def media(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the saved images, audios and videos of the articles with these keys, or all if `keys` is None.

        Each has the key of one article that shows it.
        """

    def pages(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the snapshots of the articles with these keys, or all snapshots if `keys` is None.

        Each has its digest and an empty `path`; the caller finds the path from the digest. A snapshot is yielded once
        for each capture that has it. Snapshots that are marked as lost are left out. Captures with the state UNREAD are
        also left out: a run is working on them, or it died, perhaps before the snapshot was durable on disk.
        """

    def known_posts(self, names: Collection[str]) -> set[str]:
        """Return those of the paths `names` that are posts of articles. Posts of removed articles are left out."""

    def known_media(self, names: Mapping[str, str], is_same: Callable[[str, str], bool] = ...) -> dict[str, bool]:
        """Return those of some media files that the catalogue knows: {path: whether it is recorded as saved}.

        `names` maps the path of each file to its name, which is the same in all profiles, such as `postimg/a.png`.

        The value is False if the catalogue has a medium of this name, but no file for it. Then the run that wrote the
        file died before it recorded the file, or is still working.

        Two paths in different spelling may be one file, for example on a disk that ignores case. `is_same` decides: it
        gets the recorded path of a medium and one in `names`. Paths that differ only in case always count as the same.
        """

    def known_pages(self, digests: Collection[str]) -> set[str]:
        """Return the digests among `digests` that belong to a capture, even if its snapshot is marked as lost.

        Captures of removed articles are left out.
        """

    def lost_pages(self, digests: Collection[str]) -> set[str]:
        """Return the digests among `digests` whose snapshots are marked as lost."""

    def expects_page(self, sha256: str) -> bool:
        """Return whether the snapshot with this digest should be on disk.

        This is so if the catalogue has a capture with this digest that is not marked as lost.
        """

    def articles_showing(self, path: str) -> list[str]:
        """Return the keys of the articles that show the medium saved at `path`; [] if there are none."""

    def media_with_digest(self, sha256: str) -> list[str]:
        """Return the paths of all media that were saved with this SHA-256."""

    def shown_media(self, paths: Collection[str]) -> set[str]:
        """Return those of `paths` at which media are saved that articles show."""

    def current_medium(self, name: str) -> tuple[str, str, str]:
        """Return (path, digest, reason) of a medium: where its file is now, its SHA-256, and what is wrong with it.

        `name` is the name of a file of the medium, such as `postimg/a.png`. The returned path may have another
        extension, if the medium was downloaded again. If the medium has no file now, the returned path and digest are
        ''. The reason is '' if nothing is wrong. For an unknown medium all three are ''.
        """

    def request_medium(self, path: str) -> None:
        """Mark the medium saved at `path` as due now, because its file is missing or altered.

        Nothing is downloaded here: the next run that fetches media downloads it again, and records the new file. Until
        then, the row keeps the path and digest of the file, so `media` still yields it. Both are deleted from the row
        when the medium is given up after repeated failures.
        """

    def due_media(self, keys: Collection[str] | None = None) -> Iterator[ExpectedFile]:
        """Yield the media that were saved once but are to be downloaded again, now or at a later time.

        `request_medium` marks such media. Only media that the articles with these keys show are yielded, or all if
        `keys` is None.
        """

    def confirm_medium(self, path: str, sha256: str) -> None:
        """Undo `request_medium`, because the file at `path` is back and has the digest `sha256`.

        Do nothing if another digest is recorded for the file, for example because another run has just downloaded and
        recorded a new file.
        """

    def mark_capture_lost(self, sha256: str) -> None:
        """Mark the captures with this digest as lost now, because their snapshot is missing or damaged.

        Another call for the same digest only changes the recorded time of the loss to the time of that call.
        """

    def integrity_errors(self) -> list[str]:
        """Return a line for each fault that the database's own checks find.

        Such faults are damage, and rows that refer to a row that does not exist.
        """

    def malformed_digests(self) -> Iterator[str]:
        """Yield a line of text for each row with a digest that is neither empty nor a SHA-256.

        All rows of all tables are read. Raise DamagedCatalogue at a row that cannot be read.
        """


class ForeignPostStore(Protocol):
    """The foreign posts (posts that archiver did not write) in each folder of posts, as last listed.

    With these stored listings, a run need not list a folder that has not changed. The methods do not look at the disk.
    The caller compares the times from `recorded_folders` with those on disk: a listing is valid if they are equal.
    Paths are relative to the archive's folder.
    """

    def recorded_folders(self) -> dict[str, str]:
        """Return the stored times of change of the folders whose listings are stored, by the folders' paths.

        Each time is a text: the folder's mtime and ctime in nanoseconds, separated by a space.
        """

    def published_as(self, address: str) -> list[str]:
        """Return the paths of the foreign posts in the stored listings that the site publishes at this address.

        `address` is a result of the profile's `published_name`, such as '2024-05-31-title'. Posts for which that method
        returns the same text overwrite each other on the site.
        """

    def save(
        self, changed: Mapping[str, str], recorded: Mapping[str, str], listed: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Bring the stored listings up to date with what the caller found on disk.

        Each argument has paths of folders as keys:

        - `changed`: folder -> its time on disk. It has the folders whose time differs from the stored one.
        - `recorded`: folder -> its stored time, as `recorded_folders` returned it to the caller.
        - `listed`: folder -> its foreign posts. It has those folders of `changed` that the caller listed again. The
          foreign posts are {path: text for the address on the site, such as '2024-05-31-title'}.

        For a folder in `listed`, the stored listing and time are replaced. Any other folder of `changed` keeps its
        listing, because only archiver's own posts changed there, and only its time is replaced. There is one exception:
        if the stored time now differs from the one in `recorded`, another run wrote it meanwhile, and it is kept.

        While this method runs, other runs cannot write.
        """


class LayoutStore(Protocol):
    """The profile for which the archive is laid out, and where the files of its articles lay for former profiles.

    A former file is a leftover until it was deleted from its former place, or was found not to be there. Paths are
    relative to the archive's folder.
    """

    def current(self) -> Layout | None:
        """Return the layout of the archive; None if no command has recorded it yet."""

    def record(self, present: Layout) -> None:
        """Record the layout of the archive, in place of the recorded one."""

    def former_posts(self, key: str = "") -> list[FormerFile]:
        """Return the former posts of the article with this key, or of all articles if `key` is ''.

        Each article has at most one for each profile: the last path of its post there. They are in the order in which
        the posts left these profiles for the first time, which is the order in which they first lay there.
        """

    def recover_addresses(self, key: str, addresses: Sequence[str]) -> None:
        """Record former addresses of the post of an article, of which it is not known any more in which profiles.

        Nothing is recorded if the article is unknown, or has former posts already.
        """

    def leftovers(self) -> list[FormerFile]:
        """Return the former files that may still lie in their former places."""

    def saved_media(self) -> Iterator[ExpectedFile]:
        """Yield all media that have a file, even those that no article shows."""

    def move(self, done: Move) -> None:
        """Record that files were moved for another profile, and that the archive is laid out for it now.

        This is one transaction, which outlasts a power failure once the method returns. The former files become
        leftovers, except those whose paths are used again. Articles that are unknown by now are left out. The stored
        listings of folders of posts (ForeignPostStore) are deleted, since they are those of the former profile.
        """

    def settle(self, paths: Collection[str]) -> None:
        """Record that the former files with these paths are no leftovers any more. Those of media are forgotten."""


class RemovalStore(Protocol):
    """The removal of articles, which has two steps.

    `begin` marks the article before the first of its files is deleted. `finish` clears the article's rows after the
    last one is deleted. Both may be called repeatedly, so that an interrupted removal can be finished at any time.
    """

    def begin(self, key: str) -> None:
        """Mark an article as removed now; do nothing if it is already marked.

        The time of an earlier removal is kept.
        """

    def tombstone(self, key: str) -> Tombstone:
        """Return the tombstone of an article, the record of its removal that the caller stores in a file.

        If the article is not marked as removed yet, the time of removal in the tombstone is now. The key must be known.
        """

    def exclusive_media(self, key: str) -> list[str]:
        """Return the paths, relative to the archive's folder, of the media files that only this article shows."""

    def exclusive_pages(self, key: str) -> list[str]:
        """Return the digests of the snapshots that only captures of this article use.

        Captures that were not classified yet are included if they are from one of the article's URLs.
        """

    def finish(self, key: str) -> None:
        """Delete the captures and media of an article, and what its row says about the post.

        Media that other articles show are kept. The row keeps the key, the title and the time of the removal. The
        article's URLs are kept, and are never due again. This method may be called again. While it runs, other runs
        cannot write.
        """

    def undo(self, key: str) -> None:
        """Undo the removal of an article, so that the article may be fetched again.

        If `finish` was not called, the article is in the catalogue as before. Otherwise its row and its URLs are
        deleted, so that the article is unknown. While this method runs, other runs cannot write.
        """

    def add_url(self, url: str, key: str) -> None:
        """Record that `url` leads to the removed article with this key, so that the URL is not fetched again.

        While this method runs, other runs cannot write.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedKey:
    """The key of an article that changed, and how often it did since it was queued."""

    key: str
    changes: int


class SearchQueueStore(Protocol):
    """The queue of the articles that changed since the search index was last brought up to date.

    An article is queued by every transaction that changes something that the index has from its post or from its row. A
    queued article may have been removed since, or may no longer be in the catalogue.
    """

    def pending(self, limit: int | None = None) -> list[QueuedKey]:
        """Return the queued articles, at most `limit` of them; None means all."""

    def count(self) -> int:
        """Return the number of queued articles."""

    def settle(self, entries: Iterable[QueuedKey]) -> None:
        """Take articles out of the queue that are up to date in the index.

        An article that has changed again since `pending` returned its entry stays in the queue.
        """


class SourceStore(Protocol):
    """The table of the sources in archiver.yml (lists, feeds and albums), with the result of their last listing."""

    def record(self, report: SourceReport) -> None:
        """Record that a source was listed now.

        The listing failed if `report.error` is set, and succeeded if `report.is_complete` is True. A listing that was
        ended early by a limit has done neither: the time of the last success, the number of failures since then and the
        message of the last failure stay as they are.
        """

    def all(self) -> dict[str, SourceRecord]:
        """Return the records of all sources that were ever listed, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Some different values of a column, and the number of all different values that the column has."""

    values: tuple[str, ...]
    count: int  # number of all different values


class StatisticsStore(Protocol):
    """The numbers that `archiver status` shows.

    Some methods have the parameter `recent`, a length of time such as 7 days. Their results have additional numbers of
    what happened in this time before now, for example how many media were given up.
    """

    def articles(self, min_coverage: float) -> ArticleCounts:
        """Return the numbers of articles.

        An article is incomplete if it lacks an image, or if its post shows a smaller share than `min_coverage` (0 to 1)
        of the page's text.
        """

    def articles_by_source(self) -> dict[str, int]:
        """Return the number of articles of each source (a list, feed or album in archiver.yml), by its name.

        Articles that the user removed are not counted, nor are those that came from no source.
        """

    def pages(self) -> PageCounts:
        """Return the numbers of captures."""

    def media(self, recent: timedelta) -> MediaCounts:
        """Return the numbers of media, and the size of the saved ones."""

    def urls(self, recent: timedelta) -> UrlCounts:
        """Return the numbers of the URLs that led to no article."""

    def last_runs(self, command: str, limit: int) -> list[RunRecord]:
        """Return the records of the last `limit` runs of a command, such as `run`, the latest first."""

    def sample_posts(self, limit: int) -> Sample:
        """Return the paths of at most `limit` posts, evenly spread over all articles."""

    def sample_pages(self, limit: int) -> Sample:
        """Return the digests of at most `limit` snapshots, evenly spread over all captures.

        Lost snapshots are left out. A snapshot that several captures share is in the sample and in its `count` once.
        """


class BrowsingStore(Protocol):
    """The lists of articles that a reader shows, read part by part. Removed articles are in none of them."""

    def newest(self, request: BrowseRequest) -> list[ArticleRecord]:
        """Return the articles that a request selects, the latest published first.

        Articles without a time of publication come last. The conditions `tag` and `album` are ignored, since the
        catalogue knows neither.
        """

    def latest(self, request: BrowseRequest, keys: Collection[str] | None = None) -> list[KeptArticle]:
        """Return the articles that a request selects, those first that came into the archive last, without stamps.

        An article comes in again when its post shows another capture. `keys` are the keys of the articles with the tag
        or in the album of the request, which the catalogue does not know; None if the request has no such condition.
        """

    def last_change(self) -> datetime | None:
        """Return when an article last came in, was removed, or was seen to be gone; None if that never happened."""

    def count(self, request: BrowseRequest) -> int:
        """Return the number of all articles that a request selects, whatever its `offset` and `limit`."""

    def with_keys(self, keys: Sequence[str]) -> list[ArticleRecord]:
        """Return the articles with these keys, in the same order; unknown keys are left out."""

    def neighbours(self, key: str) -> Neighbours:
        """Return the articles that the account of an article published just before and just after it.

        There are none for an article without an account or without a time of publication.
        """

    def by_account(self) -> list[ArticleGroup]:
        """Return the articles by the name of their account, the account with the most articles first.

        Articles without an account are left out.
        """

    def by_source(self) -> list[ArticleGroup]:
        """Return the articles by the source (list, feed or album in archiver.yml) that first named them.

        The source with the most articles comes first. Articles that came from no source are left out.
        """

    def by_day(self) -> DayCounts:
        """Return the numbers of articles by their day of publication in China."""

    def days_of(self, request: BrowseRequest, keys: Collection[str] | None = None) -> list[DayOfArticles]:
        """Return the days of the articles that a request selects, with the number and the size of those of each.

        The order, `offset` and `limit` are ignored. `keys` are as in `latest`.
        """

    def first_pictures(self, keys: Collection[str], min_size: int) -> dict[str, str]:
        """Return the path of the first saved image of at least `min_size` bytes of each article, by the article's key.

        Articles without such an image are left out. Paths are relative to the archive's folder.
        """

    def with_stored_pages(self) -> set[str]:
        """Return the keys of the articles of which some page that shows them is stored."""

    def with_lost_media(self) -> set[str]:
        """Return the keys of the articles with a medium that was not saved."""

    def articles_at(self, urls: Collection[str]) -> dict[str, str]:
        """Return the keys of the articles to which these canonical URLs led, by URL."""

    def articles_published_as(self, names: Collection[str]) -> dict[str, str]:
        """Return the keys of the articles whose posts the site publishes as `names`, by these names.

        A name is a result of the profile's `published_name`, such as '2024-05-31-title'.
        """


class RecoveredRowStore(Protocol):
    """The methods that the catalogue has for recovery and import.

    Recovery brings the catalogue up to date with the files on disk. Import merges other archives into this one.
    """

    def last_recorded(self) -> datetime | None:
        """Return the time up to which the catalogue knows what happened to the archive.

        If a snapshot on disk is newer, the catalogue is out of date, for example restored from a backup. The result is
        the latest of all times at which a page was received, or at which the page shown by a post was captured. Return
        None if there is no capture and no article.
        """

    def unproven(self) -> list[str]:
        """Return the keys of the articles whose posts recovery must still rebuild or compare with the stored pages.

        These articles have a stored page, but no digest of the post is recorded. Either the post was found on disk, so
        that a person may have edited it, or only the page was found and there is no post. Removed articles are left
        out.
        """

    def count_without_page(self) -> int:
        """Return the number of articles that have no stored page, or only pages that are marked as lost.

        Removed articles are not counted.
        """

    def removed_articles(self) -> list[ArticleRecord]:
        """Return the records of the articles that the user removed."""

    def add_posts(self, posts: Iterable[tuple[ArticleRecord, str]]) -> None:
        """Add articles whose posts were found on disk, in several transactions.

        Each item of `posts` is (article, published_as). `published_as` is the profile's `published_name` of the
        article's post, such as '2024-05-31-title'. During each of the transactions, other runs cannot write.
        """

    def add_removal(self, tombstone: Tombstone) -> None:
        """Record that an article was removed, and the URLs that lead to it, so that none of them is fetched again.

        If the article is unknown, a row is added. While this method runs, other runs cannot write.
        """

    def add_capture(self, capture: Capture, article: Article | None, reason: str = "") -> str:
        """Add a capture whose snapshot is on disk; return the key of its article, or '' if there is none.

        `article` is the article in the page. It is None if the page holds no article but, for example, a notice. Then
        `reason` says what the page is, and the returned key is that of the article to which the URL led before.
        Captures of a URL must be added in the order of receipt. While this method runs, other runs cannot write.
        """

    def add_media(self, keys: Sequence[str], files: Mapping[str, LocalFile]) -> None:
        """Add media files, and record that the articles with these keys show the media.

        `files` maps the names of the media to their files. A file with the digest '' is damaged; then the medium
        becomes due for a request. While this method runs, other runs cannot write.
        """

    def add_capture_without_page(self, key: str, capture: Capture) -> None:
        """Add the record of a capture whose page was not kept: it has a time, a state and headers, but no snapshot.

        `key` is the key of its article. Do nothing if the article is unknown. While this method runs, other runs cannot
        write.
        """

    def set_archived(self, key: str, time: datetime) -> None:
        """Record `time` as the time of the capture that an article's post shows."""

    def set_post_digest(self, key: str, digest: str) -> None:
        """Record the SHA-256 of an article's post.

        The caller must have proven that archiver wrote exactly the bytes with this digest.
        """


class CatalogueProtocol(Protocol):
    """The catalogue of one archive. The docstring of the module protocol.py describes what all its methods promise.

    Each attribute has the methods for one subject: `urls` for URLs, `articles` for articles, and so on.
    """

    urls: UrlStore
    articles: ArticleStore
    captures: CaptureStore
    media: MediaStore
    files: FileStore
    foreign_posts: ForeignPostStore
    layout: LayoutStore
    removals: RemovalStore
    recovered: RecoveredRowStore
    search_queue: SearchQueueStore
    sources: SourceStore
    statistics: StatisticsStore
    browsing: BrowsingStore

    def open(self) -> bool:
        """Open the database; return whether the caller must populate it from the files in the archive's folder.

        A missing database is created. A database with an older schema is migrated. The result is True if the
        database is new, or if the run that created it died before `mark_populated`. Then the caller must add
        the posts and the tombstones in the folder (a tombstone is a file that records the removal of an
        article). After that it must call `mark_populated`, before it does anything else. If several processes
        open a new or an older catalogue at the same time, one makes or migrates the tables and the others wait.
        """

    def mark_populated(self) -> None:
        """Record that the caller has populated the new catalogue, as the result of `open` demanded.

        That is, the posts and the tombstones in the archive's folder were added. From now on `open` returns False. This
        method may be called again.
        """

    def is_reachable(self) -> bool:
        """Return whether the server of the catalogue answers; True for a catalogue that is a file."""

    @property
    def run_id(self) -> str:
        """The random id of this run.

        The run gets its id at the first use of this property or of another member that needs the id: `is_alive`,
        `begin_run`, `urls.claim` or `urls.release`. From then until `close`, other runs see that this run is alive.
        """

    def naming(self, day: str) -> AbstractContextManager[Callable[[], None]]:
        """Return a context manager in which no other machine names a post of this day.

        Its value is a function to call before the name is recorded. It raises CatalogueAway if the lock was lost, since
        this process did nothing for half a minute. With a catalogue that is a file, all runs are on one machine, and
        nothing is locked.
        """

    def is_alive(self, run_id: str) -> bool:
        """Return whether the run with this id is still working, in this process, in another one or elsewhere."""

    def other_runs_since(self) -> float | None:
        """Return the time since which other runs are working: the start of the oldest one, in seconds since 1970.

        Return None if no other run is working. Files that are newer than this time may belong to such a run, which has
        perhaps not recorded them yet.
        """

    def restore(self, salvage: Salvage) -> None:
        """Copy some data of a damaged catalogue to this new one: data that is in no file on disk.

        - `salvage.addresses` and `salvage.media`: a row is added unless the URL or medium already has one.
        - `salvage.sources` (key of an article -> name of its list, feed or album): the name is written to the article's
          row, in place of any other. Articles without a row are ignored.
        """

    def unreadable_rows(self) -> list[str]:
        """Check the values in every row; return a line of text for each fault, [] if there is none.

        A row has a fault if its digest is not a SHA-256. If a row cannot be read at all, the check ends there, and the
        result is one line about this row. Other damage of the database is reported by `files.integrity_errors`.
        """

    def begin_run(self, command: str) -> None:
        """Record that this run began now. `command` is the name of its command, such as `batch`."""

    def end_run(self, exit_code: int, counts: Mapping[str, int]) -> None:
        """Record that this run ended now, with its exit code.

        `counts` maps each value of Outcome.outcome, such as `failed`, to the number of SOURCEs with this outcome.
        """

    def last_listing(self, address: str) -> int | None:
        """Return the number of articles in the last complete listing of the album at `address`.

        Return None if no listing is recorded.
        """

    def record_listing(self, address: str, title: str, count: int) -> None:
        """Record that the album at `address` was listed completely now, and that it contained `count` articles.

        `title` is the title of the album.
        """

    def close(self) -> None:
        """Close the database, and free this run's leases (its claims on URLs); do nothing if it was not used."""
