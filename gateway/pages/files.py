"""Files for browsers: styles, scripts, pictures, words. An address names its content: it is kept for long."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fastapi import Request, Response

from gateway.dataclass import dataclass

TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PACKED_ALREADY: Final = (".png", ".webp", ".woff2")
LEVEL: Final = 6  # once, at the start
FOR_LONG: Final = "public, max-age=31536000, immutable"
NOT_KEPT: Final = "no-cache"
_IMPORTED: Final = re.compile(r'^(?:import|export) (?:[^"();]{1,500} from )?"(\.[^"]{1,200})";', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """`packed`: by gzip; None where that would not help."""

    media_type: str
    content: bytes
    packed: bytes | None
    tag: str


class Files:
    """Read once. `version` changes with any of them, and is the first part of each address."""

    def __init__(self, folder: Path, made: Mapping[str, bytes]) -> None:
        """`made`: more of them, by name, that are in no file."""
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES
        }
        self._files = {name: _file(name, content) for name, content in {**found, **made}.items()}
        self._imports: dict[str, list[str]] = {}
        tags = "".join(f"{name}{one.tag}" for name, one in sorted(self._files.items()))
        self.version = hashlib.sha256(tags.encode()).hexdigest()[:12]

    def address(self, name: str) -> str:
        """Raises KeyError where there is none: a template names what is not there."""
        if name not in self._files:
            raise KeyError(f"there is no file {name} in dashboards/control_room/static")
        return f"/static/{self.version}/{name}"

    def imports(self, name: str) -> list[str]:
        """Addresses of all scripts that a script imports, and these again: a page names them at once."""
        if (known := self._imports.get(name)) is not None:
            return known
        found: list[str] = []
        left = [name]
        while left:
            folder, text = Path(left[0]).parent, self._files[left.pop(0)].content.decode()
            inner = [os.path.normpath(folder / one) for one in _IMPORTED.findall(text)]
            new = [one for one in dict.fromkeys(inner) if one not in found and one in self._files]
            found += new
            left += new
        return self._imports.setdefault(name, [self.address(one) for one in found if one != name])

    def content(self, name: str) -> bytes:
        return self._files[name].content

    def answer(self, request: Request, version: str, name: str) -> Response | None:
        """None: there is none of that name."""
        if (file := self._files.get(name)) is None:
            return None
        kept = FOR_LONG if version == self.version else NOT_KEPT  # a page of before an upgrade asks
        headers = {"ETag": file.tag, "Cache-Control": kept, "Vary": "Accept-Encoding"}
        if file.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(file.packed, headers=headers, media_type=file.media_type)
        return Response(file.content, headers=headers, media_type=file.media_type)


def _file(name: str, content: bytes) -> File:
    suffix = Path(name).suffix
    packed = None if suffix in PACKED_ALREADY else gzip.compress(content, LEVEL, mtime=0)
    return File(TYPES[suffix], content, packed, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
