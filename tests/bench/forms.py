# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a benchmark measures: all of it on a quiet machine, or little of everything on one that is in use."""

from __future__ import annotations

import dataclasses

LATENCY = 0.1  # seconds that each answer takes longer
FORKS = 10
FLOOR_TASKS = 7  # of ansible.builtin.debug, on each host
# The runs, as they are called in figures, tables and picture.
CONNECT, CONFIRM = "Workspace 365, first connect", "Workspace 365, confirm"
CONNECT_FOUR, CONFIRM_FOUR = "four connectors, first connect", "four connectors, confirm"
PREFLIGHT_FOUR, CHANGE_FOUR = "four connectors, preflight", "four connectors, a redirect URI in all"
WAVES_STOPPED, MASS_STOPPED, KILLED = "waves, the breaker after the second", "mass, the breaker", "waves, SIGKILL in the second"
# What confirming a tenant of Workspace 365 may cost: CPU as a multiple of the floor's, and megabytes of all processes.
LIMIT, AIM, MEMORY_LIMIT = 2.0, 1.6, 700


@dataclasses.dataclass(frozen=True)
class Form:
    """The numbers of one form. What is counted is the same in both, so that it can be compared."""

    name: str
    #: So many runs and floors in turn, whose median is the ratio, of so many tenants.
    pairs: int
    ratio_tenants: int
    #: Tenants that are connected together, one group after the other; in the end all of these are.
    connect: tuple[int, ...]
    confirm: tuple[int, ...]
    #: Tenants that are confirmed while every answer is late.
    late: tuple[int, ...]
    #: Tenants with four connectors that are looked at before a rollout, confirmed, and changed.
    fleet: tuple[int, ...]
    #: How many tenants are confirmed with so many forks.
    forks_tenants: int
    forks: tuple[int, ...]
    ratio_forks: tuple[int, ...] = (2, FORKS)
    counted: int = 5
    counted_rollout: int = 2

    @property
    def tenants(self) -> int:
        """All of them."""
        return sum(self.connect)


FULL = Form(
    "full",
    pairs=3,
    ratio_tenants=100,
    connect=(1, 10, 100, 389),
    confirm=(1, 10, 50, 500),
    late=(100, 500),
    fleet=(100, 200, 500),
    forks_tenants=50,
    forks=(2, 5, 10, 25, 50),
)
QUICK = Form("quick", pairs=1, ratio_tenants=8, connect=(1, 9), confirm=(1, 5, 10), late=(8, 10), fleet=(2, 4), forks_tenants=6, forks=(2, 5, 10))
