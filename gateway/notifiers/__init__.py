"""Notifiers, one file each: alarm changes to people; the file's name is the `kind` of a notifier.

A file in this folder provides

    class Options                          frozen dataclass: the notifier's table, without `kind`
    class Notifier:
        def __init__(self, options: Options) -> None
        def notify(self, change: str, alarm: Mapping[str, Any]) -> None

`change` is what happened: "raised", "acknowledged", "returned", "withdrawn", or "amended" by late data or
by what became known of what is inside. `alarm` has the shape of `cryogate alarms --json`. `notify` returns
once the outside world has it, or raises LinkDown: it is called again later, and what was delivered is
remembered across restarts.
"""
