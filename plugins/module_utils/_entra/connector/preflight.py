# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a rollout of a connector would meet, found out by asking alone: the look of its role, then each open step as a prediction, the sinks and the product.

Nothing is decided here a second time. What keeps a rollout from writing is said by the modules of its steps, in check mode, and by the look; what is added is
what a prediction cannot know, such as a right that a token does not tell of.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ..._errors import ConnectorError
from ..._graph.rights import APPLICATIONS, ASSIGN, GRANT, OWN_APPLICATIONS, listed, rights_of, uncertain_rights
from ..._sink_entry import KEY_VAULT, TASKS, VAULT_FILE
from ..common.blockers import sentence_of
from ..consent.assessment import is_unknown
from .credential import after_registration, credential_steps
from .look import Ask, Host, Json, Look, Looked, secrets_for
from .plan import plan_after_sinks
from .rights import rights_of_steps

# What a product's role asks once it has something to do, before it writes anything: with the connection, the look, and whether a credential is to be made.
Before = t.Callable[[Json, Json, bool, Host], t.Generator["Ask", t.Any, Json]]
_STEPS = {"permissions": "entra_app_permission", "service_principal": "entra_service_principal", "consent": "entra_admin_consent"}
_ASKED = (VAULT_FILE, KEY_VAULT)  # the sinks that a module asks
# A service that did not answer says nothing of what a rollout will meet.
_NO_ANSWER = frozenset({"transport", "redirect", "budget", "proxyanswer"})


