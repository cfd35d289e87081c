"""What an API route returns. Flask's own alias cannot be resolved by the OpenAPI library."""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any] | tuple[dict[str, Any], int]
