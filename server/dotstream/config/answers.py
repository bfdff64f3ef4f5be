"""What to write into a first ``dotstream.toml``: what is there, and what it is made from."""

from __future__ import annotations

import posixpath

from dotstream.config.discover import CONFIG_NAME, STOWRC_NAME, find_root, is_marked
from dotstream.config.from_stow import StowSettings, stow_settings
from dotstream.config.from_tuckr import GROUPS, NEVER_AS_NAMED, platforms_of
from dotstream.config.load import target_path, unknown
from dotstream.config.settings import NEVER_LINKED
from dotstream.config.starter import Answers
from dotstream.config.survey import is_for_above, survey
from dotstream.config.variables import is_of_programs
from dotstream.errors import UsageError
from dotstream.fs.files import present
from dotstream.fs.look import canonical
from dotstream.fs.places import within
from dotstream.light_typing import TYPE_CHECKING, Literal, TypeAlias
from dotstream.model.words import plural
from dotstream.planner.ignore import compile_rules, stow_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dotstream.config.starter import Value
    from dotstream.config.survey import Survey

ALTERNATES = "*##*"
"""What yadm has of a file for one system, wherever it is."""

_MOST_NAMED = 5

Origin: TypeAlias = Literal["stow", "dot"]
"""The tool whose settings are taken over."""


def answers_for(
    directory: str,
    origin: Origin | None,
    *,
    target: str | None,
    home: str,
    environ: Mapping[str, str],
) -> Answers:
    """Look at a directory, and at its target, before a file is written there.

    A ``.stowrc`` is taken over: beside the file it would not count any more.

    Args:
        target: as a person wrote it, instead of the one that is found.

    Raises:
        UsageError: the target would lie inside the directory, or that is in another one.
        ConfigError: a file of another tool is wrong.
        PermissionRefused: one may not be read.
    """
    _require_own(directory, home, environ)
    if origin == "dot":
        from dotstream.config.from_dot import answers_from_dot

        found = answers_from_dot(directory, home=home, environ=environ)
        if target is not None:
            found = found._replace(top={**found.top, "target": target})
        _require_apart(directory, str(found.top.get("target", "~")), ".", home, environ)
        return found
    if origin is None and target is None and is_for_above(directory, home):
        origin = "stow"
    top, notes, sources = _of_stow(directory, origin, home, environ)
    if target is not None:
        top["target"] = target
    place, written = str(top.get("directory", ".")), str(top.get("target", "~"))
    resolved = _require_apart(directory, written, place, home, environ)
    looked = survey(directory, target=resolved, home=home, directory=place)
    if looked.inside and "target" not in top:
        top["target"] = f"~/{looked.inside}"
    top.update(_of_survey(looked, directory, home, known=bool(top) and not looked.inside))
    packages = _of_tuckr(looked)
    if _is_tuckrs(looked):
        top["ignore"] = NEVER_AS_NAMED
    if looked.links and not sources:
        sources = ["what is linked"]
    return Answers(
        top,
        packages,
        notes=notes,
        source=" and ".join(sources) or None,
        found=(*_remarks(looked), *_on_some_systems(packages)),
        usable=(bool(looked.packages) or not (looked.strangers or looked.tool))
        and not is_of_programs(posixpath.join(directory, place), home=home, environ=environ),
        empty=not (looked.packages or looked.strangers or looked.tool or looked.single),
    )


def _require_own(directory: str, home: str, environ: Mapping[str, str]) -> None:
    """Refuse a package of another package directory: what is written there counts for it, too."""
    above = posixpath.dirname(directory)
    root = find_root(above, home=home, environ=environ)
    if root is None or not present(f"{root}/{CONFIG_NAME}"):
        return
    if any(
        present(f"{directory}/{name}") for name in (".git", CONFIG_NAME, STOWRC_NAME, ".stow")
    ):
        return
    raise UsageError(
        f"{directory} is in {root}, which has a {CONFIG_NAME}: that counts here as well"
    )


def _of_stow(
    directory: str, origin: Origin | None, home: str, environ: Mapping[str, str]
) -> StowSettings:
    """Return what Stow's files say here; nothing, if they do not count and nobody asks."""
    found = stow_settings(directory, home=home, environ=environ)
    place = canonical(posixpath.join(directory, str(found.top.get("directory", "."))))
    here = canonical(directory)
    # The user's own file counts here, too, unless it is about another directory.
    counts = _is_stows(directory) or (bool(found.sources) and place == here)
    if origin != "stow" and not counts:
        return StowSettings({}, [], [])
    if place == here and "directory" in found.top:
        del found.top["directory"]
        above = found.top["target"] == posixpath.dirname(here)
        found.top.update({"target": ".."} if above else {})
    return found._replace(sources=found.sources or ["Stow's defaults"])


