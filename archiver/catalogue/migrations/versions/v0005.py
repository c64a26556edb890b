"""Migrate to revision 0005: add a column by which a page without ids is recognised as an article that is archived.

`text_key` is the digest of an article's account, title and text. The next run that writes the article's post fills it
in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; for articles whose page has no ids, the digest is already known, because it is their key."""
    op.add_column("articles", sa.Column("text_key", sa.String(), nullable=True))
    op.create_index("ix_articles_text_key", "articles", ["text_key"], unique=False)
    op.execute("UPDATE articles SET text_key = key WHERE key LIKE 'sha256:%'")
