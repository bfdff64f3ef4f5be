"""Looking at a plan, and carrying it out: what manage, unmanage, remanage and adopt share."""

from __future__ import annotations

from dotstream.errors import UsageError
from dotstream.fs.files import is_directory
from dotstream.fs.process import rows
from dotstream.light_typing import TYPE_CHECKING
from dotstream.model.directory import display
from dotstream.model.items import ScanError
from dotstream.model.options import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.cli.after import After
    from dotstream.cli.session import Session
    from dotstream.light_typing import TypeAlias
    from dotstream.model.cancel import CancellationToken
    from dotstream.model.options import Action, Policy
    from dotstream.model.plan import Metadata, Summary
    from dotstream.planner.stream import StreamingPlan

    Opening: TypeAlias = Callable[[CancellationToken], StreamingPlan]

OUT_OF_STEP = 6
"""Exit code of looking, where that is asked for and there is something to do."""

ALL_STAYS = 3
"""Exit code where all that was to be adopted stays where it is, as where a conflict is met."""

_QUESTIONS = {
    "adopt": "Move these into the package?",
    "undo": "Undo this?",
    "restore": "Put these back?",
}
"""Actions that move what a person made, and so are asked about beforehand."""


def change_packages(session: Session, action: Action, *, question: str | None = None) -> int:
    """Carry out an action on the packages that the arguments select.

    Args:
        question: what a person is asked, who is shown the plan first.
    """
    refuse_all_and_more(session)

    def opening(cancel: CancellationToken) -> StreamingPlan:
        return selected(session, action, cancel)

    carry_out = change if action == "unmanage" else change_as_agreed
    return carry_out(session, opening, question=question)


def refuse_all_and_more(session: Session) -> None:
    """Have only one way of saying which packages are meant.

    Raises:
        UsageError: there are more.
    """
    arguments = session.arguments
    if arguments.all and (arguments.packages or arguments.profile):
        raise UsageError("--all means every package; name some, or use --all alone")


def selected(session: Session, action: Action, cancel: CancellationToken) -> StreamingPlan:
    """Return the plan of an action on the packages that the arguments select."""
    arguments = session.arguments
    return session.client.stream(
        action,
        tuple(arguments.packages),
        profile=arguments.profile,
        everything=arguments.all,
        prefer=preferences(session, cancel),
        cancel=cancel,
    )


def change_as_agreed(session: Session, opening: Opening, *, question: str | None = None) -> int:
    """Like ``change``, for plans that heed what the repository asks for, once that is agreed."""
    if not session.dry_run and session.client.settings.wishes and not _agreed(session, opening):
        session.say("Nothing was changed.")
        return 130
    return change(session, opening, question=question)


def change(
    session: Session,
    opening: Opening,
    *,
    question: str | None = None,
    declined: str = "Nothing was changed.",
) -> int:
    """Show the plan that ``opening`` makes, or carry it out, as the arguments say.

    Args:
        question: what a person is asked, who is shown the plan first.
        declined: what is said where the answer is no.
    """
    if session.dry_run:
        session.mention_unfinished()
        with session.cancellable() as cancel:
            return _preview(session, opening(cancel))
    digest = None
    if session.interactive:
        with session.cancellable() as cancel:
            _recover(session, cancel)
            plan = opening(cancel)
            question = question or _question(plan.metadata)
            if question is not None:
                exit_code = _preview(session, plan, most=_most())
                if exit_code or not plan.summary.operations:
                    return exit_code
                digest = plan.summary.digest
        # Outside of the context: Ctrl-C at the question needs nothing rolled back.
        if question is not None and not _confirmed(session, opening, question, plan.summary):
            session.say(declined)
            return 130
    with session.cancellable() as cancel:
        plan = opening(cancel)
        after = apply(session, plan, digest, cancel)
    if _all_stays(plan):
        return ALL_STAYS
    return 0 if after is None else after.run()


def _most() -> int:
    """Return how many operations fit the screen, with what else is shown before a question."""
    return max(rows(1) - 10, 10)


def _confirmed(session: Session, opening: Opening, question: str, summary: Summary) -> bool:
    """Ask whether to go on; where not everything was shown, that can be asked for."""
    if session.verbose or summary.operations <= _most():
        return session.ask(question)
    while True:
        answer = session.answer(f"{question} l lists all of it [y/l/N] ").strip().lower()
        if answer not in {"l", "list"}:
            return answer in {"y", "yes"}
        with session.cancellable() as cancel:
            _preview(session, opening(cancel))


def _agreed(session: Session, opening: Opening) -> bool:
    """Have the user agree to what the repository asks for; false if that was refused.

    Where nobody can be asked, carrying it out is refused.
    """
    client = session.client
    with session.cancellable() as cancel:
        wishes = opening(cancel).metadata.wishes
    if all(client.wishes.get(wish) for wish in wishes):
        return True
    if session.interactive:
        path = session.err_style.path(client.settings.path or "")
        session.err.write(f"{path} asks for more than links in your home:\n")
        for wish in client.wishes:
            session.err.write(f"  {wish}: {display(wish.meaning)}\n")
        if not session.ask("Is that what you want, now and from here on?"):
            return False
    elif not session.arguments.yes:
        return True
    client.agree()
    return True