class Weight(enum.Enum):
    """What a finding means."""

    NO_GO = "no_go"  # a rollout fails, or ends blocked
    NOT_ASSESSED = "not_assessed"  # a rollout may fail: what decides it could not be read
    TO_DO = "to_do"  # a person has to do something, and the rollout ends well without it
    NOTE = "note"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One reason for a verdict."""

    code: str
    weight: Weight
    sentence: str

    def to_result(self) -> Json:
        """For results: plain data."""
        return {"code": self.code, "weight": self.weight.value, "sentence": self.sentence}


@dataclasses.dataclass(frozen=True)
class Foreseen:
    """What was found out about one connector."""

    opens: bool  # whether a rollout would write
    tenant: t.Mapping[str, t.Any]
    findings: tuple[Finding, ...]
    documented: tuple[str, ...]  # the least permissions of Microsoft Graph that the connector needs
    sinks: tuple[Json, ...] = ()

    def looked(self) -> Looked:
        """As the end of a conversation."""
        return Looked(self.opens, seen={"foreseen": self})


def foreseeing(look: t.Callable[[Json, Host], Look], before: Before | None = None, *, asked: bool = False) -> t.Callable[[Json, Host, Json], Look]:
    """The preflight of a connector whose role is built on entra_connector.

    ``before`` is what the role asks of its product before it writes; ``asked`` says that the look has done so. The third argument of the answer is
    C(identity) of entra_identity_info, empty where that is not known.
    """

    def preflight(connection: Json, host: Host, identity: Json) -> Look:
        looked = yield from look(connection, host)
        seen = (looked.seen.get("entra") or {}).get("connection")
        if seen is None or connection["state"] != "present":
            return Foreseen(looked.open, (seen or {}).get("tenant") or {}, tuple(_removal(connection, looked)), ()).looked()
        findings = list(findings_of(connection, seen, identity, opens=looked.open))
        sinks: tuple[Json, ...] = ()
        plan = yield from _plan(seen, host)
        if looked.open and not any(blocker["shuts"] for blocker in seen["blockers"]):
            findings += yield from _steps(connection, seen, plan)
            sinks, more = yield from _sinks(seen, plan, host)
            findings += [*more, *_credential(connection, seen, plan)]
            findings += yield from product(before, connection, seen, bool(plan["makes_credential"]), host, asked=asked)
        elif before is not None and connection.get("has_key"):
            # Nothing needs the product today. Whether its key will do is worth knowing before a renewal does.
            _answer, failure = yield from gently(before(connection, seen, True, host))
            findings += [dataclasses.replace(finding_of(failure), weight=Weight.NOTE)] if failure else []
        return Foreseen(looked.open, seen["tenant"], tuple(findings), documented(connection, seen), sinks).looked()

    return preflight


def finding_of(result: Json) -> Finding:
    """A failed result. What a service did not answer is not known; every other failure is what a rollout would end with."""
    failure = result.get("failure") or {}
    status = failure.get("http_status") or 0
    unknown = failure.get("kind") in _NO_ANSWER or status == 429 or status >= 500
    code = str(failure.get("code") or failure.get("kind") or "failed")
    return Finding(code, Weight.NOT_ASSESSED if unknown else Weight.NO_GO, str(result.get("msg") or "no message"))


def gently(questions: t.Generator[Ask, t.Any, Json]) -> t.Generator[Ask, t.Any, tuple[Json, Json]]:
    """Lead questions of which each may fail. Returns the answer, and the failed result where one did."""
    try:
        ask = next(questions)
        while True:
            answer = yield dataclasses.replace(ask, optional=True)
            if answer.get("failed"):
                return {}, answer
            ask = questions.send(answer)
    except StopIteration as end:
        return end.value or {}, {}
    except ConnectorError as error:
        return {}, {"failed": True, "msg": error.sentence(), "failure": error.as_failure()}


def product(before: Before | None, connection: Json, seen: Json, makes: bool, host: Host, *, asked: bool) -> t.Generator[Ask, t.Any, list[Finding]]:
    """Whether the product would take a credential, as far as its role asks before it makes one."""
    if before is not None:
        answer, failure = yield from gently(before(connection, seen, makes, host))
        untried = [Finding("product_not_tried", Weight.NOT_ASSESSED, str(answer["untried"]))] if answer.get("untried") else []
        return [finding_of(failure)] if failure else untried
    if not makes or asked or not seen["wanted"]["role"]["has_product"]:
        return []
    sentence = f"Whether {connection['connector']} takes the credential of {_name(seen)} was not tried: its role has no question for that."
    return [Finding("product_not_tried", Weight.NOT_ASSESSED, sentence)]


def findings_of(connection: Json, seen: Json, identity: Json, *, opens: bool) -> t.Iterator[Finding]:
    """What the look says, and the rights that its open steps need."""
    yield from blocked(seen["blockers"])
    yield from (Finding("not_looked_at", Weight.NOTE, text) for text in seen["not_assessed"])
    yield from (Finding("drift", Weight.NOTE, text) for text in seen["drift"])
    wanted, consent = seen["wanted"], seen["consent"]
    if wanted["role"]["consent_wanted"] and is_unknown(consent):
        yield Finding("consent_not_assessed", Weight.NOT_ASSESSED, str(consent.get("unread") or ""))
    elif opens and wanted["role"]["consent_wanted"] and not consent.get("complete"):
        yield from waiting(_consent_rights(consent), identity, str(seen["tenant"]["display_name"]))
    if opens:
        yield from rights(rights_of_steps(wanted, seen), identity, str(seen["tenant"]["display_name"]))
        yield from _ownership(seen, identity)


def blocked(blockers: t.Iterable[Json]) -> t.Iterator[Finding]:
    """What no sign-in gets past: a rollout ends as blocked."""
    yield from (Finding(str(blocker["what"]), Weight.NO_GO, sentence_of(blocker)) for blocker in blockers)


def rights(needed: t.Iterable[str], identity: Json, tenant: str) -> t.Iterator[Finding]:
    """Rights that the token does not show. What is certainly missing the look has refused already."""
    unclear = uncertain_rights(identity.get("granted") or (), needed)
    if unclear:
        yield Finding(
            "rights_not_certain",
            Weight.NOT_ASSESSED,
            f"Whether the automation identity may do what is left to do in {tenant} is not known: its token does not name {listed(unclear)}, which a directory "
            "role or another permission may include. Grant what the README of the role lists, or try it with one tenant.",
        )


def waiting(needed: t.Sequence[str], identity: Json, tenant: str) -> t.Iterator[Finding]:
    """A consent that the identity may not give is left to a person; the rollout ends well, and nothing is delivered until then."""
    lacking = uncertain_rights(identity.get("granted") or (), needed)
    if lacking:
        yield Finding(
            "awaiting_consent",
            Weight.TO_DO,
            f"An administrator of {tenant} has to consent: the token of the automation identity does not name {listed(lacking)}. The rollout says where.",
        )


def _consent_rights(consent: Json) -> list[str]:
    kinds = (("delegated", GRANT), ("application", ASSIGN))
    return [right for kind, right in kinds if any(row.get(kind) for row in consent.get("missing") or ())]


def _ownership(seen: Json, identity: Json) -> t.Iterator[Finding]:
    """C(Application.ReadWrite.OwnedBy) is for what the identity owns; who owns an application cannot be seen from a token."""
    granted = identity.get("granted") or ()
    if seen["app"]["would_create"] or seen["created_by_identity"] or OWN_APPLICATIONS not in granted or APPLICATIONS in granted:
        return
    yield Finding(
        "ownership_not_certain",
        Weight.NOT_ASSESSED,
        f"Whether the automation identity owns the application {_name(seen)} is not known, and {OWN_APPLICATIONS} is for its own applications alone. Make it "
        f"an owner of the application, or grant {APPLICATIONS}.",
    )


def _plan(seen: Json, host: Host) -> t.Generator[Ask, t.Any, Json]:
    """What the role does next, once the vault files were asked for the key that was delivered."""
    plan: Json = seen["next"]
    if not plan["asks"] or not _of_type(plan, *_ASKED):
        return plan
    options = {**_call(plan, host), "question": "holds", "key_id": plan["key_id"]}
    answer = yield Ask("credential_sinks", options, secrets=secrets_for(plan), optional=True)
    # A sink that cannot be asked is found again where it is tried.
    return plan if answer.get("failed") else {**plan, **plan_after_sinks({"look": seen, "sinks": answer, "check_mode": False})}


def _call(plan: Json, host: Host) -> Json:
    client = {"client_id": plan["client_id"]} if plan["client_id"] else {}
    return {**plan["sinks_call"], **client, "directory": host.credentials}


def _of_type(plan: Json, *kinds: str) -> list[Json]:
    return [sink for sink in plan["sinks_call"]["sinks"] if sink.get("type") in kinds]


def _sinks(seen: Json, plan: Json, host: Host) -> t.Generator[Ask, t.Any, tuple[tuple[Json, ...], list[Finding]]]:
    """Whether each sink could be written. Of a task file only the role can ask that, and a key vault has no trial of a write."""
    findings: list[Finding] = []
    shown: list[Json] = []
    asked = _of_type(plan, *_ASKED)
    if asked:
        answer = yield Ask("credential_sinks", {**_call(plan, host), "question": "writable"}, secrets=secrets_for(plan), optional=True)
        good = not answer.get("failed")
        findings += [] if good else [finding_of(answer)]
        rows = [row for row in answer.get("sinks") or () if row.get("type") in _ASKED] if good else [{**sink, "place": None} for sink in asked]
        for row in rows:
            writing = ("not_tested" if row["type"] == KEY_VAULT else "tested") if good else "refused"
            shown.append({"type": row["type"], "place": row.get("place"), "readable": good, "writing": writing})
            if good and row["type"] == KEY_VAULT and plan["makes_credential"]:
                text = f"The sink {row.get('place')} is readable; writing not tested, since a key vault has no trial of that. It is written first."
                findings.append(Finding("sink_not_tested", Weight.NOT_ASSESSED, text))
    for sink in _of_type(plan, TASKS):
        shown.append({"type": "tasks", "place": sink.get("file"), "readable": None, "writing": "not_tested"})
        if plan["makes_credential"] or plan["asks"]:
            text = f"The sink {sink.get('file')} was not asked: it is a task file, which only the role runs. Writing to it is not tested."
            findings.append(Finding("sink_not_tested", Weight.NOT_ASSESSED, text))
    return tuple(shown), findings


def _steps(connection: Json, seen: Json, plan: Json) -> t.Generator[Ask, t.Any, list[Finding]]:
    """Each open step as a prediction of its own module, which reads what the look did not: deleted twins, say. The first that fails ends a rollout."""
    app: Json = {}
    if seen["steps"]["app"]["open"]:
        app = yield from _predicted("entra_app", seen["steps"]["app"]["options"])
        if app.get("failed"):
            return [finding_of(app)]
    registered = after_registration({"look": seen, "app": app})
    for name, module in _STEPS.items():
        if not registered[name]["open"] or (name == "permissions" and seen["missing_resources"]):
            continue
        answer = yield from _predicted(module, registered[name]["options"])
        if answer.get("failed"):
            return [finding_of(answer)]
    steps = credential_steps({"look": seen, "plan": {**plan, "open": True}, "registered": {"decision": registered}, "check_mode": True})
    if steps["issue"]["open"]:
        known = connection.get("known_value_variable")
        secrets = {"known_value": known} if known else {}
        answer = yield from _predicted("entra_managed_credential", steps["issue"]["options"], secrets)
        if answer.get("failed"):
            return [finding_of(answer)]
    return []


def _predicted(module: str, options: Json, secrets: t.Mapping[str, str] | None = None) -> t.Generator[Ask, t.Any, Json]:
    given = {"state": "present", **{name: value for name, value in options.items() if name != "chained"}}
    answer: Json = yield Ask(module, given, secrets=secrets or {}, predicts=True, optional=True, variables=dict(secrets or {}))
    return answer


def _credential(connection: Json, seen: Json, plan: Json) -> t.Iterator[Finding]:
    """A policy that may not be read is applied all the same."""
    if (plan["makes_credential"] or connection.get("checks_certificate")) and not seen["policies_read"]:
        yield Finding(
            "policies_not_read",
            Weight.NOT_ASSESSED,
            f"The app management policies of {seen['tenant']['display_name']} were not read, and a credential is to be made, which they may forbid. Grant the "
            "automation identity Policy.Read.All.",
        )


def _removal(connection: Json, looked: Looked) -> t.Iterator[Finding]:
    if looked.open:
        text = f"What state absent takes away of {connection['connector']} is not tried. Check mode of the role shows it."
        yield Finding("removal_not_tried", Weight.NOT_ASSESSED, text)


def documented(connection: Json, seen: Json) -> tuple[str, ...]:
    """The least permissions of Microsoft Graph that the README documents for this connection, each once."""
    wanted = seen["wanted"]
    asked = list(wanted.get("permissions") or ()) if wanted["role"]["consent_wanted"] else []
    tasks: list[tuple[str, Json]] = [
        ("entra_connection_info", {"role": wanted["role"]}),
        ("entra_app", dict(wanted.get("app") or {})),
        ("entra_service_principal", dict(wanted.get("service_principal") or {})),
        ("entra_app_permission", {"create_missing_service_principals": bool(seen["missing_resources"])}),
        *([("entra_admin_consent", {"permissions": asked})] if asked else []),
    ]
    return tuple(dict.fromkeys(right for module, options in tasks for right in rights_of(module, options)))


def _name(seen: Json) -> str:
    app = seen["app"]
    named = app.get("display_name") or (seen["wanted"].get("app") or {}).get("display_name") or seen["wanted"]["connector"]
    return f"'{named}' in {seen['tenant']['display_name']}"
