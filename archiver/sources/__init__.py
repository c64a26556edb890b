"""Where addresses come from: list files, albums (合集), feeds. They only yield Targets; nothing here opens anything.

Bytes come in from outside, and what an album needs from the network comes through a function of the caller's.
"""

from archiver.sources.albums import AlbumListing, is_album
from archiver.sources.charset import decode
from archiver.sources.feeds import Feed, read_feed
from archiver.sources.list_files import ListEntry, lines_of, read_list

__all__ = ["AlbumListing", "Feed", "ListEntry", "decode", "is_album", "lines_of", "read_feed", "read_list"]
