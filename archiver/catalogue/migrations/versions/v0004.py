"""Revision 0004: when captures were received, by which source, and whether their time is an estimate."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; of an article's older rows, a later row was received later, whenever its page was captured."""
    op.add_column("captures", sa.Column("received", sa.BigInteger(), nullable=True))
    op.add_column("captures", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.add_column("captures", sa.Column("estimated", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE captures SET received = CASE WHEN article_id IS NULL THEN captured ELSE (SELECT max(other.captured)"
        " FROM captures AS other WHERE other.article_id = captures.article_id AND other.id <= captures.id) END"
    )
