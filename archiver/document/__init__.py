"""The canonical body: the closed HTML language of Article.body, read and written in this package alone.

The extractor makes it, the writers and exports read it. docs/design.md, "The body", has the whole language.
"""
