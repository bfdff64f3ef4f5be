"""Adopting, unmanaging and managing again brings every path back as it was."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.farm import DIR, QUICK, Entry, Farm, File, Link
from tests.long import by_length
from tests.snapshot import Node, Tree, snapshot

from dotstream.errors import ConflictError, UsageError
from dotstream.model.options import FOLDINGS, LAYOUTS, LINK_STYLES, Preferences

_name = st.one_of(
    st.sampled_from([".a", "b", "c d", ".dot-x", "dot-y", "dot-", "x~", "..e", "\udcff", "n\nl"]),
    st.text(
        st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=4
    ).filter(lambda text: text not in {".", ".."}),
)
_inside = st.lists(_name, min_size=1, max_size=3).map("/".join)
_entry: st.SearchStrategy[Entry] = st.one_of(
    st.builds(File, st.sampled_from(["one", "two"]), st.sampled_from([0o600, 0o644, 0o755])),
    st.sampled_from([DIR, Link("b"), Link("/etc/hosts"), Link("nowhere")]),
)


_clone: dict[str, Entry] = {"clone/.git/HEAD": "head", "clone/x": "x", "a/clone/.git/HEAD": "h"}


def _seen(root: str) -> Tree:
    """Return what a user sees: links of the farm followed, everything else as it is."""
    found: Tree = {}
    for path, node in snapshot(root).items():
        full = f"{root}/{path}"
        if node.kind == "link" and "/stow/" in os.path.normpath(
            os.path.join(os.path.dirname(full), node.text)
        ):
            member = os.path.normpath(os.path.join(os.path.dirname(full), node.text))
            for inner, there in snapshot(member).items():
                found[f"{path}/{inner}" if inner else path] = there
        else:
            found[path] = node
    return {path: node for path, node in found.items() if path}


def _rival(farm: Farm, members: dict[str, Entry]) -> None:
    """Link what there is room for of a package of the same name in another repository."""
    other = Farm(f"{farm.root}-other")
    other.target, other.state = farm.target, farm.state
    for path, entry in members.items():
        with suppress(OSError):
            other.make({f"stow/kept/{path}": entry})
    if members and os.path.isdir(f"{other.directory}/kept"):
        other.run("manage", "kept", prefer=Preferences(on_conflict="skip"))


def _files(tree: Tree) -> dict[str, Node]:
    return {path: node for path, node in tree.items() if node.kind != "dir"}


@given(
    tree=st.dictionaries(_inside, _entry, min_size=1, max_size=8),
    clones=st.sets(st.sampled_from(sorted(_clone))),
    rivals=st.dictionaries(_inside, _entry, max_size=3),
    moved=st.booleans(),
    folding=st.sampled_from(FOLDINGS),
    layout=st.sampled_from(LAYOUTS),
    link=st.sampled_from(LINK_STYLES),
    dotfiles=st.booleans(),
    data=st.data(),
)
@settings(max_examples=by_length(250, 5_000))
def test_adopt_then_unmanage_then_manage_brings_every_path_back(
    tree: dict[str, Entry],
    clones: set[str],
    rivals: dict[str, Entry],
    moved: bool,
    folding: str,
    layout: str,
    link: str,
    dotfiles: bool,
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory(dir=QUICK) as root:
        farm = Farm(f"{root}/farm")
        for path, entry in (tree | {name: _clone[name] for name in clones}).items():
            try:
                farm.make({f"home/{path}": entry})
            except OSError:
                continue  # a file, or a link to nowhere, is above it already
        _rival(farm, rivals)
        before = _seen(farm.target)
        client = farm.configured(
            f'folding = "{folding}"\nlayout = "{layout}"\nlink = "{link}"\n'
            f"dotfiles = {str(dotfiles).lower()}\n"
        )
        name = data.draw(st.sampled_from(sorted(os.listdir(farm.target), key=os.fsencode)))
        paths = [f"{farm.target}/{name}"]
        package = None if layout == "named" else "kept"
        try:
            plan = client.stream_adopt(*paths, package=package).collect()
        except UsageError:
            return  # the name cannot be a package's, which the named layout needs
        try:
            client.apply(plan)
        except ConflictError:
            assert _seen(farm.target) == before
            return
        package = plan.metadata.packages[0]
        assert _seen(farm.target) == before
        if not os.path.isdir(f"{farm.directory}/{package}"):
            return
        assert client.plan_remanage(package).operations == []
        if moved:
            os.renames(farm.directory, f"{farm.root}/moved/stow")
            farm.directory = f"{farm.root}/moved/stow"
            client = farm.client()
            client.apply(client.stream_remanage())
            assert _seen(farm.target) == before
        client.apply(client.stream_unmanage(package))
        client.apply(client.stream_manage(package))
        assert _files(_seen(farm.target)) == _files(before)
