# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token provider: what is asked for, kept, and replaced."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import Credential, Login, RawToken
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.tokens import TokenProvider
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache

GRAPH = "https://graph.microsoft.com"
START = 4e9  # in seconds; far ahead, so that a token of then is good by the machine's clock too


class Numbered(Credential):
    """Issues token-1, token-2 and so on."""

    method = "numbered"
    issued: t.ClassVar[list[str]] = []

    def __init__(self, secret: str = "one", client_id: str = "c", lifetime: float = 3600) -> None:
        super().__init__(client_id, "the options")
        self.secret = secret
        self.lifetime = lifetime

    def identity(self) -> t.Sequence[str]:
        return (self.secret,)

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        value = f"token-{len(self.issued) + 1}"
        self.issued.append(f"{value} {audience} {what}")
        return RawToken(value, START + self.lifetime)


@pytest.fixture(autouse=True)
def _nothing_issued() -> t.Iterator[None]:
    Numbered.issued.clear()
    yield


@pytest.fixture
def cache(tmp_path: pathlib.Path) -> JobCache:
    return JobCache(str(tmp_path / "job"))


def provider(cache: JobCache, credential: Credential | None = None, login_url: str = "https://l", tenant: str = "t", **rest: t.Any) -> TokenProvider:
    login = Login(t.cast(t.Any, None), login_url, tenant)
    return TokenProvider(login, credential or Numbered(), cache, default_audience=GRAPH, names={GRAPH: "Microsoft Graph"}, **rest)


def test_one_request_per_audience(cache: JobCache) -> None:
    tokens = provider(cache)
    assert tokens.token().access_token == "token-1"
    assert tokens.token(GRAPH).access_token == "token-1"
    assert tokens.token("https://other").access_token == "token-2"
    assert Numbered.issued == [f"token-1 {GRAPH} Microsoft Graph", "token-2 https://other https://other"]


def test_the_next_task_takes_the_cached_one(cache: JobCache) -> None:
    assert not provider(cache).token().from_cache
    again = provider(cache).token()
    assert (again.access_token, again.from_cache) == ("token-1", True)


def test_without_a_cache_each_task_asks() -> None:
    for number in (1, 2):
        tokens = provider(JobCache(None))
        assert (tokens.token().access_token, tokens.token().from_cache) == (f"token-{number}", False)


def test_whoever_differs_gets_a_token_of_their_own(cache: JobCache) -> None:
    provider(cache).token()
    for other in (
        provider(cache, login_url="https://m"),
        provider(cache, tenant="u"),
        provider(cache, Numbered(client_id="d")),
        provider(cache, Numbered(secret="two")),
    ):
        assert not other.token().from_cache
    assert len(Numbered.issued) == 5


def test_fresh_replaces_it_for_all(cache: JobCache) -> None:
    tokens, neighbour = provider(cache), provider(cache)
    assert neighbour.token().access_token == tokens.token().access_token == "token-1"
    assert tokens.token(fresh=True).access_token == "token-2"
    assert tokens.token().access_token == "token-2"
    # The neighbour's old token is refused too; the one that was got meanwhile does for it.
    replaced = neighbour.token(fresh=True)
    assert (replaced.access_token, replaced.from_cache) == ("token-2", True)
    assert len(Numbered.issued) == 2


def test_a_token_near_its_end_is_not_handed_out(cache: JobCache) -> None:
    now = [START]
    cache = JobCache(cache.directory, clock=lambda: now[0])
    tokens = provider(cache, clock=lambda: now[0])
    tokens.token()
    now[0] += 3600 - 320
    assert tokens.token().access_token == "token-1"
    now[0] += 40
    assert provider(cache, clock=lambda: now[0]).token().access_token == "token-2"
    assert tokens.token().access_token == "token-2"


def test_a_short_lived_token_is_used_for_half_its_life(cache: JobCache) -> None:
    now = [START]
    cache = JobCache(cache.directory, clock=lambda: now[0])
    tokens = provider(cache, Numbered(lifetime=60), clock=lambda: now[0])
    tokens.token()
    now[0] += 25
    assert tokens.token().access_token == "token-1"
    now[0] += 10
    assert tokens.token().access_token == "token-2"


def test_a_token_that_was_given_is_not_written_down(cache: JobCache, tmp_path: pathlib.Path) -> None:
    credential = Numbered()
    credential.renewable = False
    provider(cache, credential).token()
    assert not list(tmp_path.rglob("*.json"))


def test_tokens_are_told_for_masking_and_not_shown(cache: JobCache) -> None:
    told: list[str] = []
    for _time in range(2):
        token = provider(cache, on_token=told.append).token()
    assert told == ["token-1", "token-1"]
    assert "token-1" not in repr(token)


def test_strange_content_of_the_cache_is_replaced(cache: JobCache) -> None:
    tokens = provider(cache)
    for content in ("x", {}, {"access_token": 1}, {"access_token": "x"}, None):
        cache.drop("token", tokens.key(GRAPH))
        cache.get_or_create("token", tokens.key(GRAPH), lambda content=content: (content, None))
        assert provider(cache).token().access_token.startswith("token-")
