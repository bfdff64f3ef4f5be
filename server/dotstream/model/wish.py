"""What a repository asks for beyond links in the user's home."""

from __future__ import annotations

from dotstream.light_typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEANINGS = {
    "backup": "what is in the way is moved to the backup area",
    "overwrite": "what is in the way is replaced",
    "adopt": "what is in the way is moved into the repository",
}


class Wish(NamedTuple):
    """A setting of a repository that counts only after its user has agreed to it once.

    Attributes:
        key: the setting.
        value: what it is set to; of a target the path that it stands for; of commands one.
        package: whose setting it is; ``None`` for that of all packages.
    """

    key: Literal["after", "on-conflict", "target"]
    value: str
    package: str | None = None

    def __str__(self) -> str:
        """Return the setting on one line, as a ``dotstream.toml`` would have it."""
        from json import dumps  # few repositories wish for anything

        above = "" if self.package is None else f"packages.{dumps(self.package)}."
        return f"{above}{self.key} = {dumps(self.value)}"

    @property
    def meaning(self) -> str:
        """What it leads to, in words."""
        if self.key == "after":
            return f"this is run once links of {self.package} have changed: {self.value}"
        return (
            f"links are made in {self.value}" if self.key == "target" else _MEANINGS[self.value]
        )

    @staticmethod
    def is_policy(value: str | None) -> bool:
        """Whether a policy moves or replaces files of the user."""
        return value in _MEANINGS

    @staticmethod
    def of(
        wishes: Iterable[Wish], packages: Iterable[str], *, policies: bool
    ) -> tuple[Wish, ...]:
        """Return those that a plan for some packages heeds.

        Args:
            policies: whether the policies of the repository count in it.
        """
        wanted = {None, *packages}
        return tuple(
            wish
            for wish in wishes
            if wish.package in wanted and (policies or wish.key != "on-conflict")
        )
