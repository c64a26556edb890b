"""Implement the commands of archiver, with a module for each."""
