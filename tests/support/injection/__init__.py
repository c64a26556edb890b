"""Faults in every call to the disk of every command: docs/development/testing-faults.md."""
