"""The one seam through which anything is changed, relative to directory descriptors.

Every method is one step: it happens as a whole or raises ``OSError`` with nothing done.
Creating never clobbers.  A test that wants a step to fail, wait or kill subclasses
``Changes``.
"""

from __future__ import annotations

import errno
import os

from dotstream.fs import system
from dotstream.fs.copying import copy_entry, remove_entry
from dotstream.fs.touched import Touched
from dotstream.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_SPARE = "-spare"  # what stands after a name while it is exchanged in three renames
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_NO_FSYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)  # of a directory, on some file systems


class Changes:
    """Changes to the file system; Python does not retry these calls, so they do.

    Attributes:
        link: one try at ``symlink``, as ``link(text, name, dir_fd=fd)``: what is called a
            million times, with texts or bytes. It may raise ``InterruptedError``.
        touched: what ``flush`` has to put on the disk; whoever opens a directory to change it
            adds that.
    """

    def __init__(self) -> None:
        self.link: Callable[..., None] = os.symlink
        self.touched: Touched = Touched()

    def symlink(self, text: str | bytes, fd: int, name: str | bytes) -> None:
        """Make a link; ``FileExistsError`` if anything is there."""
        while True:
            try:
                self.link(text, name, dir_fd=fd)
            except InterruptedError:
                continue
            return

    def mkdir(self, fd: int, name: str, mode: int = 0o777) -> None:
        """Make a directory; ``FileExistsError`` if anything is there."""
        while True:
            try:
                os.mkdir(name, mode, dir_fd=fd)
            except InterruptedError:
                continue
            return

    def chmod(self, fd: int, name: str, mode: int) -> None:
        """Set the permission bits of a directory that we made."""
        made = os.open(name, _DIRECTORY, dir_fd=fd)
        try:
            os.fchmod(made, mode)
            self.touched.add(made)
            self.touched.add(fd)
        finally:
            os.close(made)

    def rmdir(self, fd: int, name: str) -> None:
        """Remove an empty directory."""
        while True:
            try:
                os.rmdir(name, dir_fd=fd)
            except InterruptedError:
                continue
            return

    def unlink(self, fd: int, name: str) -> None:
        """Remove a name; only for names that are ours alone."""
        while True:
            try:
                os.unlink(name, dir_fd=fd)
            except InterruptedError:
                continue
            return

    def copy(self, fd: int, name: str, to_fd: int, new: str) -> None:
        """Copy a file, link or directory to where nothing is, completely and onto the disk.

        Mode, times, extended attributes and, where we may, the owner are kept; a file is
        never held in memory.
        """
        copy_entry(fd, name, to_fd, new)

    def discard(self, fd: int, name: str) -> None:
        """Remove an entry and all that is in it; only for what there is a copy of."""
        remove_entry(fd, name)

    def sync(self, fd: int) -> None:
        """Have a directory's entries on the disk."""
        try:
            system.on_disk(fd)
        except OSError as error:
            if error.errno not in _NO_FSYNC:
                raise
            system.flush(fd)

    def sync_upwards(self, fd: int) -> None:
        """Have a directory's entries on the disk, and the names of those that lead to it."""
        here = os.dup(fd)
        try:
            while True:
                self.sync(here)
                try:
                    above = os.open("..", _DIRECTORY, dir_fd=here)
                except PermissionError:
                    return  # where we may not look, none of these names is ours
                one, other = os.fstat(here), os.fstat(above)
                os.close(here)
                here = above
                if one.st_dev != other.st_dev or one.st_ino == other.st_ino:
                    return
        finally:
            os.close(here)

    def flush(self) -> None:
        """Have all that was changed on the disk.

        Raises:
            OSError: it is not; what of it is, nobody knows.
        """
        try:
            if self.touched.elsewhere:
                system.flush_all()
            for fd in self.touched.few:
                self.sync(fd)
            for fd in self.touched.whole:
                system.flush(fd)
        finally:
            self.touched.close()

    def rename(self, fd: int, old: str, to_fd: int, new: str) -> None:
        """Rename; ``FileExistsError`` if ``new`` is there."""
        number = self._rename_new(fd, old, to_fd, new)
        if number in _UNSUPPORTED:
            self._rename_by_link(fd, old, to_fd, new)
        elif number:
            raise OSError(number, os.strerror(number), old, None, new)

    def exchange(self, fd: int, one: str, other: str) -> None:
        """Swap two names of one directory, in one step where the system can.

        Where it cannot, a kill in between leaves what ``settle`` puts right; ``one`` has to
        be a name of ours.
        """
        number = self._exchange(fd, one, other)
        if number in _UNSUPPORTED:
            spare = one + _SPARE
            os.rename(other, spare, src_dir_fd=fd, dst_dir_fd=fd)
            try:
                os.rename(one, other, src_dir_fd=fd, dst_dir_fd=fd)
            except OSError:
                os.rename(spare, other, src_dir_fd=fd, dst_dir_fd=fd)
                raise
            os.rename(spare, one, src_dir_fd=fd, dst_dir_fd=fd)
        elif number:
            raise OSError(number, os.strerror(number), one, None, other)

    def settle(self, fd: int, one: str, other: str) -> None:
        """Put right an exchange that took three renames and was stopped between them."""
        spare = one + _SPARE
        if not _lexists(fd, spare):
            return
        if not _lexists(fd, other):
            self.rename(fd, spare, fd, other)
        elif not _lexists(fd, one):
            self.rename(fd, spare, fd, one)

    def _rename_new(self, fd: int, old: str, to_fd: int, new: str) -> int:
        return system.rename_new(fd, old, to_fd, new)

    def _exchange(self, fd: int, one: str, other: str) -> int:
        return system.exchange(fd, one, fd, other)

    def _rename_by_link(self, fd: int, old: str, to_fd: int, new: str) -> None:
        """Rename without clobbering where the kernel or file system has no flag for it."""
        try:
            os.link(old, new, src_dir_fd=fd, dst_dir_fd=to_fd, follow_symlinks=False)
        except (PermissionError, IsADirectoryError):  # a directory cannot be linked
            if _lexists(to_fd, new):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
            os.rename(old, new, src_dir_fd=fd, dst_dir_fd=to_fd)
        else:
            self.sync_upwards(to_fd)  # else a power cut may leave neither name
            os.unlink(old, dir_fd=fd)


def _lexists(fd: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
