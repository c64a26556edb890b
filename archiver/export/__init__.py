"""Export articles with their captures and media as WARC or WACZ, or a table of articles as CSV or JSON lines."""
