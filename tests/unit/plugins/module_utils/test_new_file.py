# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is made once, for its owner alone."""

from __future__ import annotations

import errno
import os
import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._new_file import NewFile, NewFileError


def test_made_whole_and_for_its_owner(tmp_path: pathlib.Path) -> None:
    file = NewFile(str(tmp_path / "key.pem"))
    assert file.read() is None
    before = os.umask(0o000)
    try:
        file.create(b"key")
    finally:
        os.umask(before)
    assert file.read() == b"key" and (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]
    file.discard()
    file.discard()
    assert file.read() is None


def test_what_is_there_stays(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"theirs")
    with pytest.raises(NewFileError, match="is not overwritten") as caught:
        NewFile(str(path)).create(b"mine")
    assert caught.value.code == "file_in_the_way" and path.read_bytes() == b"theirs" and len(list(tmp_path.iterdir())) == 1
    link = tmp_path / "link.pem"
    link.symlink_to(tmp_path / "nowhere.pem")
    with pytest.raises(NewFileError, match="is not overwritten"):
        NewFile(str(link)).create(b"mine")
    with pytest.raises(NewFileError, match="cannot be read"):
        NewFile(str(link)).read()
    assert not (tmp_path / "nowhere.pem").exists()


def test_what_cannot_be_read(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NewFileError, match="is no plain file"):
        NewFile(str(tmp_path)).read()
    path = tmp_path / "key.pem"
    path.write_bytes(b"key")
    path.chmod(0o640)
    with pytest.raises(NewFileError, match=r"may be read by other users \(mode 0640\)"):
        NewFile(str(path)).read()


def test_where_nothing_can_be_made(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NewFileError, match="cannot be made: No such file or directory"):
        NewFile(str(tmp_path / "nowhere" / "key.pem")).create(b"key")

    def refuse(*_args: t.Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(NewFileError, match="Operation not permitted") as caught:
        NewFile(str(tmp_path / "key.pem")).create(b"key")
    assert "hard links" in caught.value.sentence() and list(tmp_path.iterdir()) == []
