# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of fleets for tests: made from what a run would hear, so that they are as real ones are."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import Report, RunRow

CONNECTORS = ("helpdesk", "intranet", "payroll", "telephony")
STARTED, ENDED = "2026-11-30T20:00:00Z", "2026-11-30T20:41:07Z"
TODAY = dt.date(2026, 11, 30)
FAILURE = {
    "connector": "payroll",
    "code": "forbidden",
    "sentence": "Microsoft Graph refused to create application 'Payroll' in tenant Fabrikam (fabrikam.onmicrosoft.com): 403 Authorization_RequestDenied.",
    "advice": "Grant the automation identity Application.ReadWrite.OwnedBy there.",
    "request_id": "8a1c5b1e-0d3b-4a3e-9d55-27c6d8f1a001",
    "task": "Register the application",
}
HOSTILE = (
    "</script><script>alert(1)</script>",
    "\u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
    "\U0001f680 caf\u00e9 \U0001f469\u200d\U0001f4bb",
    "x" * 200,
    '=HYPERLINK("https://evil.example","x")',
    "\"><img src=x onerror=alert(1)>&amp;'",
    "a\nb\x1b[31mc\x00",
)


def run_row(run_id: str = "a1b2c3d4e5f6", started: str = STARTED, **more: t.Any) -> RunRow:
    """A run."""
    return RunRow(id=run_id, started=started, written=started, playbook="rollout.yml", version="1.0.0", **more)


def result(connector: str, status: str = "connected", *, tenant: str = "contoso", number: int = 0, **more: t.Any) -> dict[str, t.Any]:
    """What a role says at its end."""
    days = 12 + number * 37 % 350
    return {
        "connector": connector,
        "status": status,
        "changed": number % 7 == 0,
        "tenant": {"tenant_id": f"00000000-0000-4000-8000-{number:012d}", "display_name": tenant.title(), "primary_domain": f"{tenant}.onmicrosoft.com"},
        "app": {"app_id": f"3f9d1c52-7b1e-4c55-9d0e-{number:012x}"},
        "secret": {"end_date_time": f"{TODAY + dt.timedelta(days=days)}T00:00:00Z", "days_left": days},
        "to_do": [],
        "notes": [],
        **more,
    }


def waiting(connector: str, tenant: str, number: int = 0) -> dict[str, t.Any]:
    """One that waits for consent."""
    address = (
        f"https://login.microsoftonline.com/00000000-0000-4000-8000-{number:012d}/v2.0/adminconsent?client_id=3f9d1c52-7b1e-4c55-9d0e-{number:012x}&scope=x"
    )
    sentence = f"{tenant.title()} is waiting for admin consent, nothing was delivered. An administrator grants it at {address}"
    return result(connector, "awaiting_consent", tenant=tenant, number=number, to_do=[sentence], secret={})


def fleet(number: int = 500, connectors: t.Sequence[str] = CONNECTORS) -> Report:
    """A rollout over so many tenants, in three waves: of fifty some failed, waits, was lost or is held, and the last were never begun."""
    names = [f"customer-{index:03d}" for index in range(number)]
    heard = Heard(run_row(job="4711"))
    waves = [names[:1], names[1 : number // 2], names[number // 2 : number - number // 20]]
    for wave in waves:
        heard.play(names, wave)
        heard.ours()
        for name in wave:
            _one(heard, name, names.index(name), connectors)
    if number >= 50:
        heard.breaker({"stopped": {"sentence": "The run was stopped: forbidden was met on 3 tenants or more.", "cause": "forbidden"}})
    return heard.report(ENDED, {name for wave in waves for name in wave if names.index(name) % 25 == 3})


def _one(heard: Heard, name: str, index: int, connectors: t.Sequence[str]) -> None:
    heard.begun(name)
    if index % 50 == 17:
        heard.lost(name, {"msg": "Failed to connect to the host: no route."}, task="Look at the tenant's connectors")
        return
    if index % 50 == 29:
        heard.turn(name, {"held": {"reason": "A freeze of the customer's", "until": "2026-12-24"}})
        return
    heard.look(name, {"nothing_chosen": index % 50 == 31, "open": list(connectors), "confirmed": []} if index % 50 != 31 else {"nothing_chosen": True})
    if index % 50 == 31:
        return
    for place, connector in enumerate(connectors):
        if index % 25 == 3 and connector == connectors[-2]:
            sentence = FAILURE["sentence"].replace("Fabrikam", name.title()).replace("fabrikam", name)
            told = {"connector": connector, "sentence": sentence, "request_id": f"8a1c5b1e-0d3b-4a3e-9d55-{index:012d}"}
            fails(heard, name, {**FAILURE, **told})
            return
        said = waiting(connector, name, index) if (index + place) % 20 == 11 else result(connector, tenant=name, number=index + place)
        heard.facts(name, {f"{connector}_result": said})


def fails(heard: Heard, host: str, failure: dict[str, t.Any]) -> None:
    """A connector fails, and with it in the end the tenant."""
    heard.facts(host, {"rollout_failures": [failure]})
    heard.verdict(host, {"msg": "A connector failed.", "problems": [{"connector": failure["connector"]}]}, task="Say what came of it")


def small() -> Report:
    """Three tenants, of which one failed and one waits."""
    heard = Heard(run_row())
    names = ["contoso", "fabrikam", "northwind"]
    heard.play(names, names)
    heard.ours()
    for index, name in enumerate(names):
        heard.begun(name)
        heard.look(name, {"open": ["payroll", "telephony"]})
        heard.facts(name, {"telephony_result": result("telephony", tenant=name, number=index)})
    heard.facts("contoso", {"payroll_result": result("payroll", tenant="contoso", number=3)})
    heard.facts("northwind", {"payroll_result": waiting("payroll", "northwind", 2)})
    fails(heard, "fabrikam", FAILURE)
    return heard.report(ENDED, {"fabrikam"})


def hostile() -> Report:
    """Tenants, connectors and sentences with the names that a customer might choose in order to break a report."""
    heard = Heard(run_row(change=HOSTILE[0]))
    heard.play(HOSTILE, HOSTILE)
    heard.ours()
    for index, name in enumerate(HOSTILE):
        heard.begun(name)
        said = result("payroll", tenant=name, number=index, notes=[name], to_do=[f"{name} https://example.com/{index}?a=<b>&c='d'"])
        said["tenant"] = {"tenant_id": name, "display_name": name, "primary_domain": name}
        heard.facts(name, {"payroll_result": said, "x_result": {"connector": name, "status": name}})
        heard.failed(name, {"msg": name, "failure": {"code": name, "advice": f"advice {name}", "request_id": name}})
    return heard.report(ENDED, set(HOSTILE[::2]))
