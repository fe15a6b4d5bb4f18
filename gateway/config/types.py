"""What a configuration says, as frozen types. TOML keys are the field names; units stand in the names.

A field with metadata {"plug_in": folder, "named_by": key} holds the Options of the plug-in that `key` names,
or of `unless_named` when there is no such key.
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from gateway.alarms.chatter import MOST_KEPT, Limits
from gateway.alarms.design import Design
from gateway.alarms.drill_times import Schedule
from gateway.alarms.flood import FloodLimits
from gateway.alarms.guidance import Guidances
from gateway.alarms.policy import LONGEST_S, Policy
from gateway.alarms.priority import Priorities
from gateway.config.approvals import SignatureOptions, Unapproved
from gateway.config.lines import check_folder, check_lines, check_name
from gateway.config.shelving import Shelving
from gateway.dataclass import dataclass
from gateway.hosts import check_address, check_listen, check_network, is_loopback, listen_host, listen_port
from gateway.model import Severity
from gateway.openid.options import OpenIdOptions
from gateway.possible import EVERYTHING, Believed
from gateway.probes.calibration import Calibration
from gateway.screening.rules import need_duration
from gateway.zones import zone

FOREVER_PAST: Final = -(2**63)
FOREVER: Final = 2**63 - 1
SOURCES: Final = "gateway.ingestion.sources"
DRIVERS: Final = "gateway.drivers"
PAYLOADS: Final = "gateway.payloads"
PROBES: Final = "gateway.probes"
RULES: Final = "gateway.screening.rules"
SINKS: Final = "gateway.sinks"
NOTIFIERS: Final = "gateway.notifiers"
HEARTBEATS: Final = "gateway.heartbeats"
PEERS: Final = "gateway.peers"
POWER: Final = "gateway.power"
SHORTEST_GAP_S: Final = 0.001
LONGEST_HOT_S: Final = 31_536_000.0
LONGEST_KEEP_YEARS: Final = 1000
MOST_FLOOD: Final = 1000  # messages to one person
CODES: Final = "gateway.codes"
DIRECT: Final = "direct"  # the probe of an instrument that speaks the quantity itself
DOWNLOADS: Final = "gateway.downloads"


@dataclass(frozen=True, slots=True)
class Gateway:
    """This box: its name and where it keeps its data."""

    name: str
    data_dir: str = "data"

    def __post_init__(self) -> None:
        check_name("name", self.name)
        check_folder("data_dir", self.data_dir)


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """How readings become durable."""

    commit_interval_s: float = 0.02
    queue_messages: int = 20_000
    archive_after_s: float = 900.0
    low_space_bytes: int = 1_000_000_000  # less than this left on the disk is a fault
    low_space_h: float = 48.0  # so is a disk that is full this soon at its present growth
    chain_key_file: str | None = field(default=None, metadata={"path": True, "reads": True, "secret": True})

    def __post_init__(self) -> None:
        if self.low_space_bytes < 0 or not 0 <= self.low_space_h <= 10_000:
            raise ValueError(
                "low_space_bytes and low_space_h cannot be negative, and low_space_h ends at 10 000"
            )
        if not 0 <= self.commit_interval_s <= 10:
            raise ValueError("commit_interval_s must lie between 0 and 10")
        if not 100 <= self.queue_messages <= 1_000_000:
            raise ValueError("queue_messages must lie between 100 and 1 000 000")
        if not 0 <= self.archive_after_s <= LONGEST_HOT_S:
            raise ValueError("archive_after_s must lie between 0 and 31 536 000 (a year)")


@dataclass(frozen=True, slots=True)
class ClockOptions:
    """When this machine's clock is trusted."""

    require_sync: bool = True


@dataclass(frozen=True, slots=True)
class MetricsOptions:
    """Where Prometheus may ask."""

    listen: str = ""  # host:port; empty: nowhere

    def __post_init__(self) -> None:
        check_listen(self.listen, "127.0.0.1:9100")

    @property
    def host(self) -> str:
        return listen_host(self.listen)

    @property
    def port(self) -> int:
        """0 where it is none."""
        return listen_port(self.listen)


