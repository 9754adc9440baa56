# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credentials were made while power_platform_credential was another, and which of them may go."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import replaced_credentials
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.replaced_credentials import Present

A, B, C = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "abc")


def mark(key_id: str, connector: str = "power_platform", status: str = "d") -> str:
    """A delivery mark."""
    return f"tkc:{connector}:0123456789ab:{status}:{key_id}:ba9876543210"


def row(key_id: str, days: int = 180, left: int = 170, start: str = "2026-11-01T00:00:00Z") -> dict[str, t.Any]:
    """One managed credential that is valid for so many days, with so many left."""
    ends = {180: "2027-04-30T00:00:00Z", 181: "2027-04-30T12:00:00Z"}
    return {"key_id": key_id, "start_date_time": start, "end_date_time": ends[days], "days_left": left}


def present(kind: str = "secret", *, generates: bool = False, key_id: str | None = A, managed: t.Any = (), tags: t.Sequence[str] = ()) -> Present:
    """The credential that the application is to sign in with."""
    return Present(kind, generates, {"key_id": key_id, "managed": list(managed)}, tuple(tags))


def test_marks_of_another_kind() -> None:
    table: list[tuple[Present, list[str]]] = [
        (present(managed=[row(A)], tags=[mark(A), mark(B)]), [B]),
        (present("certificate", generates=True, managed=[row(A), row(B)], tags=[mark(A), mark(B), mark(C, status="p")]), [C]),
        # Of a certificate that is given, and of a trust, only the present one counts: what was made before has a mark.
        (present("certificate", managed=[row(A), row(B)], tags=[mark(A), mark(B)]), [B]),
        (present("federated", key_id=None, tags=[mark(B), mark(B, status="p")]), [B]),
        (Present("none", False, {}, (mark(A),)), [A]),
        (Present("secret", False, {"key_id": A, "managed": None}, (mark(A),)), [A]),
        (present(tags=["tkc:created", mark(B, connector="workato"), "tkc:power_platform:unproven:failed"]), []),
    ]
    assert [item.marked_before for item, _expected in table] == [expected for _item, expected in table]


@pytest.mark.parametrize(
    ("item", "age"),
    [
        (present(managed=[row(B, left=1), row(A, left=170)]), 10),
        (present(managed=[row(A, left=180)]), 0),
        (present(managed=[row(A, days=181, left=173)]), 7),
        (present(managed=[row(B)]), None),
        (present(key_id=None, managed=[row(B)]), None),
        (present("federated", key_id=None), None),
        (Present("none", False, {}), None),
        (present(managed=[row(A, start="")]), None),
        (present(managed=[{**row(A), "end_date_time": None}]), None),
    ],
)
def test_age_in_days(item: Present, age: int | None) -> None:
    assert item.age == age


OVER: list[tuple[Present, bool, bool, bool]] = [
    # The present credential, unproven, goes at all, is over.
    (present(managed=[row(A, left=172)], tags=[mark(B)]), False, True, True),  # eight days old
    (present(managed=[row(A, left=173)], tags=[mark(B)]), False, True, False),  # seven: the overlap is not over
    (present(managed=[row(A, left=172)], tags=[mark(B)]), True, True, False),
    (present(managed=[row(A, left=172)], tags=[mark(A)]), False, False, False),
    (present("federated", key_id=None, tags=[mark(B)]), False, False, False),
    (present(managed=[row(A, left=180)], tags=[mark(B)]), False, True, False),
]


@pytest.mark.parametrize(("item", "unproven", "goes", "over"), OVER)
def test_when_they_go(item: Present, unproven: bool, goes: bool, over: bool) -> None:
    assert replaced_credentials.go_at_all(item) is goes
    assert replaced_credentials.are_over(item, overlap_days=7, unproven=unproven) is over


OURS, THEIRS = "tkc:power_platform:0123abcd", "by hand"
APP = {
    "secrets": [{"key_id": "s1", "display_name": OURS}, {"key_id": "s2", "display_name": THEIRS}, {"key_id": "s3", "display_name": None}],
    "certificates": [
        {"key_id": A, "display_name": OURS},
        {"key_id": B, "display_name": OURS},
        {"key_id": "c3", "display_name": f"{OURS}0"},
        {"key_id": "c4", "display_name": "tkc:workato:0123abcd"},
    ],
}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (present("secret"), {"secrets": [], "certificates": [A, B]}),
        (present("certificate", generates=True), {"secrets": ["s1"], "certificates": []}),
        (present("federated", key_id=None), {"secrets": ["s1"], "certificates": [A, B]}),
        (Present("none", False, {}), {"secrets": ["s1"], "certificates": [A, B]}),
        # One that is given: what has a mark was made here and goes; what has none was given as well, and is retired with the present one.
        (present("certificate", managed=[row(A), row(B)], tags=[mark(B)]), {"secrets": ["s1"], "certificates": [B]}),
        (present("certificate", managed=[row(A)], tags=[mark(A)]), {"secrets": ["s1"], "certificates": [A, B]}),
    ],
)
def test_what_was_used_before(item: Present, expected: dict[str, list[str]]) -> None:
    assert replaced_credentials.replaced(item, APP) == expected


def test_an_application_without_any() -> None:
    for app in ({}, {"secrets": None, "certificates": None}):
        assert replaced_credentials.replaced(Present("none", False, {}), app) == {"secrets": [], "certificates": []}


ALSO = "made or uploaded by this role while power_platform_credential was another."
MODULE = "Once it is unused, remove it with tenantkit.connectors."
LINES: list[tuple[dict[str, t.Any], bool, list[str]]] = [
    ({"secrets": [], "certificates": [], "federated": []}, True, []),
    ({}, False, []),
    ({"secrets": ["s1", "s2"], "certificates": ["c"], "federated": []}, True, [
        f"The application also has s1, s2, c, {ALSO}", "Removed 9 days after the present credential was made.",
    ]),
    ({"secrets": ["s1"], "certificates": [], "federated": []}, False, [
        f"The application also has s1, {ALSO}", f"{MODULE}entra_client_secret (name: power_platform, state: absent, force: true).",
    ]),
    ({"secrets": [], "certificates": ["c"], "federated": []}, False, [
        f"The application also has c, {ALSO}", f"{MODULE}entra_app_certificate (name: power_platform, state: absent, force: true).",
    ]),
    ({"secrets": [], "certificates": [], "federated": ["main"]}, True, [
        "The application also has the federated credential main. Once it is unused, remove it with "
        "tenantkit.connectors.entra_federated_credential (state: absent).",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("left", "goes", "expected"), LINES)
def test_what_the_operator_reads(left: dict[str, t.Any], goes: bool, expected: list[str]) -> None:
    assert replaced_credentials.left_lines(left, goes=goes, overlap_days=9) == expected
