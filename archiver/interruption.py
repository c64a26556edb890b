"""Define the message that is printed after ^C.

This module imports nothing, because the message is needed even before everything else is loaded.
"""

MESSAGE = "archiver: interrupted; what was written is whole, the same call goes on with the rest"
