"""Profiles that settings name."""

from __future__ import annotations


def test_add_unknown_profile_is_config_error(archiver):
    archiver.write("archiver.yml", "profile: pelican")
    run = archiver("add", "a.html")
    assert (run.code, run.out) == (78, "")
    assert "there is no profile `pelican`: use one of " in run.err
    assert not (archiver.folder / "output").exists()
