"""Fill the templates of the reader's pages."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse


def make_templates() -> Environment:
    """Return the environment of the templates. Every value is escaped where it is written."""
    return Environment(
        loader=PackageLoader("archiver.site"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page: the template filled with `values`, in the language of the request.

    Every template also has `request`, and `_` for the messages.
    """
    found = request.app.state.templates.get_template(template)
    return HTMLResponse(found.render(request=request, _=str, **values), status_code=status)
