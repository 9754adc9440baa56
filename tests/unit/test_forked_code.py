# SPDX-License-Identifier: GPL-3.0-or-later
"""Code that was compiled before there was a run is what the run would have compiled, or is not used."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.forked_code import Compiled

SOURCE = b"import sys\nNUMBER = 7\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a collection."""
    path = tmp_path / "ansible_collections" / "own" / "things" / "plugins" / "module_utils" / "deep" / "number.py"
    path.parent.mkdir(parents=True)
    path.write_bytes(SOURCE)
    return path


def wanted(source: bytes, path: Path, **more: object) -> dict[str, object]:
    """As the loader of collections asks for it."""
    return {"source": source, "filename": str(path), "mode": "exec", "flags": 0, "dont_inherit": True, **more}


def test_a_file_that_is_as_it_was_is_not_compiled_again(tmp_path: Path, file: Path) -> None:
    compiled = Compiled(["", str(tmp_path)])
    code = compiled.compile(**wanted(SOURCE, file))
    assert code is compiled.compile(**wanted(SOURCE, file))
    assert code == compile(SOURCE, str(file), "exec", flags=0, dont_inherit=True) and code.co_filename == str(file)


@pytest.mark.parametrize(
    "different",
    [{"source": b"NUMBER = 8\n"}, {"filename": "elsewhere.py"}, {"mode": "single", "source": b"1\n"}, {"flags": 1024}, {"optimize": 2}],
    ids=str,
)
def test_anything_else_is_compiled(tmp_path: Path, file: Path, different: dict[str, object]) -> None:
    compiled = Compiled([str(tmp_path)])
    asked = {**wanted(SOURCE, file), **different}
    assert compiled.compile(**asked) is not compiled.compile(**asked)


def test_what_is_no_python_fails_in_the_run_that_wants_it(tmp_path: Path, file: Path) -> None:
    file.write_bytes(b"if\n")
    compiled = Compiled([str(tmp_path)])
    with pytest.raises(SyntaxError):
        compiled.compile(**wanted(b"if\n", file))
