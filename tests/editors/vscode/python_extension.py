"""A stand-in for the Python extension, which is not to be had here, packed as a ``.vsix``.

It answers the part of the extension's public API that tells which environment is chosen
(``PythonExtension.environments``, as documented for ``@vscode/python-extension``), and the
real extension host activates it.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["pack"]

_PACKAGE = {
    "name": "python",
    "publisher": "ms-python",
    "version": "0.0.1",
    "engines": {"vscode": "^1.90.0"},
    "main": "./main.js",
    "activationEvents": [],
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
    <Identity Language="en-US" Id="python" Version="0.0.1" Publisher="ms-python"/>
    <DisplayName>Python (stand-in)</DisplayName>
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


def pack(vsix: Path, interpreter: Path) -> Path:
    """Write the extension to ``vsix``; the environment of ``interpreter`` is the chosen one."""
    with zipfile.ZipFile(vsix, "w") as packed:
        packed.writestr("extension/package.json", json.dumps(_PACKAGE))
        packed.writestr("extension/main.js", _MAIN % json.dumps(str(interpreter)))
        packed.writestr("extension.vsixmanifest", _MANIFEST)
        packed.writestr("[Content_Types].xml", _TYPES)
    return vsix
