"""Read and write canonical bodies: the values of Article.body, in a small fixed subset of HTML.

The extractor writes canonical bodies; the writers and exports read them. Only this package knows the syntax. The subset
is listed in docs/design.md, "The body".
"""
