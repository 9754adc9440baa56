# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What Graph answers while an object is on its way to all replicas, or while something else is written, and how long that is waited for.

Sources: https://devblogs.microsoft.com/identity/designing-for-eventual-consistency-for-microsoft-entra/ (a new object may be "Not Found" for a while); read
2026-11. The texts were observed in public reports; they are not documented. How long each is believed (inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t

from .errors import CONCURRENCY, SERVICE, Fault
from .recently_created import WAIT

_DIRECTORY_TRIES = 6
_SHORT = 60.0


@dataclasses.dataclass(frozen=True)
class Lag:
    """An error answer that may mean "not replicated yet". ``limit``: after so many seconds it means what it says."""

    status: int
    text: str
    limit: float | None = None


# Texts and detail codes, lower case. 404 needs no entry: on an object that was made in this run it always is one.
LAGS: tuple[Lag, ...] = (
    Lag(400, "nobackingapplicationobject"),
    Lag(400, "does not reference a valid application object"),
    Lag(403, "must in the local tenant"),  # sic
    Lag(403, "must be in the local tenant"),
    Lag(400, "not a valid reference update"),
    Lag(400, "one of its queried reference-property objects are not present"),
    Lag(400, "permission being assigned was not found", _SHORT),  # or the permission does not exist at all
    Lag(400, "specified resourceid was not found", _SHORT),
    Lag(409, "msaappdoesnotexist"),
    Lag(400, "cannot be found in the apppermissions sets"),
)


def lag_of(status: int, words: str, extra: t.Sequence[str] = ()) -> Lag | None:
    """The lag an error answer to a call on a fresh object stands for, or None. ``words`` are its codes and message."""
    lowered = words.lower()
    for lag in LAGS:
        if lag.status == status and lag.text in lowered:
            return lag
    for text in extra:
        if text.lower() in lowered:
            return Lag(status, text)
    return None


class Patience:
    """Which error answers to one call are waited out."""

    def __init__(
        self,
        method: str,
        *,
        reads: bool,
        just_created: bool,
        retry_texts: t.Sequence[str],
        recently_created: t.Callable[[], bool],
        older: t.Collection[str] = (),
    ) -> None:
        """``just_created``: what is called was made by this task. ``recently_created`` tells whether an earlier task of the job made it.

        ``retry_texts`` are further parts of codes or messages to be waited for. ``older`` are ids that the call names besides, of objects that were not
        just made: an answer that misses one of them is no lag.
        """
        self._older = older
        self._method = method
        self._reads = reads
        self._just_created = just_created
        self._retry_texts = retry_texts
        self._recently_created = recently_created
        self._unread = 0  # answers that the directory could not be read

    def why(self, fault: Fault, waited: float) -> str:
        """Why this answer may not be the last after so many seconds; empty when it is."""
        if fault.doubt is not None:
            return ""
        if fault.concurrent and not self._reads:
            return f"another change is under way ({CONCURRENCY})"
        if fault.directory_unread and self._method != "POST" and self._unread < _DIRECTORY_TRIES:
            self._unread += 1
            return f"{SERVICE} could not read the directory ({fault.code})"
        lag = self._lag(fault)
        ambiguous = fault.directory_unread and self._method == "POST" and not self._reads
        if lag is None or ambiguous or (lag.limit is not None and waited >= lag.limit):
            return ""
        return f"not replicated yet, {SERVICE} answered {fault.status} {fault.code or ''}".rstrip()

    def _lag(self, fault: Fault) -> Lag | None:
        if any(one.lower() in fault.words.lower() for one in self._older):
            return None
        if self._just_created:
            return Lag(404, "") if fault.absent else lag_of(fault.status, fault.words, self._retry_texts)
        words = fault.words.lower()
        lag = next((Lag(fault.status, text) for text in self._retry_texts if text.lower() in words), None)
        if lag is None and fault.absent and self._method != "DELETE" and self._recently_created():
            return Lag(404, "", WAIT)
        return lag
