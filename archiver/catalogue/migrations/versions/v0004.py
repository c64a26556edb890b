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

    The time of receipt was not recorded, but rows were added in the order of receipt. So a capture of an article gets
    its own time of capture or, if that is later, the time of capture of an earlier row of the same article. For
    example, rows captured in 2021, 2023 and 2022 count as received in 2021, 2023 and 2023. A capture without an article
    gets its own time of capture.
    """
    op.add_column("captures", sa.Column("received", sa.BigInteger(), nullable=True))
    op.add_column("captures", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.add_column("captures", sa.Column("estimated", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE captures SET received = CASE WHEN article_id IS NULL THEN captured ELSE (SELECT max(other.captured)"
        " FROM captures AS other WHERE other.article_id = captures.article_id AND other.id <= captures.id) END"
    )
