"""Find articles by their words: a full-text index that is exact for Chinese.

- normalization.py: the form in which texts and queries are compared, and the way back to the original text.
- tokens.py: the tokens of a text. Every index of this project uses them.
- query.py: a query as the user types it, as terms.
- variants.py: simplified and traditional forms of the terms.
- post_text.py: the words that a post shows.
- expressions.py: a query in the language of SQLite's full-text index.
- characters.py: the same for terms of one character, which have an index of their own.
- selection.py: the SQL that selects posts by all this.
- index.py: the index in a SQLite file, which can be deleted at any time and is made again.
- shards.py: an index in many small files, which a script searches without a server.
- snippets.py: the piece of a text that the results of a search show.
- suggestions.py: names that resemble the one that the user typed.
"""