@dataclass(frozen=True, slots=True)
class PagesOptions:
    """Where the pages and the API answer, and by which certificate."""

    listen: str = ""  # host:port; empty: nowhere
    cert_file: str | None = field(default=None, metadata={"path": True, "reads": True})
    key_file: str | None = field(default=None, metadata={"path": True, "reads": True, "secret": True})
    plain: bool = False  # without TLS: behind a proxy on the same machine
    address: str = ""  # where people open the pages, for links in messages; empty: no links
    proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed
    openid: OpenIdOptions | None = None  # the provider at which people log in, too
    backup_dir: str | None = field(default=None, metadata={"path": True})  # of backups that a page takes
    leaked_passwords_file: str | None = field(default=None, metadata={"path": True, "reads": True})
    writes_configuration: bool = False  # whether what is signed on a page is written into this file

    def __post_init__(self) -> None:
        check_listen(self.listen, "127.0.0.1:8443")
        check_address(self.address)
        for proxy in self.proxies:
            check_network(proxy)
        if self.openid is not None and not self.address:
            raise ValueError("openid needs address: the provider sends people back to it")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file belong together: give both, or none")
        if self.plain and self.cert_file is not None:
            raise ValueError("plain has no certificate: leave out cert_file and key_file, or plain")
        if self.plain and self.listen and not is_loopback(self.host):
            raise ValueError(
                f"plain is for a proxy on this machine: listen at 127.0.0.1, not at {self.host}, where "
                "everybody on the network could read along"
            )

    @property
    def host(self) -> str:
        return listen_host(self.listen)

    @property
    def port(self) -> int:
        """0 where it is none."""
        return listen_port(self.listen)


@dataclass(frozen=True, slots=True)
class Site:
    """A place with a clock on its wall."""

    name: str = ""
    time_zone: str = "UTC"
    rules: tuple[dict[str, Any], ...] = ()
    was: str | None = None  # the name it had before: its history goes on
    needs_duty: bool = False  # without a roster it is not covered, and doctor says so
    contract_manufacturer: bool = False  # two on-site contacts are needed there

    def __post_init__(self) -> None:
        zone(self.time_zone)
        check_lines(("name", self.name))


@dataclass(frozen=True, slots=True)
class Vessel:
    """What is known of a dewar or shipper beside readings: how long it lasts follows from it (time-left)."""

    rated_hold_d: float | None = None  # from full to empty, upright and closed, as its data sheet says
    capacity_L: float | None = None  # of liquid nitrogen
    full_mm: float | None = None  # what its level channel in mm says when it is full
    tare_kg: float | None = None  # what its weight channel says when it is empty, with what is inside
    surroundings_degC: float = 22.0  # towards which it warms
    early_h: float | None = None  # an alarm is raised when fewer hours may be left

    def __post_init__(self) -> None:
        for name, most in (
            ("rated_hold_d", 1000.0),
            ("capacity_L", 100_000.0),
            ("full_mm", 50_000.0),
            ("early_h", 8760.0),
        ):
            value = getattr(self, name)
            if value is not None and not 0.0 < value <= most:
                raise ValueError(f"{name} must lie above 0 and not above {most:g}, got {value:g}")
        if self.tare_kg is not None and not 0.0 <= self.tare_kg <= 100_000.0:
            raise ValueError(f"tare_kg must lie between 0 and 100 000, got {self.tare_kg:g}")
        if not -60.0 <= self.surroundings_degC <= 60.0:
            raise ValueError(f"surroundings_degC must lie between -60 and 60, got {self.surroundings_degC:g}")


