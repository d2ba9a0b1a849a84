"""Arrays, their comparison, and the oracle: what every chapter computes with."""

from .compare import check_close, relative_error

__all__ = ["check_close", "relative_error"]
