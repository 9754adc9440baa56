# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How far a run is, in one line: counts, rate and the time that is left. Pure: it is told what time it is."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .heard import Heard, HeardTenant

PLAIN_EVERY = 30.0  # seconds between two lines
LINE_EVERY = 0.5
_FEW = 5  # tenants before which a rate says nothing
_EARLY = 10.0  # seconds, the same


class ProgressMode(enum.StrEnum):
    """How progress is shown."""

    AUTO = "auto"
    LINE = "line"  # one line of a terminal, which is written anew
    PLAIN = "plain"  # a line now and then
    NONE = "none"


def mode_of(asked: ProgressMode, environ: t.Mapping[str, str], job_variables: t.Iterable[str], *, terminal: bool) -> ProgressMode:
    """How to show it. A job of ansible-runner has a terminal that no person sees and that keeps each line, so a terminal alone says nothing."""
    if asked is not ProgressMode.AUTO:
        return asked
    kept = any(environ.get(name) for name in (*job_variables, "JOB_ID", "CI"))
    return ProgressMode.LINE if terminal and not kept and environ.get("TERM", "dumb") != "dumb" else ProgressMode.PLAIN


@dataclasses.dataclass
class Progress:
    """When the next line is due, and what it says. Times are seconds of a clock that only runs on."""

    mode: ProgressMode
    started: float
    shown: float = 0.0
    wave: int = 0

    def due(self, now: float, wave: int) -> bool:
        """Whether a line is to be shown now: when it is time, and as plain text when a wave begins."""
        every = LINE_EVERY if self.mode is ProgressMode.LINE else PLAIN_EVERY
        if self.mode is ProgressMode.NONE or (now - max(self.shown, self.started) < every and (wave == self.wave or self.mode is ProgressMode.LINE)):
            return False
        self.shown, self.wave = now, wave
        return True

    def text(self, heard: Heard, now: float) -> str:
        """The line. Rate and rest are shown once they say something."""
        tenants = list(heard.tenants.values())
        failed = sum(_failed(tenant) for tenant in tenants)
        done = sum(tenant.done or _failed(tenant) for tenant in tenants)
        took = now - self.started
        parts = [f"{done} of {len(tenants)} tenants", f"{failed} failed", *([f"wave {heard.wave}"] if heard.wave else []), clock(took)]
        if done >= _FEW and took >= _EARLY:
            parts += [f"{done / took * 60:.1f} a minute", *([f"{clock((len(tenants) - done) * took / done)} left"] if done < len(tenants) else [])]
        return ", ".join(parts)


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    whole = max(0, round(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _failed(tenant: HeardTenant) -> bool:
    """Whether it failed, as far as that can be told: a failure that a playbook goes on from is followed by what came of the connector."""
    return bool(tenant.lost or tenant.noted or tenant.failures or (tenant.last and not tenant.done))
