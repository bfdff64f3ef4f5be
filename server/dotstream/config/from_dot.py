"""A first ``dotstream.toml`` from the files of the Go tool ``dot``.

``.dotbootstrap.yaml`` in the package directory names packages, profiles and machines;
``.dot-manifest.json``, beside the links or in the data directory, what is installed.
"""

from __future__ import annotations

import json
import sys

from dotstream.config.names import fault_in_name
from dotstream.config.reading import read_config
from dotstream.config.schema import PLATFORMS
from dotstream.config.starter import Answers, Value
from dotstream.errors import ConfigError, UsageError
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.options import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BOOTSTRAP_NAME = ".dotbootstrap.yaml"
MANIFEST_NAME = ".dot-manifest.json"
_SETTINGS_NAME = ".config/dot/config.yaml"


def answers_from_dot(directory: str, *, home: str, environ: Mapping[str, str]) -> Answers:
    """Read what ``dot`` knows about the package directory.

    Raises:
        UsageError: there is nothing of ``dot``'s, or PyYAML is needed and missing.
        ConfigError: a file is not well-formed.
        PermissionRefused: a file may not be read.
    """
    directory = directory.rstrip("/")
    found = _Found()
    found.settings(_yaml(f"{directory}/{_SETTINGS_NAME}") or {})
    bootstrap = _yaml(f"{directory}/{BOOTSTRAP_NAME}")
    if bootstrap is not None:
        found.bootstrap(bootstrap)
    data = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    manifests = (_json(f"{place}/{MANIFEST_NAME}") for place in (f"{data}/dot/manifest", home))
    manifest = next((manifest for manifest in manifests if manifest is not None), None)
    if manifest is not None:
        found.manifest(manifest, directory, home)
    if bootstrap is None and manifest is None:
        raise UsageError(
            f"there is neither {BOOTSTRAP_NAME} in {directory} nor {MANIFEST_NAME} in {home}"
        )
    names = [BOOTSTRAP_NAME] * (bootstrap is not None) + [MANIFEST_NAME] * (manifest is not None)
    return Answers(found.top, found.packages, found.profiles, found.notes, " and ".join(names))


