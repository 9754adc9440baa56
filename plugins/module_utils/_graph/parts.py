# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The calls of a JSON batch, their answers, and what both are for a caller: no request is sent from here.

Sources: https://github.com/microsoftgraph/microsoft-graph-docs/issues/14120 (what is answered without a licence),
https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8479 and https://github.com/microsoftgraph/microsoft-graph-docs/issues/9477 (in an
Azure AD B2C tenant); read 2026-11.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from .._clock import date_of
from .._errors import ConnectorError, ForbiddenError

# Of a tenant without a licence, and of an Azure AD B2C one. Codes come and go, the words stay.
_NOT_OFFERED = re.compile(r"NonPremiumTenant|PremiumLicense|premium licen[cs]e|\bAADB2C\b|not supported by the service", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Part:
    """One call of a batch. ``path`` is percent-encoded and begins with a slash, ``params`` are added to it."""

    method: str
    path: str
    body: t.Any = None
    headers: t.Mapping[str, str] | None = None
    doing: str = "use Microsoft Graph"
    depends_on_previous: bool = False
    params: t.Mapping[str, t.Any] | None = None
    first_page: bool = False  # no further page of a list is read: the question is whether it has any entry
    optional: bool = False  # the caller goes on without it when it is forbidden, so a 403 does not renew the token
    spare: bool = False  # the caller goes on without it, so it is not worth a request: where all parts take one more for it, it is not sent

    @property
    def writes(self) -> bool:
        """Whether this may change something."""
        return self.method.upper() not in ("GET", "HEAD")


@dataclasses.dataclass
class PartAnswer:
    """The answer to one part. ``body`` is a dict, empty where there was none."""

    status: int
    body: dict[str, t.Any]
    part: Part
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    error: ConnectorError | None = None  # what raise_for_error raises
    absent: bool = False

    @property
    def ok(self) -> bool:
        """Whether the part did what was asked."""
        return self.error is None

    @property
    def forbidden(self) -> bool:
        """Whether Graph says that the caller may not do this: a status alone, of a proxy say, does not."""
        return isinstance(self.error, ForbiddenError)

    @property
    def found(self) -> bool:
        """False when Graph says that the object does not exist. Any other failure is raised: it must never pass for "absent"."""
        if self.absent:
            return False
        self.raise_for_error()
        return True

    @property
    def not_offered(self) -> bool:
        """Whether the tenant as such has nothing of what was asked for: no licence for it, or a kind of tenant that does not know it."""
        error = self.error
        return error is not None and error.http_status in (400, 403) and bool(_NOT_OFFERED.search(f"{error.code} {error.service_message}"))

    def raise_for_error(self) -> None:
        """Raise what went wrong with this part, if anything did."""
        if self.error is not None:
            raise self.error


class BatchReader(t.Protocol):
    """What a reader needs of a Graph client: the tenant, for sentences, and batches."""

    tenant: str

    def batch(self, parts: t.Sequence[Part]) -> list[PartAnswer]:
        """The answers in the order of the parts. Raises ConnectorError when the batch as a whole was not answered."""


def server_time(answers: t.Iterable[PartAnswer]) -> dt.datetime | None:
    """The service's clock, by which secrets begin and end (the controller's may be wrong): the C(Date) of the first answer that has one, in UTC."""
    return next((date for date in (date_of(answer.headers) for answer in answers) if date is not None), None)
