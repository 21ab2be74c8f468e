"""Keys of documented interfaces, sealed."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base


class ApiSecret(Base):
    """A key by its name, and who may be shown it."""

    __tablename__ = "api_secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    """In lower case."""

    value_sealed: Mapped[bytes]
    hosts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
