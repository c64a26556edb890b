"""Say what libraries and the system say: the texts of their errors that users meet, as messages."""

from __future__ import annotations

from archiver.messages import mark_message
from archiver.messages.message import message

# Errors of the system that stand in messages as their reason. `recognition.py` finds them there.
SYSTEM_ERRORS = (
    mark_message("No such file or directory"), mark_message("Permission denied"), mark_message("Is a directory"),
    mark_message("Not a directory"), mark_message("No space left on device"), mark_message("Read-only file system"),
    mark_message("Disk quota exceeded"), mark_message("File name too long"), mark_message("Too many open files"),
    mark_message("Input/output error"), mark_message("Operation not permitted"), mark_message("Invalid argument"),
    mark_message("Device or resource busy"), mark_message("Connection refused"), mark_message("Connection timed out"),
    mark_message("Connection reset by peer"), mark_message("Network is unreachable"), mark_message("No route to host"),
    mark_message("Name or service not known"), mark_message("Temporary failure in name resolution"),
    mark_message("Address already in use"), mark_message("Cannot assign requested address"),
)  # fmt: skip

# Errors of libyaml.
YAML_ERRORS = (
    mark_message("did not find expected key"), mark_message("could not find expected ':'"),
    mark_message("mapping values are not allowed in this context"),
    mark_message("found character that cannot start any token"),
    mark_message("did not find expected '-' indicator"), mark_message("found unexpected end of stream"),
    mark_message("did not find expected ',' or ']'"), mark_message("did not find expected node content"),
    mark_message("block sequence entries are not allowed in this context"),
)  # fmt: skip

# The types of msgspec.
_TYPES = {
    "int": message("int"), "float": message("float"), "str": message("str"), "bool": message("bool"),
    "array": message("array"), "object": message("object"), "null": message("null"),
}  # fmt: skip
_VALUE_ERRORS = (  # of msgspec; of two that fit, the first is meant
    mark_message("Expected {wanted}, got {given}"), mark_message("Expected {wanted} of length >= {number}"),
    mark_message("Expected {wanted} of length <= {number}"), mark_message("Expected {wanted} >= {number}"),
    mark_message("Expected {wanted} <= {number}"), mark_message("Expected {wanted} matching regex {pattern}"),
    mark_message("Invalid enum value {value}"),
)  # fmt: skip


def value_error(text: str) -> str:
    """Return an error of msgspec about a value, such as `Expected float, got str`, as a message if it is known."""
    from archiver.messages.recognition import pattern_of  # only for settings that are wrong

    for template in _VALUE_ERRORS:
        places = pattern_of(template).values(text)
        if places is not None:
            return message(template, **{name: _TYPES.get(value, value) for name, value in places.items()})
    return text
