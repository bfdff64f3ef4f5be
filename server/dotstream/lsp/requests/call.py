"""One call of a method: how it is read, what is done, what ends it, and where its news go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dotstream.client import Client
from dotstream.fs.files import is_directory
from dotstream.fs.process import environment, known_home
from dotstream.lsp.requests.fields import Asked, Fields, invalid
from dotstream.lsp.uris import label, to_uri
from dotstream.model.cancel import CancellationToken
from dotstream.model.directory import display
from dotstream.model.events import Applied

if TYPE_CHECKING:
    from collections.abc import Callable

    from dotstream.lsp.messages import JSON
    from dotstream.lsp.peer import Peer
    from dotstream.lsp.requests.rows import Streamed
    from dotstream.model.events import Progress

_Params = TypeVar("_Params")


@dataclass(frozen=True, slots=True)
class Method(Generic[_Params]):
    """One method.

    Attributes:
        read: returns its own parameters, checked, or raises ``JsonRpcInvalidParams``.
        task: does what is asked, on a thread of its own, and returns the result.
        title: says what is done in a few words.
        rows: what makes the rows that it streams; ``None`` for one that only answers.
        bounded: whether the size of the work is known before it ends.
    """

    read: Callable[[Fields], _Params]
    task: Callable[[_Params, Call], dict[str, JSON]]
    title: Callable[[_Params], str]
    rows: type[Streamed[Any]] | None = None
    bounded: Callable[[_Params], bool] = lambda _: False


class Call:
    """One call of a method.

    Args:
        sent: the parameters as they came.

    Attributes:
        peer: the client that called.
        asked: what every method is asked.
        params: what this method is asked, checked.
        title: what is done, in a few words for people.
        bounded: whether the size of the work is known before it ends.
        cancel_token: what the method looks at between operations.
        add: takes the items that it comes upon; blocks while there is no room for them.
        progress: the last thing the engine said of how far it is.
        changed: what the method changed, once it has, as ``dotstream/changed`` says it.
        skipped: whether a conflict is not to be shown any more.
        waits: whether to wait for another dotstream instead of refusing.
        home: the path that labels call ``~``.

    Raises:
        JsonRpcInvalidParams: a parameter is missing or wrong.
    """

    def __init__(self, method: Method[Any], sent: object, peer: Peer, *, waits: bool) -> None:
        fields = Fields(sent)
        self.method = method
        self.asked: Asked = Asked.of(fields, streams=method.rows is not None)
        self.params: Any = method.read(fields)
        self.title: str = method.title(self.params)
        self.bounded: bool = method.bounded(self.params)
        self.peer = peer
        self.waits = waits
        self.cancel_token: CancellationToken = CancellationToken()
        self.add: Callable[[object], None] = lambda _: None
        self.progress: Progress | None = None
        self.changed: dict[str, JSON] | None = None
        self.skipped: bool = False
        self.home: str = known_home(environment()) or "/"

    @property
    def client(self) -> Client:
        """A client of the package directory; the configuration is read anew.

        Raises:
            JsonRpcInvalidParams: it is no directory.
        """
        if not is_directory(self.asked.root):
            raise invalid("root", f"{display(self.asked.root)} is not a directory")
        return Client(self.asked.root, target=self.asked.target)

    def note_progress(self, progress: Progress | Applied) -> None:
        """Take how far the engine is; the event loop tells the client, at its own pace."""
        self.progress = progress.progress if isinstance(progress, Applied) else progress

    def note_change(self, client: Client, transaction: int | None) -> None:
        """Take that something was changed, for all who are to be told of it."""
        self.changed = {
            "root": to_uri(client.directory),
            "target": to_uri(client.target),
            "transaction": transaction,
        }

    def skip(self, path: str) -> None:
        """Have the conflict at a path not shown any more."""
        self.peer.skipped.add(path)
        self.skipped = True

    def label(self, path: str) -> str:
        """Return a path for people."""
        return label(path, self.home)
