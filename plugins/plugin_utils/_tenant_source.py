# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The tenants of an inventory, from its options to hosts: files, the sign-in to the partner's tenant, and what the cache of the inventory keeps."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import sys
import typing as t

from ansible.module_utils.common.parameters import AnsibleFallbackNotFound

from ..module_utils._argspec import auth_argument_spec, cloud_of_environment
from ..module_utils._auth.guard import check_tenant
from ..module_utils._budget import Budget
from ..module_utils._clock import or_machine_time
from ..module_utils._clouds import CLOUDS, endpoints_of
from ..module_utils._declaration import MISSING_LIBRARIES
from ..module_utils._engine import Runtime
from ..module_utils._errors import ConnectorError, OptionError
from ..module_utils._given_values import usable_options
from ..module_utils._job.cache import JobCache
from ..module_utils._numbers import number_problem
from ..module_utils._redact import redact
from ..module_utils._session import open_session
from ..module_utils._tenants.csv_file import CsvRow, rows_of
from ..module_utils._tenants.hosts import CSV, TenantHost, WantedTenants, hosts_of, listing_of_file
from ..module_utils._tenants.model import Listing
from ..module_utils._tenants.read import read_listing
from ..module_utils._tenants.whole import SHRINK_VARIABLE, Shrink

CREDENTIAL = tuple(name for name in auth_argument_spec() if name.startswith("auth_"))
_NUMBERS = ("timeout", "ending_within_days")


class Kept(t.Protocol):
    """What an inventory remembers of its last list."""

    def fresh(self) -> t.Any:
        """What may stand in for a list that is read now; None where there is nothing, or it is too old."""

    def last(self) -> t.Any:
        """What was kept last, however old it is; None where there is nothing."""

    def keep(self, value: t.Any) -> None:
        """Keep this."""


@dataclasses.dataclass
class TenantSource:
    """An inventory file: its options, and the folder that its paths are relative to."""

    options: dict[str, t.Any]
    folder: str
    environ: t.Mapping[str, str]
    warn: t.Callable[[str], None]
    read_as_inventory: t.Callable[[str], bool] = lambda path: False  # whether Ansible takes this file for an inventory by itself
    secrets: set[str] = dataclasses.field(default_factory=set)

    def hosts(self, kept: Kept | None) -> list[TenantHost]:
        """The hosts, by their names. Raises ConnectorError, whose sentence holds no secret, when the inventory would not be whole."""
        try:
            return self._hosts(kept)
        except ConnectorError as error:
            raise error.with_(message=redact(error.message, self.secrets)) from error

    def _hosts(self, kept: Kept | None) -> list[TenantHost]:
        for name in _NUMBERS:
            if problem := number_problem(name, self.options.get(name)):
                raise OptionError(problem, code=f"invalid_{name}")
        wanted = WantedTenants.of(self.options)
        if said := self.environ.get(SHRINK_VARIABLE, "").strip():  # for one run; to Ansible what stands in the file would come first
            wanted = dataclasses.replace(wanted, shrink=Shrink.of(said, SHRINK_VARIABLE))
        rows = self._rows(wanted)
        if wanted.source == CSV:
            return hosts_of(wanted, listing_of_file(rows), rows, or_machine_time(None), None, partner="")
        options = self._session_options()
        partner = check_tenant(options.get("tenant_id"))
        asked = f"{partner} at {endpoints_of(options).graph_url}"
        if found := Listing.from_cache(kept.fresh() if kept else None, wanted.source, asked):
            return hosts_of(wanted, found, rows, or_machine_time(None), None, partner=partner)
        listing, now = self._read(options, wanted.source, asked)
        before = Listing.from_cache(kept.last() if kept else None, wanted.source, asked)
        hosts = hosts_of(wanted, listing, rows, or_machine_time(now), before, partner=partner)
        if kept:
            kept.keep(listing.to_cache())  # what was not accepted is not kept, so that it is noticed again
        return hosts

    def _rows(self, wanted: WantedTenants) -> dict[str, CsvRow]:
        """What the file says. Raises OptionError for one that cannot be read."""
        if not wanted.csv_path:
            return {}
        path = os.path.normpath(os.path.join(self.folder, os.path.expanduser(wanted.csv_path)))
        if self.read_as_inventory(path):
            raise OptionError(
                f"'csv_path' is {wanted.csv_path}, which is in a folder that Ansible reads as an inventory, so that each of its lines becomes a host.",
                code="csv_path",
                advice="Move it to another folder.",
            )
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                text = file.read()
        except OSError as error:
            raise OptionError(
                f"'csv_path' is {wanted.csv_path}, which cannot be read: {error.strerror or error}.",
                code="csv_path",
                advice="A path is relative to the folder of the inventory file.",
            ) from error
        except UnicodeDecodeError as error:
            raise OptionError(f"'csv_path' is {wanted.csv_path}, which is not UTF-8.", code="csv_path", advice="Save it as CSV UTF-8.") from error
        return rows_of(text, wanted.csv_path, delimiter=wanted.csv_delimiter, variables=wanted.csv_variables)

    def _session_options(self) -> dict[str, t.Any]:
        """The options of the sign-in, as the modules have them. Raises OptionError, and CredentialError for a value that has to be corrected."""
        given = {name: value for name, value in self.options.items() if name in auth_argument_spec() and value is not None}
        if "cloud" not in given:
            with contextlib.suppress(AnsibleFallbackNotFound):
                given["cloud"] = cloud_of_environment("AZURE_CLOUD_ENVIRONMENT")
        if given.setdefault("cloud", "public") not in CLOUDS:
            raise OptionError(f"'cloud' is {given['cloud']!r}, which is no cloud.", code="cloud", advice=f"Known are {', '.join(CLOUDS)}.")
        return usable_options(auth_argument_spec(), given)

    def _read(self, options: dict[str, t.Any], source: str, asked: str) -> tuple[Listing, dt.datetime | None]:
        """The list as it is now. Raises ConnectorError."""
        if MISSING_LIBRARIES:
            raise ConnectorError(
                f"The Python package{'s' if len(MISSING_LIBRARIES) > 1 else ''} {' and '.join(MISSING_LIBRARIES)} cannot be imported by {sys.executable}.",
                code="missing_library",
                advice=f"Install them there: {sys.executable} -m pip install {' '.join(MISSING_LIBRARIES)}.",
            )
        runtime = Runtime(options, True, Budget(float(options.get("timeout") or 300)), self.warn, self.environ, secrets=self.secrets)
        # No token is left in the cache of a job: at this time there is none, and the cache of an inventory never has one.
        return read_listing(open_session(runtime, JobCache(None)).graph, source, asked)
