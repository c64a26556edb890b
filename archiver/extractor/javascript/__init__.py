"""Read literal values from the JavaScript of WeChat's pages without running it."""
