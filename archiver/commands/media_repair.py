"""Repair media for `verify --repair`: find them where they were, or prepare their download.

The download itself happens when the articles that show them are archived again (see repair.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from archiver.archive.files import ArchiveFiles
from archiver.archive.leftovers import restore_medium
from archiver.archive.recovery import with_result
from archiver.catalogue import Catalogue
from archiver.errors import Exit
from archiver.messages.message import message
from archiver.models import Finding


@dataclass(frozen=True, kw_only=True)
class MediaRepair:
    """The repair of an archive's media; `keys` are those of the articles that are repaired, None for all."""

    files: ArchiveFiles
    catalogue: Catalogue
    keys: Collection[str] | None

    def confirm(self) -> None:
        """Cancel the planned downloads of lost media whose files are back and have the recorded digest.

        A person may have restored such a file. Or an earlier repair downloaded it, but was killed before it recorded
        this.
        """
        for file in self.catalogue.files.due_media(self.keys):
            if self.files.media.is_intact(file.path, file.sha256):
                self.catalogue.files.confirm_medium(file.path, file.sha256)

    def restore(self, finding: Finding) -> Finding:
        """Write a lost or damaged medium again, if it still lies where it was before a change of profile.

        Return the finding with `repaired` = True; return it unchanged if the medium does not lie there.
        """
        if finding.problem == "unreadable":  # it may be intact, and become readable again
            return finding
        path, digest, _ = self.catalogue.files.current_medium(self.files.profile.media_name(finding.path))
        former = restore_medium(self.files, self.catalogue.layout.leftovers(), path, digest)
        if not former:
            return finding
        self.catalogue.files.confirm_medium(path, digest)
        return with_result(
            finding, message("copied from {former}", former=former), repaired=True, exit_code=Exit.FAILED
        )

    def request(self, media: Iterable[Finding]) -> Iterator[str]:
        """Prepare the download of lost media: mark the medium of each finding as due.

        Yield the keys of the articles that show these media. The caller archives these articles again, which downloads
        due media.
        """
        for finding in (each for each in media if each.repaired is None):
            yield from self.catalogue.files.articles_showing(finding.path)
            self.catalogue.files.request_medium(finding.path)
            if finding.problem == "altered":
                name = self.files.profile.media_name(finding.path)
                path, digest, _ = self.catalogue.files.current_medium(name)
                self.files.media.set_aside(path, digest)

    def finish(self, finding: Finding) -> Finding:
        """Return the finding about a media file with its result, after the articles that show it were archived again.

        Its field `repaired` is True if the medium was downloaded, else False. A medium that did not come stays due, and
        the next `verify` reports it again. After repeated failures the medium is given up.
        """
        name = self.files.profile.media_name(finding.path)
        path, digest, reason = self.catalogue.files.current_medium(name)
        if path and self.files.media.is_intact(path, digest):
            return with_result(finding, message("fetched again"), repaired=True, exit_code=Exit.FAILED)
        status = message("stays due") if path else message("is known to be gone")
        return with_result(
            finding,
            message("it did not come ({reason}) and {status}", reason=reason, status=status),
            repaired=False,
            exit_code=Exit.FAILED,
        )