def _is_stows(directory: str) -> bool:
    """Whether a directory has a file that tells Stow about it."""
    return is_marked(directory) or present(f"{directory}/{STOWRC_NAME}")


def _require_apart(
    directory: str, written: str, place: str, home: str, environ: Mapping[str, str]
) -> str:
    """Return the target, which must not be inside of the package directory.

    Nor may that be a place where packages would be among what everybody writes there.
    """
    try:
        target = target_path(written, directory=directory, home=home, environ=environ)
    except KeyError as error:
        message, hint = unknown(str(error.args[0]))
        raise UsageError(f"the target {written}: {message} ({hint})") from None
    packages = canonical(posixpath.join(directory, place))
    if not within(packages, canonical(directory)):
        raise UsageError(
            f"the packages are in {packages}, not in {canonical(directory)}: run init there"
        )
    if packages == canonical(home):
        raise UsageError(
            f"{packages} is your home, not a package directory: make one in it, such as "
            "~/dotfiles, and go there"
        )
    if is_of_programs(packages, home=home, environ=environ) and not _is_stows(directory):
        raise UsageError(
            f"{packages} is where programs keep their files, not a package directory: make one, "
            "such as ~/dotfiles, go there, and adopt what is yours into it"
        )
    if within(target, packages):
        what = "is" if target == packages else "lies inside"
        raise UsageError(
            f"the target {target} {what} the package directory {packages}: "
            "name another with -t, or go to the directory that holds your packages"
        )
    return target


def _of_survey(looked: Survey, directory: str, home: str, *, known: bool) -> Mapping[str, Value]:
    """Return the keys that say what was seen.

    Args:
        known: whether another file says how to fold and translate.
    """
    found: dict[str, Value] = {}
    if looked.single:
        found["layout"] = "single"
        hidden = compile_rules(patterns=stow_list(directory, home))("")
        strangers = [name for name in looked.strangers if not (hidden and hidden(name))]
        alternates = looked.tool == "yadm"
        ignored = [ALTERNATES] if alternates else []
        ignored += [
            glob
            for name in strangers
            if (glob := f"/{name}") not in NEVER_LINKED and not (alternates and "##" in name)
        ]
        found.update({"ignore": ignored} if ignored else {})
    else:
        found.update({"directory": looked.directory} if looked.directory != "." else {})
        found.update({"exclude": looked.strangers} if looked.strangers else {})
    if looked.folded:
        found["folding"] = "always"  # whatever an option says, the links are to stay
    if known or not looked.links:
        return found
    found["dotfiles"] = looked.translated
    if looked.folded is False:
        found["folding"] = "never"
    return found


def _is_tuckrs(looked: Survey) -> bool:
    return looked.tool == "tuckr" and looked.directory == GROUPS


def _of_tuckr(looked: Survey) -> Mapping[str, Mapping[str, Value]]:
    """Return the settings of groups that tuckr takes on some systems only."""
    if not _is_tuckrs(looked):
        return {}
    return {
        name: {"platforms": platforms}
        for name in looked.packages
        if (platforms := platforms_of(name))
    }


def _on_some_systems(packages: Mapping[str, Mapping[str, Value]]) -> Iterator[str]:
    if packages:
        yield f"on some systems only, by their names: {', '.join(packages)}"


def _remarks(looked: Survey) -> Iterator[str]:
    if looked.tool is not None:
        yield f"this repository is laid out for {looked.tool}"
    if looked.single:
        yield 'this repository is itself a package, as with "stow ."'
    elif looked.directory != ".":
        yield f"the packages are in {looked.directory}"
    if looked.moved:
        yield (
            f"{plural(looked.links, 'link', 'links')} led here when this was {looked.moved}; "
            "managing its packages relinks them"
        )
    elif looked.links:
        yield (
            "1 link leads here already; the settings keep it"
            if looked.links == 1
            else f"{looked.links} links lead here already; the settings keep them"
        )
    if looked.inside:
        yield f"it is linked in ~/{looked.inside}, which is its target"
    if looked.others:
        more = len(looked.others) - _MOST_NAMED
        named = ", ".join(f"~/{path}" for path in looked.others[:_MOST_NAMED])
        named += f" and {more:,} more" if more > 0 else ""
        yield f"links that lead here, and that these settings do not make: {named}"
    if looked.strangers:
        what = "not linked" if looked.single else "no packages"
        yield f"{what}: {', '.join(looked.strangers)}"
    if not looked.packages and (looked.strangers or looked.tool):
        yield "nothing here looks like a package; see 'Come from another tool' in the manual"
