"""How many may ask at once, how large a request is and how slow it may be."""

from __future__ import annotations

from typing import Final

MOST_CONNECTIONS: Final = 1000  # a few hundred screens, each with a stream
MOST_OF_ONE: Final = 250  # connections of one address; of IPv6 of one /64
HEAD_WITHIN_S: Final = 10.0  # for TLS to begin, and for all of the head of a request
READ_WITHIN_S: Final = 60.0  # of an asker who does not read the answer
KEEP_ALIVE_S: Final = 15  # between two requests
LARGEST_HEAD: Final = 16_384  # bytes of the headers of a request
LARGEST_BODY: Final = 64 * 1024  # bytes: what people say about one thing
LARGEST_FILE: Final = 32 * 1024 * 1024  # bytes: a logger's file of years
BODY_WITHIN_S: Final = 30.0  # for all of a body
REST_WITHIN_S: Final = 2.0  # for the rest of a body that nobody reads, once it is answered
MOST_TOGETHER: Final = 4 * LARGEST_FILE  # bytes of all files that come at once: so much of the disk
LONGEST_PATH: Final = 2048  # bytes
LONGEST_QUERY: Final = 4096  # bytes
