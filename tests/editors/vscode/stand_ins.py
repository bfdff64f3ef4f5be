"""Stand-ins for extensions that are not to be had here, packed as a ``.vsix``.

That for Python answers the part of the extension's public API that tells which environment is
chosen (``PythonExtension.environments``, as documented for ``@vscode/python-extension``), and
the real extension host activates it.  That for TOML only has the language.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["pack_python", "pack_toml"]

_PYTHON = {
    "name": "python",
    "publisher": "ms-python",
    "version": "0.0.1",
    "engines": {"vscode": "^1.90.0"},
    "main": "./main.js",
    "activationEvents": [],
}

_TOML = {
    "name": "toml",
    "publisher": "stand-in",
    "version": "0.0.1",
    "engines": {"vscode": "^1.90.0"},
    "contributes": {"languages": [{"id": "toml", "aliases": ["TOML"], "extensions": [".toml"]}]},
}

_MAIN = """
const chosen = { path: %s };
exports.activate = () => ({
  environments: {
    getActiveEnvironmentPath: () => chosen,
    resolveEnvironment: async ({ path }) => ({ executable: { uri: { fsPath: path } } }),
  },
});
"""

_MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="{name}" Version="0.0.1" Publisher="{publisher}"/>
    <DisplayName>{name} (stand-in)</DisplayName>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="^1.90.0"/>
    </Properties>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"/>
  </Assets>
</PackageManifest>
"""

_TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".js" ContentType="application/javascript"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
</Types>
"""


def pack_python(vsix: Path, interpreter: Path) -> Path:
    """Write the extension to ``vsix``; the environment of ``interpreter`` is the chosen one."""
    return _pack(vsix, _PYTHON, _MAIN % json.dumps(str(interpreter)))


def pack_toml(vsix: Path) -> Path:
    """Write an extension to ``vsix`` that has the language of TOML."""
    return _pack(vsix, _TOML, "")


def _pack(vsix: Path, package: Mapping[str, object], main: str) -> Path:
    with zipfile.ZipFile(vsix, "w") as packed:
        packed.writestr("extension/package.json", json.dumps(package))
        packed.writestr("extension/main.js", main)
        packed.writestr("extension.vsixmanifest", _MANIFEST.format(**package))
        packed.writestr("[Content_Types].xml", _TYPES)
    return vsix
