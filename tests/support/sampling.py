# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(make test) leaves to C(make test-all), to stay below 15 minutes on two cores.

The mark C(exhaustive) stands at the test or at the parameters: the same promise at more points, in the other way of running, or for another kind of
credential. What is left out is named where it is left out, so that a rename cannot silently change what runs.
"""

from __future__ import annotations

import typing as t

import pytest


def sampled(parameters: t.Mapping[str, t.Any] | t.Iterable[str], *sample: str) -> list[t.Any]:
    """Parameters for C(pytest.mark.parametrize): of these, by their ids, C(make test) takes only the sample.

    ``parameters`` are values by id, or ids that are the values. A plain tuple is several arguments. A name in the sample that is no id is an error.
    """
    values = dict(parameters) if isinstance(parameters, t.Mapping) else {name: name for name in parameters}
    unknown = set(sample) - values.keys()
    if unknown or not sample:
        raise ValueError(f"the sample is {sorted(unknown) or 'empty'}, but the parameters are {sorted(values)}")
    return [
        pytest.param(*(value if _several(value) else (value,)), id=name, marks=() if name in sample else pytest.mark.exhaustive)
        for name, value in values.items()
    ]


def _several(value: t.Any) -> bool:
    return isinstance(value, tuple) and not hasattr(value, "_fields")  # a named tuple is one argument
