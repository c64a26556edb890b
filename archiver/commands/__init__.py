"""The use cases of archiver, a module for each command."""
