# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two runs that should do the same, apart from what is made up anew in each: ids, secrets, times."""

from __future__ import annotations

import difflib
import json
import re
import typing as t

# Of a request: the rest says when it came, and which id the client gave it.
COMPARED = ("service", "method", "path", "status", "applied", "tenant", "app_id", "user_agent", "request", "parts")


class Names:
    """Gives what a service makes up anew in each run a name by the order in which it is seen, so that the same in another place is the same again."""

    VOLATILE = re.compile(
        r"(?P<time>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?|(?<=\"(?:exp|iat|nbf)\": )\d+"
        # Whole days of a secret that is valid for 180: one less as soon as a second has passed.
        r"|(?<=\"days_left\": )(?:179|180)\b|(?<= is valid for )(?:179|180)(?= days))"
        r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # of objects, keys, requests
        r"|(?<= run/)[0-9a-f]{12}\b"  # the name of a run
        r"|(?<=\btkc:sso:)[0-9a-f]{8}|(?<=\btkc:managed:)[0-9a-f]{8}"  # the name of a secret ends so
        r"|[\w.~-]{3}8Q~[\w.~-]{34}"  # a secret
        r"|(?<=\"aio\": \")[\w.-]+|(?<=\"rh\": \")[\w.-]+|(?<=\"uti\": \")[\w.-]+"  # of a token
    )
    SHORT = re.compile(r"\b[0-9a-f]{8}(?=\.\.\.)")  # an id that a message cuts

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def of(self, value: t.Any) -> str:
        """A value as readable JSON, or text as it is, with names."""
        text = value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True)
        return self.SHORT.sub("<id>", self.VOLATILE.sub(self._name, text))

    def _name(self, found: re.Match[str]) -> str:
        if found["time"]:
            return "<time>"
        return self._seen.setdefault(found[0].lower(), f"<id {len(self._seen) + 1}>")


def equal(name: str, one: str, other: str, ways: tuple[str, str]) -> None:
    """Assert that two texts are equal, and show where they are not."""
    different = "\n".join(difflib.unified_diff(one.splitlines(), other.splitlines(), *ways, lineterm=""))
    assert not different, f"{name}:\n{different}"
