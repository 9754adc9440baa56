# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role acme asks, by the names that it uses."""

from __future__ import annotations

import typing as t

from ..._entra.connector.connection import whole
from ..._entra.connector.look import look
from ..._entra.connector.preflight import foreseeing
from . import connection

CONNECTION = whole("acme", connection.connection)
DECISIONS: dict[str, t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]] = {}
LOOK = look  # the product is not asked: what it was given is known from the marks on the application
BEFORE_WRITING = None  # what tasks/preflight.yml asks could stand here as well, so that the playbook preflight asks it
PREFLIGHT = foreseeing(look)
FROM_ENVIRONMENT: dict[str, str] = {}
# Variables for which an empty text says something. For the others it is a question of a survey that was not answered.
MEANT_EMPTY: frozenset[str] = frozenset()
# What names something of one tenant, so that no extra variable may say it for several hosts.
TARGETS: frozenset[str] = frozenset({"acme_client_id", "acme_url"})
