"""Export articles as WARC or WACZ with all evidence, or the list of articles as CSV or JSON lines."""
