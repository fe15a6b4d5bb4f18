"""Small disks that can be filled and broken: a tmpfs, an ext4 image. Mounting them needs root."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.rig import Unavailable


@contextmanager
def small_memory_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """A tmpfs of that size, mounted on `folder`."""
    folder.mkdir(parents=True)
    _mount("-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


class Image:
    """An ext4 file system in a file, mounted on `folder`."""

    def __init__(self, file: Path, folder: Path, size_bytes: int) -> None:
        self.file, self.folder = file, folder
        folder.mkdir(parents=True)
        with file.open("wb") as image:
            image.truncate(size_bytes)
        _run("mkfs.ext4", "-q", "-F", str(file))
        self.mount()

    def mount(self) -> None:
        """Mounted, it turns read-only at an error, as distributions have it."""
        _mount("-o", "loop,errors=remount-ro", str(self.file), str(self.folder))

    def fail(self) -> None:
        """What the kernel does at an error of the disk: no byte more is written, open files or not."""
        _run("mount", "-o", "remount,abort", str(self.folder))

    def repair(self) -> None:
        """Unmounted, checked, mounted again: what an operator or a restart of the box does."""
        _run("umount", str(self.folder))
        _run("e2fsck", "-f", "-y", str(self.file), good=(0, 1))
        self.mount()

    def unmount(self) -> None:
        if os.path.ismount(self.folder):
            _run("umount", "--lazy", str(self.folder))


def fill(disk: Path, leave_bytes: int) -> Path:
    """Somebody else's file takes what there is but `leave_bytes`."""
    filler = disk / "filler"
    with filler.open("ab") as file:
        while (room := shutil.disk_usage(disk).free - leave_bytes) > 0:
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, room)
            except OSError as error:  # others took some of it meanwhile: what is left is looked at again
                if error.errno != errno.ENOSPC:
                    raise
    return filler


def _mount(*arguments: str) -> None:
    if os.geteuid() != 0:
        raise Unavailable("only root may mount a small disk: run this as root")
    _run("mount", *arguments)


def _run(program: str, *arguments: str, good: tuple[int, ...] = (0,)) -> None:
    found = shutil.which(program, path="/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin")
    if found is None:
        raise Unavailable(f"{program} is not installed")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in good:
        raise Unavailable(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
