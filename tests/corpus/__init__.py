"""Our own pages with what a reader sees of them, measured by Chromium: docs/development/fidelity.md."""
