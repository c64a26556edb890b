"""The message after ^C. This module imports nothing, because it is needed even before everything else is loaded."""

MESSAGE = "archiver: interrupted; what was written is whole, the same call goes on with the rest"