class _Found:
    __slots__ = ("notes", "packages", "profiles", "top")

    def __init__(self) -> None:
        # dot maps the package dot-vim to ~/.vim unless it is told otherwise.
        self.top: dict[str, Value] = {"layout": "named"}
        self.packages: dict[str, dict[str, Value]] = {}
        self.profiles: dict[str, dict[str, Value]] = {}
        self.notes: list[str] = []

    def settings(self, document: Mapping[str, object]) -> None:
        """Take over how names are mapped, from the settings kept in the repository."""
        names = _mapping(document.get("dotfile"))
        if names.get("package_name_mapping") is False:
            self.top["layout"] = "mirror"
        if names.get("translate") is False:
            self.top["dotfiles"] = False

    def bootstrap(self, document: Mapping[str, object]) -> None:
        """Take over packages, profiles and defaults."""
        for package in _mappings(document.get("packages")):
            self._package(package)
        profiles = _mapping(document.get("profiles"))
        for name, profile in profiles.items():
            self._profile(name, _mapping(profile), profiles)
        for machine in _mappings(document.get("machines")):
            self.notes.append(
                f"machines: the host {machine.get('host')} took the profile "
                f"{machine.get('profile')}: say --profile there, or give packages hosts"
            )
        defaults = _mapping(document.get("defaults"))
        if defaults.get("on_conflict") in POLICIES:
            self.top["on-conflict"] = str(defaults["on_conflict"])
        default = defaults.get("profile")
        if isinstance(default, str) and default in self.profiles and default != "default":
            self._default({"extends": default})

    def _package(self, package: Mapping[str, object]) -> None:
        name = package.get("name")
        if not isinstance(name, str) or fault_in_name(name) is not None:
            self.notes.append(f"the package {name!r}: that is not a package name here")
            return
        values: dict[str, Value] = {}
        platforms = _strings(package.get("platform"))
        known = [platform for platform in platforms if platform in PLATFORMS]
        if known:
            values["platforms"] = known
        self.notes += [
            f"the platform {platform!r} of package {name}: it is not known here"
            for platform in platforms
            if platform not in PLATFORMS
        ]
        if package.get("required") is True:
            values["required"] = True
        if package.get("on_conflict") in POLICIES:
            values["on-conflict"] = str(package["on_conflict"])
        if values:
            self.packages[name] = values

    def _profile(
        self, name: str, profile: Mapping[str, object], profiles: Mapping[str, object]
    ) -> None:
        values: dict[str, Value] = {"packages": self._names(profile.get("packages"))}
        parent = profile.get("extends")
        if isinstance(parent, str):
            if parent in profiles and not _loops(name, profiles):
                values["extends"] = parent
            else:
                self.notes.append(f"the profile {name!r} extends {parent!r}, which cannot be")
        if profile.get("description"):
            self.notes.append(f"the profile {name!r} is described as: {profile['description']}")
        self.profiles[name] = values

    def _names(self, value: object) -> list[str]:
        return [name for name in _strings(value) if fault_in_name(name) is None]

    def _default(self, values: dict[str, Value]) -> None:
        if "default" in self.profiles:
            self.notes.append(
                f"the default profile was {values['extends']!r}: here it is the one named default"
            )
        else:
            self.profiles["default"] = values

    def manifest(self, document: Mapping[str, object], directory: str, home: str) -> None:
        """Take over the target, and what is installed as the default profile."""
        installed = {
            name: package
            for name, package in _named(document.get("packages"))
            if package.get("package_dir") in (None, "", directory) and not fault_in_name(name)
        }
        if installed and "default" not in self.profiles:
            self.profiles["default"] = {"packages": sorted(installed)}
        targets = {
            str(package["target_dir"])
            for package in installed.values()
            if package.get("target_dir")
        }
        if len(targets) == 1:
            target = targets.pop()
            self.top["target"] = "~" if target.rstrip("/") == home.rstrip("/") else target
        elif targets:
            self.notes.append(f"several targets: {', '.join(sorted(targets))}")
        backups = sum(len(_mapping(package.get("backups"))) for package in installed.values())
        if backups:
            self.notes.append(f"{backups} files that dot moved away stay where it put them")


def _loops(name: str, profiles: Mapping[str, object]) -> bool:
    """Whether the parents of a profile come round to one of them."""
    seen: set[str] = set()
    here: object = name
    while isinstance(here, str) and here in profiles:
        if here in seen:
            return True
        seen.add(here)
        here = _mapping(profiles[here]).get("extends")
    return False


def _yaml(path: str) -> Mapping[str, object] | None:
    text = read_config(path)
    if text is None:
        return None
    try:
        import yaml
    except ImportError:
        raise UsageError(
            f"reading {path} needs PyYAML: {sys.executable} -m pip install PyYAML"
        ) from None
    try:
        # The loader that is written in C is as safe, and much faster.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        document: object = yaml.load(text, loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        problem = f"broken YAML: {error.problem}"
        raise ConfigError(problem, path=path, line=line, column=column) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"broken YAML: {error}", path=path) from None
    if document is not None and not isinstance(document, dict):
        raise ConfigError("this is not a file of dot's: it holds no table", path=path)
    return _mapping(document)


def _json(path: str) -> Mapping[str, object] | None:
    text = read_config(path)
    if text is None:
        return None
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"broken JSON: {error.msg}"
        raise ConfigError(problem, path=path, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"broken JSON: {error}", path=path) from None
    if not isinstance(document, dict):
        raise ConfigError("this is not a file of dot's: it holds no object", path=path)
    return _mapping(document)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in value.items()}


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []


def _named(value: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    return ((name, _mapping(item)) for name, item in _mapping(value).items())


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
