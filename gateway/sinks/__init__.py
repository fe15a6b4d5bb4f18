"""Sinks, one file each: committed readings to the outside world; the file's name is the `kind` of a sink.

A file in this folder provides

    class Options                          frozen dataclass: the sink's table, without `kind`
    class Sink:
        def __init__(self, options: Options) -> None
        def resume(self, state: bytes | None) -> bytes     what `resume` or `write` returned last
        def write(self, arrivals: Arrivals, names: Mapping[int, str]) -> bytes

`write` returns when the outside world has the batch, with whatever it needs to `resume`; the follower
stores that together with its cursor, and what `resume` returns before the first write. After a crash the
last batch comes again, and must not count twice. `write` raises LinkDown when it has to be tried again.
"""
