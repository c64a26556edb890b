"""Migrate to revision 0004: add three columns to captures.

`received` is the time of receipt. `source` is the name of the list, feed or album in archiver.yml that contained the
page's address or path. `estimated` tells whether the time of capture is a guess.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, and fill in the time of receipt of existing rows.

    It is derived from the times of capture. Rows were added in the order of receipt. So a capture of an article gets
    the latest time of capture of the article's rows up to this one. A capture without an article gets its own time of
    capture.
    """
    op.add_column("captures", sa.Column("received", sa.BigInteger(), nullable=True))
    op.add_column("captures", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.add_column("captures", sa.Column("estimated", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE captures SET received = CASE WHEN article_id IS NULL THEN captured ELSE (SELECT max(other.captured)"
        " FROM captures AS other WHERE other.article_id = captures.article_id AND other.id <= captures.id) END"
    )
