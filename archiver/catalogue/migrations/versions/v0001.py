"""Migrate to revision 0001: create the tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables, each after the tables to which it refers."""
    _articles()
    _listings()
    _media()
    _runs()
    _addresses()
    _article_media()
    _captures()


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("modified", sa.BigInteger(), nullable=True),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_seen", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.String(), nullable=True),
        sa.Column("published_as", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("images_expected", sa.Integer(), nullable=False),
        sa.Column("images_saved", sa.Integer(), nullable=False),
        sa.Column("images_failed", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("post"),
    )
    op.create_index("ix_articles_account_id", "articles", ["account_id"], unique=False)
    op.create_index("ix_articles_account_published", "articles", ["account", "published"], unique=False)
    op.create_index("ix_articles_images_failed", "articles", ["images_failed"], unique=False)
    op.create_index("ix_articles_published", "articles", ["published"], unique=False)
    op.create_index("ix_articles_published_as", "articles", ["published_as"], unique=False)


def _listings() -> None:
    op.create_table(
        "listings",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("listed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stem", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folded"),
        sa.UniqueConstraint("name"),
    )
    op.create_index("ix_media_due", "media", ["due"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=("fk_addresses_article_id")),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_index("ix_addresses_article_id", "addresses", ["article_id"], unique=False)
    op.create_index("ix_addresses_due", "addresses", ["due"], unique=False)
    op.create_index("ix_addresses_state", "addresses", ["state"], unique=False)


def _article_media() -> None:
    op.create_table(
        "article_media",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=("fk_article_media_article_id")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=("fk_article_media_media_id")),
        sa.PrimaryKeyConstraint("article_id", "media_id"),
    )
    op.create_index("ix_article_media_media_id", "article_media", ["media_id"], unique=False)


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("final_url", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=("fk_captures_article_id")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_captures_article_id", "captures", ["article_id"], unique=False)
    op.create_index("ix_captures_url", "captures", ["url"], unique=False)
