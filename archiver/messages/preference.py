"""Find out which language a user prefers. These are pure functions."""

from __future__ import annotations

from collections.abc import Mapping

from archiver.messages import Language


def language_named(name: str) -> Language | None:
    """Return the language that a name such as `zh`, `zh_TW.UTF-8` or `en-GB` stands for; None if it is another one.

    All Chinese scripts and regions give Language.CHINESE, whose texts are in simplified characters.
    """
    primary = name.strip().lower().replace("_", "-").partition("-")[0].partition(".")[0]
    return next((language for language in Language if language.value == primary), None)


def language_of_terminal(environment: Mapping[str, str], setting: str = "") -> Language:
    """Return the language of messages on a terminal: English, if nothing names another one.

    The first of these that is set and names a language decides: the variable ARCHIVER_LANG, `setting` (`lang:` of
    archiver.yml), the locale for messages (POSIX: LC_ALL, else LC_MESSAGES, else LANG).
    """
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    names = (environment.get("ARCHIVER_LANG", ""), setting, locale)
    return next(filter(None, map(language_named, names)), Language.ENGLISH)


def accepted_language(header: str) -> Language | None:
    """Return the language that a browser prefers by its header Accept-Language; None if it names no known language.

    The highest weight (`q`) decides, then the order in the header. A weight of 0 or one that is no number excludes.
    """
    best: tuple[float, Language] | None = None
    for part in header.split(","):
        name, _, parameter = part.partition(";")
        language, weight = language_named(name), _weight(parameter)
        if language and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip().lower() == "q" and 0 <= weight <= 1 else 0.0
