"""Migrate to revision 0008: add the tables with the layout of the archive and with the former files of its articles.

A layout is that of a profile, such as Jekyll. When the profile changes, posts and media are moved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables `layout` and `former_files`.

    Both are empty. The next command that writes records the layout, which it infers from the paths of the posts.
    """
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "layout",
        sa.Column("profile", text, primary_key=True),
        sa.Column("media_prefix", text, nullable=True),
        sa.Column("post_url", text, nullable=True),
        sa.Column("time_zone", text, nullable=True),
    )
    op.create_table(
        "former_files",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("profile", text, nullable=False),
        sa.Column("path", text, nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("address", text, nullable=False),
        sa.Column("leftover", sa.Integer(), nullable=False),
        sa.Column("article_id", row_id, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_former_files_article_id"),
    )
    op.create_index("ix_former_files_path", "former_files", ["path"])
    op.create_index("ix_former_files_leftover", "former_files", ["leftover"])
    op.create_index("ix_former_files_article_id", "former_files", ["article_id"])
    op.create_index("ix_former_files_profile_article_id", "former_files", ["profile", "article_id"], unique=True)
