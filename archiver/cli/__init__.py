"""Run the command line. Each command has a module with its name; `main` combines them. Only this package prints."""
