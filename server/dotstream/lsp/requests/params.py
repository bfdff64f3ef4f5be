"""What requests of ours have in common: whose packages, and where rows and progress go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dotstream.lsp.requests.fields import invalid
from dotstream.model.options import FOLDINGS, POLICIES, SINGLE, Preferences

if TYPE_CHECKING:
    from dotstream.lsp.requests.fields import Fields


class Asked(NamedTuple):
    """What every request is about.

    Attributes:
        root: absolute path of the package directory.
        target: absolute path, or ``None`` for the configured one.
        window: batches the client allows in flight; ``None`` if it does not acknowledge.
        most: rows that the client wants at most; ``None`` for all.
        partial: the token that rows are sent on.
        work_done: the token that progress is told on.
    """

    root: str
    target: str | None
    window: int | None
    most: int | None
    partial: str | int | None
    work_done: str | int | None

    @classmethod
    def of(cls, fields: Fields, *, streams: bool) -> Asked:
        """Read it.

        Args:
            streams: whether the method sends rows, if the client says where to.
        """
        return cls(
            fields.required_path("root"),
            fields.path("target"),
            fields.number("window") if streams else None,
            fields.number("maxRows") if streams else None,
            fields.token("partialResultToken") if streams else None,
            fields.token("workDoneToken"),
        )


class Rehearsal(NamedTuple):
    """How far a change goes that can be planned by its own method.

    Attributes:
        dry_run: whether only to plan.
        digest: of the dry run that was shown.
    """

    dry_run: bool
    digest: str | None

    @classmethod
    def of(cls, fields: Fields) -> Rehearsal:
        """Read it."""
        dry_run, digest = fields.boolean("dryRun"), fields.optional_text("digest")
        if dry_run and digest is not None:
            raise invalid("digest", "a dry run makes one, and takes none")
        return cls(dry_run, digest)


def named_package(fields: Fields) -> str | None:
    """Return the package that is named, or that ``source`` is in: that is exact to the byte."""
    source, root = fields.path("source"), fields.required_path("root")
    named = fields.optional_text("package")
    if named != SINGLE and source is not None and source.startswith(f"{root}/"):
        return source[len(root) + 1 :].partition("/")[0]
    return named


def preferences(fields: Fields) -> Preferences:
    """Read the ``options`` that every plan may have."""
    options = fields.object("options")
    return Preferences(
        folding=options.choice("folding", FOLDINGS),
        on_conflict=options.choice("onConflict", POLICIES),
        resolutions=options.by_path("resolutions", POLICIES),
        explain=options.boolean("explain"),
        same=options.boolean("same"),
    )
