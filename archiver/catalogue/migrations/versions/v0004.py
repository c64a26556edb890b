"""Migrate to revision 0004: add the time of receipt and the source of captures, and a mark for estimated times."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, and fill in the time of receipt of existing rows.

    Rows were added in the order of receipt. So the time of receipt of a capture of an article is the latest time of
    capture among this row and the article's earlier rows. For other captures it is the time of capture.
    """
    op.add_column("captures", sa.Column("received", sa.BigInteger(), nullable=True))
    op.add_column("captures", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.add_column("captures", sa.Column("estimated", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE captures SET received = CASE WHEN article_id IS NULL THEN captured ELSE (SELECT max(other.captured)"
        " FROM captures AS other WHERE other.article_id = captures.article_id AND other.id <= captures.id) END"
    )