@dataclass(frozen=True, slots=True)
class Asset:
    """A dewar, shipper, freezer or fridge; `zones` are the parts of it that can hold units."""

    site: str
    kind: str = ""
    name: str = ""
    zones: tuple[str, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    was: str | None = None
    vessel: Vessel | None = None

    def __post_init__(self) -> None:
        check_lines(("kind", self.kind), ("name", self.name), *(("zones", one) for one in self.zones))


@dataclass(frozen=True, slots=True)
class ChannelTable:
    """One measured quantity at one place, as the file says it."""

    asset: str
    source: str
    address: str
    zone: str | None = None
    quantity: str = "temperature"
    unit: str = "degC"
    probe: str = DIRECT
    probe_options: Any = field(
        default=None, metadata={"plug_in": PROBES, "named_by": "probe", "unless_named": DIRECT}
    )
    calibration: dict[str, Any] | None = None
    profile: str | None = None
    max_gap_s: float = 300.0
    no_data_after_s: float = 300.0
    no_data_severity: str = "major"
    faults: tuple[float, ...] = ()  # numbers by which the device says that it has no value
    lowest: float | None = None  # what it says beyond them is not believed; all three: see believed.py
    highest: float | None = None
    rules: tuple[dict[str, Any], ...] = ()
    was: str | None = None

    def __post_init__(self) -> None:
        need_duration("max_gap_s", self.max_gap_s, shortest_s=SHORTEST_GAP_S)
        need_duration("no_data_after_s", self.no_data_after_s, shortest_s=SHORTEST_GAP_S)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a profile version; `unit` is the canonical unit of its limits, None where it has none."""

    id: str
    kind: str
    severity: Severity
    parameters: object
    unit: str | None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with everything it refers to known to exist."""

    name: str
    table: ChannelTable
    site: str
    unit: str  # canonical
    scale: float  # what the probe takes = wire * scale + offset
    offset: float
    calibration: Calibration | None = None
    rules: tuple[Rule, ...] = ()  # of its site, its asset and its own, beside those of the profile
    believed: Believed = EVERYTHING


@dataclass(frozen=True, slots=True)
class ProfileVersion:
    """The rules of a product under one version, valid from `valid_from_ns` until the next version's."""

    profile: str
    version: str
    valid_from_ns: int
    rules: tuple[Rule, ...]
    retroactive: str = ""  # why it is valid in the past of what was screened before it was known


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A named source, sink, notifier or heartbeat: which file implements it, and its options."""

    name: str
    kind: str
    options: Any


@dataclass(frozen=True, slots=True)
class RecordClass:
    """How long readings of some assets and channels are kept; for ever where neither period is given."""

    keep_years: int = 0
    keep_days: int = 0
    assets: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    holds_units: bool = True  # false: a room or a compressor, where unknown contents mean that there are none

    def __post_init__(self) -> None:
        if not (
            0 <= self.keep_years <= LONGEST_KEEP_YEARS and 0 <= self.keep_days <= 366 * LONGEST_KEEP_YEARS
        ):
            raise ValueError(f"keep_years and keep_days must lie between 0 and {LONGEST_KEEP_YEARS} years")
        if self.keep_years and self.keep_days:
            raise ValueError("give keep_years or keep_days, not both")
        if not (self.assets or self.channels):
            raise ValueError("give assets or channels: a class without either is about nothing")


@dataclass(frozen=True, slots=True)
class CallLimits:
    """When an alarm is said to chatter or to be stale, when calls are too many for one person, when a silence
    asks again that was answered while its cause lasted.
    """

    chatter_count: int = 5
    chatter_within_s: float = 1800.0
    chatter_calm_s: float = 600.0
    stale_after_s: float = 86_400.0
    flood_count: int = 10
    flood_within_s: float = 600.0
    summary_after_s: float = 60.0
    asks_again_after_s: float = 180.0  # behind the end of its cause and its no-data time

    def __post_init__(self) -> None:
        if not 2 <= self.chatter_count <= MOST_KEPT:
            raise ValueError(f"chatter_count must lie between 2 and {MOST_KEPT}")
        if not 1 <= self.flood_count <= MOST_FLOOD:
            raise ValueError(f"flood_count must lie between 1 and {MOST_FLOOD}")
        durations = (
            "chatter_within_s",
            "chatter_calm_s",
            "stale_after_s",
            "flood_within_s",
            "summary_after_s",
            "asks_again_after_s",
        )
        for name in durations:
            if not 1 <= getattr(self, name) <= LONGEST_S:
                raise ValueError(f"{name} must lie between 1 and {LONGEST_S:.0f} (a week)")

    @property
    def chatter(self) -> Limits:
        return Limits(self.chatter_count, self.chatter_within_s, self.stale_after_s, self.chatter_calm_s)

    @property
    def flood(self) -> FloodLimits:
        return FloodLimits(self.flood_count, self.flood_within_s, self.summary_after_s)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything the gateway was told."""

    path: Path
    document: str  # the whole content as canonical JSON, with the hashes of files that belong to it
    gateway: Gateway
    journal: JournalOptions
    sites: dict[str, Site]
    assets: dict[str, Asset]
    sources: dict[str, PlugIn]
    profiles: dict[str, tuple[ProfileVersion, ...]]  # oldest version first
    channels: dict[str, Channel]
    sinks: dict[str, PlugIn]
    notifiers: dict[str, PlugIn]
    clock: ClockOptions = ClockOptions()
    metrics: MetricsOptions = MetricsOptions()
    remarks: tuple[str, ...] = field(default=())  # legal, but probably not meant
    retention: dict[str, RecordClass] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)  # by scheme, the Options of those that have some
    priorities: Priorities = field(default_factory=Priorities)
    heartbeat: dict[str, PlugIn] = field(default_factory=dict)
    guidance: Guidances = field(default_factory=Guidances)
    peers: dict[str, PlugIn] = field(default_factory=dict)  # by the name that the other gateway has
    power: dict[str, PlugIn] = field(default_factory=dict)
    shelving: Shelving = field(default_factory=Shelving)
    suppressions: tuple[Design, ...] = ()
    escalations: tuple[Policy, ...] = ()  # of an alarm the first that is for it decides
    calls: CallLimits = CallLimits()
    drills: tuple[Schedule, ...] = ()
    pages: PagesOptions = PagesOptions()
    signatures: SignatureOptions = field(default_factory=SignatureOptions)
    unapproved: tuple[Unapproved, ...] = ()  # left out of `profiles` and of `document`

    @property
    def fingerprint(self) -> str:
        """12 hex digits of the SHA-256 of the content; layout and comments do not count."""
        return hashlib.sha256(self.document.encode()).hexdigest()[:12]

    @property
    def data_dir(self) -> Path:
        """Relative paths are meant from the configuration file."""
        return self.path.parent / self.gateway.data_dir
