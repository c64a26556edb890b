#!/usr/bin/env python3
"""Check the subjects of commits: `scope: imperative subject`, at most 72 characters (CONTRIBUTING.md, Commits).

    .ci/commit_subjects.py                 the commits since the last tag
    .ci/commit_subjects.py main..HEAD      those of a range, as `git log` takes it
    .ci/commit_subjects.py FILE            the message in a file: the call of git's commit-msg hook

Print one line for each subject that is not of this form, and exit with 1 if there is any.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import dropwhile, takewhile
from pathlib import Path

LONGEST = 72  # characters: what `git log --oneline` and GitHub show without cutting

# The form is checked since it is written down. Earlier subjects are sentences of up to 153 characters, and rewriting
# them would change the id of every commit.
CHECKED_SINCE = "2026-11-27T00:00:00Z"

_NAME = r"[a-z0-9][a-z0-9_/-]*"
_SUBJECT = re.compile(rf"({_NAME}(?:,? {_NAME})*): (\S.*)")
_MADE_BY_GIT = re.compile(r"Merge |Revert \"|Reapply \"")
_UNFINISHED = re.compile(r"(?:[^:]*: *)?(?:wip|fixup|squash|amend)\b", re.I)

# Words with which a sentence or a note begins, but no imperative.
_NO_VERBS = frozenset(
    "a all an any as because both each every few how if in it its many more most no none nothing of on one only our "
    "some that the there these this those to two what when where whether which who whose why".split()
)
_OTHER_FORM = re.compile(r"\w+(?:ed|ing|[^s]s)")  # added, adding, adds
_LOOK_LIKE_OTHER_FORMS = frozenset(
    "alias bias bring canvas embed exceed feed focus need ping proceed seed shed speed spring string succeed".split()
)


def problem_of(subject: str) -> str:
    """Return what is wrong with the subject of a commit, or '' if it is of the required form.

    The subjects of merges and reverts are accepted as git writes them.
    """
    if _MADE_BY_GIT.match(subject):
        return ""
    if _UNFINISHED.match(subject):
        return "unfinished work: squash it into the commit that it belongs to"
    if len(subject) > LONGEST:
        return f"{len(subject)} characters, at most {LONGEST}: move the reason to the body"
    parts = _SUBJECT.fullmatch(subject)
    if parts is None:
        return "not of the form `scope: imperative subject` with a scope in lower case"
    return _problem_of_sentence(parts[2])


def _problem_of_sentence(sentence: str) -> str:
    """Return what is wrong with a subject behind its scope, or ''."""
    if sentence.endswith("."):
        return "ends with a full stop"
    verb = sentence.split()[0].rstrip(",;:")
    looks_wrong = _OTHER_FORM.fullmatch(verb) and verb not in _LOOK_LIKE_OTHER_FORMS
    if not re.fullmatch(r"[a-z-]+", verb) or verb in _NO_VERBS or looks_wrong:
        return f"`{verb}` is no imperative in lower case: write add, not Add, adds, added or adding"
    return ""


def subject_in(message: str) -> str:
    """Return the subject in a commit's message: its first paragraph as one line, as `git log` shows it."""
    lines = [line.strip() for line in message.splitlines() if not line.startswith("#")]
    first_paragraph = takewhile(bool, dropwhile(lambda line: not line, lines))
    return " ".join(first_paragraph)


def subjects_of(commits: str) -> Iterator[tuple[str, str]]:
    """Yield the abbreviated id and the subject of each commit of a range since CHECKED_SINCE; merges are left out."""
    log = _git("log", "--no-merges", f"--since={CHECKED_SINCE}", "--format=%h%x09%s", commits)
    for line in log.splitlines():
        commit, _, subject = line.partition("\t")
        yield commit, subject


def commits_since_tag() -> str:
    """Return the range of the commits since the last tag, or of all commits if there is no tag."""
    tags = _git("tag", "--merged", "HEAD", "--sort=-creatordate", "--list", "v*").split()
    return f"{tags[0]}..HEAD" if tags else "HEAD"


def _git(*arguments: str) -> str:
    """Return what a git command prints; end this program with git's message if the command fails."""
    called = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    if called.returncode:
        raise SystemExit(f"git {arguments[0]}: {called.stderr.strip()}")
    return called.stdout


def main() -> int:
    """Check what the command line names; return 1 if a subject is not of the required form, otherwise 0."""
    named = sys.argv[1] if len(sys.argv) > 1 else ""
    if named and Path(named).is_file():
        subjects = iter([("this commit", subject_in(Path(named).read_text(encoding="utf-8")))])
    else:
        subjects = subjects_of(named or commits_since_tag())
    bad = [f"{commit}: {problem}\n    {subject}\n" for commit, subject in subjects if (problem := problem_of(subject))]
    sys.stderr.write("".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
