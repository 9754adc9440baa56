# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which tenants a rollout has still to do, so that a later run can go on with them. Pure."""

from __future__ import annotations

import re
import typing as t

STATS = "rollout_resume"
NONE_LEFT = "!all"


def left_at_begin(everyone: t.Sequence[str], lost: t.Collection[str], batch: t.Sequence[str]) -> list[str]:
    """Before a wave: who has failed so far, and all from its first tenant on. It stands if the run ends in the middle of the wave."""
    first = min((everyone.index(host) for host in batch if host in everyone), default=0)
    return [host for place, host in enumerate(everyone) if host in lost or place >= first]


def left_at_end(everyone: t.Sequence[str], lost: t.Collection[str], batch: t.Sequence[str]) -> list[str]:
    """After a wave: who has failed so far, and all behind its last tenant. The ``batch`` may lack tenants that have failed."""
    last = max((everyone.index(host) for host in (*batch, *lost) if host in everyone), default=-1)
    return [host for place, host in enumerate(everyone) if host in lost or place > last]


def key_of(job: str) -> str:
    """The name of the figure under C(set_stats): that of the job, since results of slices and later jobs are merged by name."""
    return f"{STATS}_{job}" if re.fullmatch(r"\w{1,64}", job) else STATS


def text_of(hosts: t.Sequence[str]) -> str:
    """The file, as C(--limit @file) reads it. An empty file would be no limit, and so every tenant: with none left it holds a pattern that fits no host."""
    return "".join(f"{host}\n" for host in hosts) or f"{NONE_LEFT}\n"
