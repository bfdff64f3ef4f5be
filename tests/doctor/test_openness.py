"""Doctor sees what ssh and gpg would refuse to use, and how to close it."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.doctor.checkup import raw
from tests.farm import File

if TYPE_CHECKING:
    from tests.farm import Farm

_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n"


def _findings(farm: Farm) -> list[tuple[str, str]]:
    found = [each for each in raw(farm) if each.kind == "too_open"]
    return [(each.path.removeprefix(f"{farm.target}/"), each.command or "") for each in found]


@pytest.mark.parametrize("folding", ["safe", "never"])
@pytest.mark.parametrize(
    ("name", "mode", "found"),
    [
        ("dot-ssh", 0o700, []),
        ("dot-ssh", 0o755, [".ssh/key"]),
        ("dot-ssh", 0o775, [".ssh", ".ssh/key"]),
        ("dot-gnupg", 0o700, []),
        ("dot-gnupg", 0o755, [".gnupg"]),
    ],
)
def test_what_ssh_and_gpg_refuse_is_found_and_its_command_mends_it(
    farm: Farm, folding: str, name: str, mode: int, found: list[str]
) -> None:
    key = File(_KEY, 0o600 if mode == 0o700 else 0o644)
    farm.make({f"stow/keys/{name}/key": key, f"stow/keys/{name}/config": "Host *"})
    client = farm.configured(f'folding = "{folding}"\n')
    client.apply(client.stream_manage("keys"))
    directory = f"{farm.target}/{name.replace('dot-', '.')}"
    os.chmod(directory, mode)
    assert [path for path, _ in _findings(farm)] == found
    for _, command in _findings(farm):
        subprocess.run(shlex.split(command), check=True)
    assert _findings(farm) == []


def test_what_no_package_has_a_part_in_is_nobody_elses_business(farm: Farm) -> None:
    farm.make({"stow/zsh/dot-zshrc": "z", "home/.ssh/config": "Host *"}).run("manage")
    os.chmod(f"{farm.target}/.ssh", 0o777)  # noqa: S103 - that is the point
    assert _findings(farm) == []
