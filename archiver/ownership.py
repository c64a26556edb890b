"""Tell whether other users of the machine may change a file, as its owner and permissions say.

Windows has neither; there nothing is checked.
"""

from __future__ import annotations

import os
import stat

from archiver.messages.message import message


def why_not_trusted(status: os.stat_result) -> str:
    """Return why a file may have been written by another user; '' if only this user and root may write it.

    A group that has the user's name and no other member, as some systems make for each user, may write it, too.
    """
    if os.name != "posix":
        return ""
    if status.st_uid not in (0, os.geteuid()):
        return message("it belongs to another user")
    if status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _is_private_group(status.st_gid)):
        return message("other users may change it (chmod go-w)")
    return ""


def _is_private_group(group: int) -> bool:
    """Return whether a group belongs to this user alone: it is the user's own one, and has the user's name."""
    import grp
    import pwd

    try:
        user, named = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return user.pw_gid == group and named.gr_name == user.pw_name and set(named.gr_mem) <= {user.pw_name}
