"""Read the addresses of articles from list files, albums (合集) and feeds.

Only list_input.py opens files. No module opens a network connection: callers pass the bytes of a list or feed, or a
function that requests the listing of an album.
"""

from archiver.sources.albums import AlbumListing, is_album
from archiver.sources.charset import decode_list
from archiver.sources.feeds import Feed, read_feed
from archiver.sources.list_files import ListEntry, lines_of, read_list

__all__ = ["AlbumListing", "Feed", "ListEntry", "decode_list", "is_album", "lines_of", "read_feed", "read_list"]
