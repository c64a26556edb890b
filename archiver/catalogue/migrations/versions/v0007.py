"""Migrate to revision 0007: add the columns, the table and the index that `archiver status` reads.

The table `sources` has the result of the last listing of each source in archiver.yml. The column `tried` has the time
of the last failed request of a medium.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table `sources`, the column `tried` of `media` and an index of the media by size.

    The table is empty until the next `archiver run`. In existing rows, `tried` is NULL, because the time of the last
    failed request was not recorded before.
    """
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "sources",
        sa.Column("name", text, primary_key=True),
        sa.Column("tried", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", text, nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
    )
    op.add_column("media", sa.Column("tried", sa.BigInteger(), nullable=True))
    op.create_index("ix_media_size", "media", ["size"], unique=False)
