"""Show an archive in a browser: the reader, which `archiver serve` starts.

- `app.py` builds the web application: routes, middleware and the objects that requests share.
- `pages/` has the endpoints, one module a subject. They are plain functions, which Starlette calls in threads.
- `rendering.py` fills the templates in `templates/`.

This package calls the public methods of Archiver only.
"""
