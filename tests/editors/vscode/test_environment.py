"""Beside the extensions for Python and TOML: their environment, and their language."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.editors.vscode.codeserver import CodeServer
from tests.editors.vscode.conftest import EXTENSION, SERVER
from tests.editors.vscode.stand_ins import pack_python, pack_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.editors.vscode.tools import Tools
    from tests.editors.vscode.workbench import Workbench
    from tests.farm import Farm

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def code_server(
    programs: Tools, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CodeServer]:
    """Return VS Code's server where an environment is chosen that dotstream is installed in."""
    scratch = tmp_path_factory.mktemp("environment")
    python = pack_python(scratch / "python.vsix", SERVER.parent / "python")
    server = CodeServer(
        programs,
        scratch / "server",
        extension=EXTENSION,
        settings={},
        beside=[python, pack_toml(scratch / "toml.vsix")],
    )
    yield server
    server.stop()


async def test_the_server_of_the_chosen_python_environment_is_used(
    workbench: Workbench, code_server: CodeServer, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    await workbench.open(farm.directory)
    await workbench.plan("Manage", "zsh")
    await workbench.shows("1 to link")
    await workbench.until(lambda: len(code_server.processes(f"{SERVER} lsp")) == 1)
    await workbench.until(lambda: "found by Python environment" in code_server.logs())
    await workbench.nothing_blocks()


async def test_the_configuration_keeps_the_language_of_the_toml_extension_and_our_help(
    workbench: Workbench, farm: Farm
) -> None:
    farm.make({"stow/zsh/dot-zshrc": "rc"})
    farm.configured(f'target = "{farm.target}"\n\n[packages.zsh]\n')
    await workbench.open(farm.directory)
    await workbench.reveal("dotstream.toml")
    await workbench.status("TOML")
    await workbench.offers("Plan", "Manage")
    await workbench.picture("toml-language")
    await workbench.nothing_blocks()
    # And a TOML extension that checks values is told which there are.
    with zipfile.ZipFile(EXTENSION) as packed:
        manifest = json.loads(packed.read("extension/package.json"))
        (checked,) = manifest["contributes"]["tomlValidation"]
        assert checked["fileMatch"] == "dotstream.toml"
        schema = json.loads(packed.read(f"extension/{checked['url'].removeprefix('./')}"))
    assert "on-conflict" in schema["properties"]
