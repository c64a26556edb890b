"""Where addresses come from: list files, albums (合集), feeds. They only yield Targets; nothing here opens anything.

Bytes come in from outside, and what an album needs from the network comes through a function of the caller's.
"""

from archiver.sources.albums import Listing, is_album
from archiver.sources.decoding import decode
from archiver.sources.feeds import Feed, read_feed
from archiver.sources.lists import Entry, lines_of, read_list

__all__ = ["Entry", "Feed", "Listing", "decode", "is_album", "lines_of", "read_feed", "read_list"]
