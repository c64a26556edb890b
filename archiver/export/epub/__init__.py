"""Write articles as EPUB 3 books: chapters.py and xhtml.py make the chapters, package.py what describes the book.

pictures.py chooses the forms of pictures, parts.py divides what is too large for one book, and book.py writes the file.
"""
