# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""One batch for the reads of several modules that are asked side by side, in one look at a tenant.

A client that is given C(SharedReads) sends no batch of reads by itself. It says which reads it needs and stops; when all others have stopped as well, what
they need is sent together, each read once, and each of them starts again from its beginning and finds its answers. That is repeated until none of them
needs anything more. Nothing is kept beyond the look.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._errors import ConnectorError
from .parts import Part, PartAnswer

Scope = tuple[str, ...]  # tenant and identity: only their own reads are shared
Send = t.Callable[[list[Part]], list[PartAnswer]]


class MoreReadsNeeded(BaseException):
    """Control flow, like C(GeneratorExit): this module goes on when the reads that it needs have been sent."""


class SharedReads:
    """The reads of one look."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Scope, str], PartAnswer | ConnectorError] = {}
        self._wanted: dict[Scope, dict[str, Part]] = {}
        self._senders: dict[Scope, Send] = {}

    def answers(self, scope: Scope, parts: t.Sequence[Part], send: Send) -> list[PartAnswer]:
        """The answers to these reads. Raises MoreReadsNeeded when they were not sent yet, and ConnectorError when they were and the batch failed."""
        keys = [_key(part) for part in parts]
        missing = [(key, part) for key, part in zip(keys, parts, strict=True) if not self.has(scope, part)]
        if missing:
            wanted = self._wanted.setdefault(scope, {})
            for key, part in missing:
                wanted[key] = for_both(part, wanted.get(key, part))
            self._senders[scope] = send
            raise MoreReadsNeeded
        found = []
        for key, part in zip(keys, parts, strict=True):
            answer = self._answers[scope, key]
            if isinstance(answer, ConnectorError):
                raise answer
            found.append(dataclasses.replace(answer, body=dict(answer.body), part=part))
        return found

    def has(self, scope: Scope, part: Part) -> bool:
        """Whether this read was sent already, so that asking for it costs nothing."""
        answer = self._answers.get((scope, _key(part)))
        return answer is not None and (isinstance(answer, ConnectorError) or will_do(answer, part))

    def fetch(self) -> None:
        """Send what is needed, one batch for each scope. A batch that fails as a whole fails for all that need it."""
        wanted, self._wanted = self._wanted, {}
        for scope, parts in wanted.items():
            answers: t.Sequence[PartAnswer | ConnectorError]
            try:
                answers = self._senders[scope](list(parts.values()))
            except ConnectorError as error:
                answers = [error] * len(parts)
            self._answers |= {(scope, key): answer for key, answer in zip(parts, answers, strict=True)}


def for_both(one: Part, other: Part) -> Part:
    """The read that has what either of two needs: what only one of them can go without is needed."""
    both = {name: getattr(one, name) and getattr(other, name) for name in ("first_page", "optional", "spare")}
    return dataclasses.replace(one, **both)


def will_do(answer: PartAnswer, part: Part) -> bool:
    """Whether an answer is one to this part as well, of which the part that was sent may have needed less."""
    if answer.part.first_page and not part.first_page and answer.body.get("@odata.nextLink"):
        return False
    return answer.ok or answer.absent or all(getattr(part, name) or not getattr(answer.part, name) for name in ("optional", "spare"))


def _key(part: Part) -> str:
    """Two parts with one key are one question."""
    return json.dumps([part.method, part.path, part.params, part.headers], sort_keys=True, default=str)
