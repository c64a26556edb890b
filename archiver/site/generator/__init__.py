"""Write the reader's pages as files, for any web space or a folder on disk: `archiver site`.

- addresses.py: which file a page is, and the relative links between pages.
- selection.py: the articles of the site, in the order and in the groups in which its lists show them.
- folder.py: the folder of the site. It writes what changed, deletes what is gone, and leaves the files of others alone.
- parts.py: divide lists into parts that do not change when an article comes.
- texts.py: render the text of each article once, for its page and for feeds.
- feeds.py: the feeds and the lists of them.
- search.py: the files of the search; static/search.js reads them.
- pages.py: fill the reader's templates.
- generate.py: write a site.
"""
