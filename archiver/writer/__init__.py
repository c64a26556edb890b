"""Turn articles into posts: compute their text and file names. No module in this package reads or writes files."""
