"""Faults in every call to the disk of every command: docs/testing-faults.md."""
