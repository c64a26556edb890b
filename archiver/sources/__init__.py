"""Read the addresses of articles from list files, albums (合集) and feeds.

Nothing here opens a file or a connection: callers pass the bytes, and a function that requests an album's listing.
"""

from archiver.sources.albums import AlbumListing, is_album
from archiver.sources.charset import decode_list
from archiver.sources.feeds import Feed, read_feed
from archiver.sources.list_files import ListEntry, lines_of, read_list

__all__ = ["AlbumListing", "Feed", "ListEntry", "decode_list", "is_album", "lines_of", "read_feed", "read_list"]
