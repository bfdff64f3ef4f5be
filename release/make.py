"""Everything that is published, from a checkout: ``make dist``.

The bundled server and the ``.vsix`` have been made before; see the Makefile. Two runs from the
same state make the same bytes, as long as the package index has the same libraries.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])
NEEDED = """\
A real release still needs:
- a name on the package index, and SOURCE in server/dotstream/model/words.py
- the address of the repository: [project.urls] in pyproject.toml, "repository" in package.json
- a publisher for VS Code's and the Open VSX marketplaces, and package.json without "private"
- a date for "(unreleased)" in both changelogs, after make news
- a signed tag, and a signature for SHA256SUMS
- the tests on macOS, which have never run"""


def main(out: Path) -> None:
    """Make all of it in a directory, where nothing else is touched."""
    version = version_in_step()
    out.mkdir(parents=True, exist_ok=True)
    _run(sys.executable, "-m", "hatchling", "build", "-d", str(out))
    wheel = out / f"dotstream-{version}-py3-none-any.whl"
    shutil.copyfile(ROOT / "extensions/vscode/dotstream.vsix", out / f"dotstream-{version}.vsix")
    neovim_plugin(out / f"dotstream.nvim-{version}.tar.gz", wheel)
    single_file(out / f"dotstream-{version}.pyz", wheel)
    made = sorted(out.glob(f"dotstream*-{version}[.-]*"))
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made)
    (out / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    for path in made:
        print(f"{path.stat().st_size:>10,}  {path}")
    print(NEEDED)


def version_in_step() -> str:
    """Return the version that every file names, or end with what they name."""
    editor, locked = (
        json.loads(_read(f"extensions/vscode/{name}"))["version"]
        for name in ("package.json", "package-lock.json")
    )
    found = {
        "server/dotstream/__init__.py": _first(
            r'^__version__ = "(.*)"', "server/dotstream/__init__.py"
        ),
        "extensions/vscode/package.json": editor,
        "extensions/vscode/package-lock.json": locked,
        "extensions/vscode/CHANGELOG.md": _first(r"^## (\S+)", "extensions/vscode/CHANGELOG.md"),
        "extensions/nvim/lua/dotstream/words.lua": _first(
            r'^M.VERSION = "(.*)"', "extensions/nvim/lua/dotstream/words.lua"
        ),
        "CHANGELOG.md": _first(r"^## (\S+)", "CHANGELOG.md"),
    }
    if len(set(found.values())) != 1:
        sys.exit("\n".join(f"{path} is of version {version}" for path, version in found.items()))
    return str(found["CHANGELOG.md"])


def neovim_plugin(path: Path, wheel: Path) -> None:
    """Pack the plugin with the wheel that ``:Dotstream install`` takes."""
    top = path.name.removesuffix(".tar.gz")
    files = {
        file.relative_to(ROOT / "extensions/nvim").as_posix(): file
        for file in (ROOT / "extensions/nvim").rglob("*")
        if file.is_file() and file.name != "tags" and not file.name.startswith(".")
    }
    files |= {"LICENSE": ROOT / "LICENSE", wheel.name: wheel}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(f"{top}/{name}")
            content = files[name].read_bytes()
            entry.size, entry.mtime, entry.mode = len(content), EPOCH, 0o644
            archive.addfile(entry, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=EPOCH))


def single_file(path: Path, wheel: Path) -> None:
    """Pack the program with its libraries into one file that any Python from 3.11 on runs."""
    with tempfile.TemporaryDirectory() as scratch:
        libraries = Path(scratch, "libraries")
        pure = ("--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none")
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-compile")
        _run(*pip, *pure, "--python-version=3.11", "--target", str(libraries), str(wheel))
        for unwanted in ("bin", "share"):
            shutil.rmtree(libraries / unwanted, ignore_errors=True)
        start = _read("extensions/vscode/bundled/dotstream.py")
        start = re.sub(r'"""Starts.*\n|^sys\.path\.insert.*\n', "", start, flags=re.MULTILINE)
        (libraries / "__main__.py").write_text(start, encoding="utf-8")
        _zip(path, libraries)
    path.chmod(0o755)


def _zip(path: Path, libraries: Path) -> None:
    date = time.gmtime(max(EPOCH, 315532800))[:6]  # a zip file knows no time before 1980
    with path.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(libraries.rglob("*")):
                if each.is_file() and each.name not in {"direct_url.json", "RECORD"}:
                    entry = zipfile.ZipInfo(each.relative_to(libraries).as_posix(), date)
                    entry.external_attr = 0o644 << 16
                    archive.writestr(entry, each.read_bytes(), zipfile.ZIP_DEFLATED)


def _first(pattern: str, path: str) -> str:
    found = re.search(pattern, _read(path), re.MULTILINE)
    return found[1] if found else "unknown"


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
