"""Run the command line. Each command has a module with its name, and `main` registers them all.

No other package of archiver prints anything.
"""
