"""Our own pages with what a reader sees of them, measured by Chromium: docs/fidelity.md."""
