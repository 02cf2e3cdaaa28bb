"""Tables of makers: the prefixes of their MAC addresses, and the names of their models (content/knowledge)."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from lyncphone_logs import content


def makers(table: str) -> list[dict[str, Any]]:
    """The rows of `mac_prefixes` or `phone_models`, one for each maker."""
    # Few traces need a table of makers, and this import takes 4 ms.
    import tomllib

    found: list[dict[str, Any]] = tomllib.loads((content.path("knowledge") / f"{table}.toml").read_text("utf-8"))[
        "maker"
    ]
    return found


@cache
def maker_prefixes() -> Mapping[str, str]:
    """The maker by the first six digits of a MAC address."""
    return {prefix: row["vendor"] for row in makers("mac_prefixes") for prefix in row["prefixes"].split()}
