"""The command line: one module a command, named as the command; `main` puts them together. Only this package prints."""
