# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a job of a pipeline asks for its OpenID Connect token: GitHub Actions and Azure DevOps.

A test begins a job with the control path; the job ends with the next reset. What is inferred is in README.md.
"""

from __future__ import annotations

import hmac
import secrets
import typing as t
import uuid

from .checks import ControlError
from .tokens import TokenIssuer
from .web import Request, Response
from .world import JsonObject, World

# https://docs.github.com/en/actions/reference/security/oidc (read 2026-11-30): issuer; "By default, [the audience] is the URL of the repository owner".
_GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
# https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections (read 2026-11-30): this issuer, or Entra ID itself for newer service
# connections; service connections with multitenant applications keep this one after 2027-07-01. The subject is sc://organization/project/connection
# (https://devblogs.microsoft.com/devops/workload-identity-federation-for-azure-deployments-is-now-generally-available/, read 2026-11-30).
_DEVOPS_ISSUER = "https://vstoken.dev.azure.com/{organization}"
_EXCHANGE = "api://AzureADTokenExchange"
# Minutes; how many is inferred.
_LIFETIME = 600


def begin(world: World, root: str, kind: str, body: JsonObject) -> JsonObject:
    """Begin a job. Returns its C(environment), C(issuer) and C(subject). Raises ControlError for a kind that is not known."""
    number, token = str(uuid.uuid4()), secrets.token_urlsafe(24)
    world.issued.append(token)
    if kind == "github_actions":
        job = {"kind": kind, "token": token, "issuer": _GITHUB_ISSUER, "subject": body["subject"], "owner": body.get("owner", "tailspin")}
        environment = {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{root}/github_actions/{number}/idtoken?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token}
    elif kind == "azure_devops":
        issuer = body.get("issuer") or _DEVOPS_ISSUER.format(organization=body.get("organization", str(uuid.uuid4())))
        job = {"kind": kind, "token": token, "issuer": issuer, "subject": body["subject"], "connection": body["connection"].lower()}
        environment = {"SYSTEM_OIDCREQUESTURI": f"{root}/azure_devops/{number}/oidctoken", "SYSTEM_ACCESSTOKEN": token}
    else:
        raise ControlError(404, f"there are no jobs of '{kind}'")
    world.pipelines[number] = job
    return {"environment": environment, "issuer": job["issuer"], "subject": job["subject"]}


class PipelineService:
    """Gives a job that shows its own token one for the audience that it asks for.

    GitHub: https://github.com/actions/toolkit/blob/main/packages/core/src/oidc-utils.ts (GET, bearer, "value"). Azure DevOps:
    https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create (POST, serviceConnectionId, "oidcToken") and
    https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/azure_pipelines.py (bearer, 7.1); all
    read 2026-11-30.
    """

    def __init__(self, world: World, issuer: TokenIssuer, kind: str) -> None:
        self._world = world
        self._issuer = issuer
        self._kind = kind

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        number, _slash, rest = request.path.strip("/").partition("/")
        job = self._world.pipelines.get(number)
        if job is None or job["kind"] != self._kind:
            return Response(404)
        scheme, _blank, shown = request.headers.get("Authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and hmac.compare_digest(shown.encode(), job["token"].encode())
        return self._github(request, rest, job, known) if self._kind == "github_actions" else self._devops(request, rest, job, known)

    def _github(self, request: Request, rest: str, job: JsonObject, known: bool) -> Response:
        if rest != "idtoken" or request.method != "GET":
            return Response(404)
        if not known:
            return Response.json(401, {"message": "The token is not valid for this job."})
        audience = request.query.get("audience") or f"https://github.com/{job['owner']}"
        return Response.json(200, {"value": self._sign(job, audience)})

    def _devops(self, request: Request, rest: str, job: JsonObject, known: bool) -> Response:
        if rest != "oidctoken":
            return Response(404)
        if request.method != "POST":
            return _refused(405, "The requested resource does not support http method 'GET'.")
        if not known:
            # Without the header that Microsoft's own clients send, people are led to the sign-in page.
            if request.headers.get("X-TFS-FedAuthRedirect", "").lower() != "suppress":
                return Response(302, b"", {"Location": "https://spsprodweu1.vssps.visualstudio.com/_signin"})
            return Response(401)
        if not request.query.get("api-version", "").startswith("7."):
            return _refused(400, "No api-version was supplied for the request. The version must be supplied either as part of the Accept header or as a query.")
        connection = request.query.get("serviceConnectionId", "").lower()
        if connection and connection != job["connection"]:
            return _refused(404, f"Service connection {connection} was not found, or this pipeline may not use it.")
        subject = job["subject"] if connection else f"p://{job['connection']}"
        return Response.json(200, {"oidcToken": self._sign({**job, "subject": subject}, _EXCHANGE)})

    def _sign(self, job: t.Mapping[str, t.Any], audience: str) -> str:
        return self._issuer.sign_assertion(job["issuer"], job["subject"], audience, _LIFETIME)


def _refused(status: int, message: str) -> Response:
    return Response.json(status, {"$id": "1", "innerException": None, "message": message, "typeName": "", "typeKey": "", "errorCode": 0, "eventId": 3000})
