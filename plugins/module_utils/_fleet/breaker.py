# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""When a rollout stops before it has begun all tenants: too many have failed, or several of the same cause. Pure."""

from __future__ import annotations

import collections
import dataclasses
import math
import re
import typing as t

from .._auth.aadsts import OF_THE_AUTOMATION
from .._auth.explain import number_of
from .._errors import OptionError

UNREACHABLE, UNKNOWN = "unreachable", "unknown"
DEFAULT_AFTER, DEFAULT_AFTER_ANY = 3, "10%"
# Documented in doc_fragments/rollout_limits.py.
LIMIT_OPTIONS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "stop_after": {"type": "raw", "default": DEFAULT_AFTER},
    "stop_after_any": {"type": "raw", "default": DEFAULT_AFTER_ANY},
}
_AT_LEAST = 5  # tenants, where a share of them is few


@dataclasses.dataclass(frozen=True)
class Lost:
    """A tenant that has failed or could not be reached, and why: the codes of its failures, or their kinds, without names in them.

    One without a cause failed before the rollout began: it is left to do, and says nothing of the rollout.
    """

    host: str
    causes: tuple[str, ...]
    signing_in: bool = False  # whether the automation's own sign-in was what failed, with a credential that others have as well

    def to_result(self) -> dict[str, t.Any]:
        """As a result of a task has it."""
        return {"host": self.host, "causes": list(self.causes), "signing_in": self.signing_in}

    @classmethod
    def from_result(cls, found: t.Mapping[str, t.Any]) -> Lost:
        """What C(to_result) made."""
        return cls(str(found["host"]), tuple(map(str, found["causes"])), bool(found["signing_in"]))


@dataclasses.dataclass(frozen=True)
class Limits:
    """On how many failed tenants a rollout stops."""

    after: int  # with the same cause
    after_any: int  # whatever the causes

    @classmethod
    def of(cls, after: t.Any, after_any: t.Any, total: int) -> Limits:
        """From the variables of the operator, for a run over ``total`` tenants. Raises OptionError."""
        return cls(_number("rollout_stop_after", after), _share("rollout_stop_after_any", after_any, total))


@dataclasses.dataclass(frozen=True)
class Stop:
    """Why a rollout stops."""

    cause: str  # the cause that its tenants share, or nothing
    hosts: tuple[str, ...]
    sentence: str

    def to_result(self) -> dict[str, t.Any]:
        """As a result of a task has it."""
        return {"cause": self.cause, "hosts": list(self.hosts), "sentence": self.sentence}


def stop_of(lost: t.Sequence[Lost], limits: Limits) -> Stop | None:
    """Whether to begin no more tenants. A tenant counts once for each of its causes, however many connectors failed of it.

    One tenant is enough where the automation's own credential was refused at its sign-in: that is the same for all.
    """
    lost = [tenant for tenant in lost if tenant.causes]
    by_cause: dict[str, list[str]] = collections.defaultdict(list)
    for tenant in lost:
        for cause in dict.fromkeys(tenant.causes):
            by_cause[cause].append(tenant.host)
    for tenant in lost:
        if own := next((cause for cause in tenant.causes if tenant.signing_in and number_of(cause) in OF_THE_AUTOMATION), None):
            return Stop(
                own, tuple(by_cause[own]), f"the automation's own credential was refused ({own}, {_named(by_cause[own])}), as it would be in every other tenant"
            )
    cause, hosts = max(by_cause.items(), key=lambda entry: len(entry[1]), default=("", []))
    if len(hosts) >= limits.after and cause != UNKNOWN:
        return Stop(cause, tuple(hosts), f"{_count(len(hosts))} failed of the same cause ({cause}: {_named(hosts)}; 'rollout_stop_after' is {limits.after})")
    if len(lost) >= limits.after_any:
        names = [tenant.host for tenant in lost]
        return Stop("", tuple(names), f"{_count(len(names))} failed ({_named(names)}; 'rollout_stop_after_any' allows fewer than {limits.after_any})")
    return None


def _named(hosts: t.Sequence[str]) -> str:
    return ", ".join(hosts[:5]) + (f" and {len(hosts) - 5} more" if len(hosts) > 5 else "")


def _count(number: int) -> str:
    return "1 tenant has" if number == 1 else f"{number} tenants have"


def _number(variable: str, given: t.Any) -> int:
    if given in (None, ""):
        return DEFAULT_AFTER
    text = str(given).strip()
    if isinstance(given, bool) or not re.fullmatch(r"\d{1,6}", text) or int(text) < 1:
        raise OptionError(f"'{variable}' is {given!r}, which is no number of tenants.", code=variable, advice="Write a number from 1.")
    return int(text)


def _share(variable: str, given: t.Any, total: int) -> int:
    text = str(DEFAULT_AFTER_ANY if given in (None, "") else given).strip()
    if not text.endswith("%"):
        return _number(variable, given)
    if not re.fullmatch(r"\d{1,3}%", text) or not 1 <= int(text[:-1]) <= 100:
        raise OptionError(f"'{variable}' is {given!r}, which is no share of the tenants.", code=variable, advice='Write a number from 1, or "1%" to "100%".')
    return max(_AT_LEAST, math.ceil(total * int(text[:-1]) / 100))