def _recover(session: Session, cancel: CancellationToken) -> None:
    """Roll back what was cut short, before a plan is shown that has to hold until a yes.

    Where nothing is asked, applying does this itself.
    """
    if session.client.unfinished() is not None:
        session.follow(session.client.stream_recover(cancel=cancel))


def _question(metadata: Metadata) -> str | None:
    if metadata.action in _QUESTIONS:
        return _QUESTIONS[metadata.action]
    policy = metadata.options.on_conflict
    if policy == "overwrite":
        return "Replace what is in the way?"
    return "Move what is in the way into the packages?" if policy == "adopt" else None


def _preview(session: Session, plan: StreamingPlan, *, most: int | None = None) -> int:
    report, out = session.report, session.out
    refused = False
    with plan:
        report.begin(plan.metadata, listing=True, most=most)
        for item in plan:
            report.item(item)
            if out.failure is not None:  # nobody reads on
                return 1
            if isinstance(item, ScanError) and item.permission:
                refused = True
    summary = plan.summary
    report.planned(summary)
    if summary.conflicts:
        return 3
    if summary.errors and plan.metadata.options.on_conflict != "skip":
        return 4 if refused else 1
    if _all_stays(plan):
        return ALL_STAYS
    due = summary.operations and getattr(session.arguments, "exit_code", False)
    return OUT_OF_STEP if due else 0


def _all_stays(plan: StreamingPlan) -> bool:
    """Whether nothing is adopted of what was named, for reasons that were told."""
    summary = plan.summary
    told = "notice" in summary.counts
    return plan.metadata.action == "adopt" and told and not summary.operations


def apply(
    session: Session,
    plan: StreamingPlan,
    digest: str | None,
    cancel: CancellationToken,
    *,
    listing: bool = False,
) -> After | None:
    """Carry a plan out, and return what its packages want to be run then, if they do.

    Args:
        digest: of the plan that was shown.
        listing: whether operations are shown, as with ``-v``.
    """
    after = None
    if any(own.after for own in session.client.settings.packages.values()):
        from dotstream.cli.after import After

        after = After(session, plan.metadata)
    with plan:
        # What was shown and agreed to is not shown again; the digest proves it is the same.
        listing = (listing or session.verbose) and digest is None
        session.report.begin(plan.metadata, listing=listing)
        run = session.client.stream_apply(
            plan,
            stream=session.arguments.stream,
            wait=session.arguments.wait,
            digest=digest,
            cancel=cancel,
            planned=listing or session.json or after is not None,
        )
        result = session.follow(run, note=None if after is None else after.note)
    metadata = plan.metadata
    if metadata.action == "manage" and (result.summary.unchanged or not result.applied):
        _mention_outdated(session, metadata, result.summary, cancel)
    if metadata.action == "unmanage" and not result.applied:
        session.mention_elsewhere("unmanage " + " ".join(metadata.packages), metadata.packages)
    return after


def _mention_outdated(
    session: Session, metadata: Metadata, summary: Summary, cancel: CancellationToken
) -> None:
    """Say so if packages have links left that only ``remanage`` removes."""
    linked = summary.unchanged + summary.counts.get("create_link", 0)
    count = session.client.outdated(*metadata.packages, beyond=linked, cancel=cancel)
    if count:
        from dotstream.doctor.shell_commands import REMANAGE, quoted
        from dotstream.model.words import plural

        command = session.completed(" ".join((REMANAGE, *map(quoted, metadata.packages))))
        links = plural(count, "link")
        session.say(f"{links} left with nothing to lead to, which {command} removes")


def preferences(session: Session, cancel: CancellationToken) -> Preferences:
    """Return what the flags ask for; a person at a terminal is asked about conflicts.

    Raises:
        UsageError: no package has anything to do with a path of ``--on-conflict``.
    """
    arguments = session.arguments
    asks = session.interactive and not session.dry_run and arguments.on_conflict is None
    return Preferences(
        folding=getattr(arguments, "folding", None),
        link="absolute" if getattr(arguments, "absolute", False) else None,
        ignore=tuple(getattr(arguments, "ignore", ())),
        defer=tuple(getattr(arguments, "defer", ())),
        override=tuple(getattr(arguments, "override", ())),
        on_conflict=arguments.on_conflict,
        resolutions=_resolutions(session),
        resolve=session.settling(cancel).settle if asks else None,
        same=arguments.same,
        explain=session.verbose,
    )


def _resolutions(session: Session) -> dict[str, Policy]:
    """Return the policies of single paths; what is in the way may be a file above."""
    found: dict[str, Policy] = {}
    for path, policy in session.arguments.resolutions:
        located = session.client.locate(path)
        if located.target is None:
            raise UsageError(f"--on-conflict {path}: {located.message}")
        found[located.target] = policy
        conflict = located.conflict
        if conflict is not None and not is_directory(conflict.path):
            found[conflict.path] = policy
    return found
