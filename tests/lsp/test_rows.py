"""Rows of runs: the same as those of their operations, whatever the names."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from dotstream.lsp.requests.rows import Rows
from dotstream.model.directory import Directory
from dotstream.model.run import Run

_bytes = st.binary(min_size=1, max_size=12).filter(lambda name: not {0, ord("/")} & {*name})
_names = st.one_of(
    st.text(st.sampled_from("abZ9_.~-"), min_size=1, max_size=12),
    _bytes.map(lambda name: name.decode("utf-8", "surrogateescape")),
)


@given(
    kind=st.sampled_from(["create_link", "remove_link"]),
    names=st.lists(_names, min_size=1, max_size=6),
    places=st.lists(_names, max_size=3),
    package=_names,
    stem=_names.map(lambda name: f"../{name}/"),
)
def test_the_rows_of_a_run_are_those_of_its_operations(
    kind: str, names: list[str], places: list[str], package: str, stem: str
) -> None:
    place = Directory("/home/me").descend("/".join(places))
    run = Run(kind, place, names, package, stem)  # type: ignore[arg-type]  # one of both kinds
    rows = Rows("/home/me").rows(run)
    assert rows == [Rows("/home/me").row(operation) for operation in run.operations()]
    assert all(json.loads(row)["op"] == kind for row in rows)
