"""What a request brings: an example for each operation that takes JSON, for the schema."""

from __future__ import annotations

from typing import Any, Final

AGAIN: Final = {"password": "violet teapots glide", "code": "287082"}
WHY: Final = {"reason": "was meant for dewar-2"}
ON_ALARM: Final = {"comment": "lid is closed"}
OF_GROUP: Final = {**ON_ALARM, "but": ["E-7Q2M9XKD-1A2B3C"]}
RIGHTS: Final = {"roles": ["operator"], "sites": ["lab"], "reason": "works there from May on"}
UNIT: Final = {
    "scheme": "holder",
    "code": "BAG-1",
    "asset": "dewar-1",
    "zone": "top",
    "from": "2026-01-05T11:00:00Z",
    "product": "car-t",
}
WAY: Final = {"notifier": "push", "address": "li-na", "from_priority": "low", "quiet": "22:00-07:00"}
PASSKEY: Final = {"id": "7DAB1RC5", "type": "public-key", "response": {}}
ROSTER: Final = 'sites = ["lab"]\n[[rotations]]\npeople = ["li.na", "wang.wei"]\nstart = 2026-01-05\n'
PROFILE: Final = """[[profiles.ln2-product]]
version = "4"
valid_from = 2026-02-01T00:00:00Z
[[profiles.ln2-product.rules]]
id = "too-warm"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
"""
REFUSED: Final = {
    "topic": "cryo/shipper-7/telemetry",
    "payload": '{"temp": -188.4}',
    "received": "2026-01-05T11:00:00Z",
}
CHANNEL: Final = {**REFUSED, "pointer": "/temp", "name": "shipper-7-payload", "asset": "shipper-7"}
BEGINNING: Final = {"site": "lab", "time_zone": "Asia/Shanghai", "kind": "mqtt", "source": "broker"}
BODIES: Final[dict[str, dict[str, Any]]] = {  # of each operation that takes JSON
    "POST /accounts": {"account": "li.na", **RIGHTS},
    "POST /accounts/{account}/rights": RIGHTS,
    **{f"POST /accounts/{{account}}/{verb}": WHY for verb in ("lock", "unlock", "reset")},
    "POST /contents": {"units": [UNIT]},
    "POST /contents/preview": {"units": [UNIT]},
    "POST /assets/{asset}/empty": {"at": "2026-01-05T11:00:00Z", "reason": "sent away"},
    "POST /plans/{site}/places": {"revision": 3, "places": [{"asset": "shipper-2", "x": 0.25, "y": 0.5}]},
    "POST /placements": {
        "channel": "probe-7",
        "asset": "shipper-2",
        "zone": "top",
        "reason": "probe was moved",
    },
    "POST /resets": {"channel": "probe-7", "rule": "spent", "comment": "new product inside"},
    "POST /statements/{statement}/withdraw": WHY,
    "POST /handovers": {"to": "Wang Wei", "notes": "dewar-1 is emptied", "site": "lab"},
    **{f"POST /alarms/{{alarm}}/{verb}": ON_ALARM for verb in ("acknowledge", "take", "comment", "close")},
    **{f"POST /alarms/{{alarm}}/group/{verb}": OF_GROUP for verb in ("acknowledge", "take")},
    "POST /alarms/{alarm}/assign": {"to": "wang.wei"},
    "POST /alarms/{alarm}/shelve": {"reason": "lid swap", "lasting": "30min"},
    "POST /alarms/{alarm}/unshelve": {"reason": "lid is on again"},
    "POST /assets/{asset}/filling": {"lasting": "45min"},
    "POST /out-of-service": {"asset": "dewar-1", "reason": "repair", "lasting": "14d"},
    "POST /out-of-service/approve": {"asset": "dewar-1", "reason": "seen"},
    "POST /out-of-service/end": {"asset": "dewar-1", "reason": "repaired"},
    "POST /signatures": {"record": ["profile", "ln2-product", "4"], "meaning": "approved", **AGAIN},
    "POST /profiles/preview": {"toml": PROFILE},
    "POST /proposals": {"text": PROFILE, "why": "warmer product"},
    "POST /parked/{name}": {"decision": "retry"},
    **{f"POST /refused/{{source}}/{verb}": {"mapping": "broker"} for verb in ("retry", "preview")},
    "POST /refused/{source}/channel/options": REFUSED,
    "POST /refused/{source}/channel/preview": CHANNEL,
    "POST /refused/{source}/channel": CHANNEL,
    "POST /first-start": {
        "link": "cgl_0V3",
        "account": "li.na",
        "name_en": "Li Na",
        "time_zone": "Asia/Shanghai",
    },
    "POST /beginning/preview": BEGINNING,
    "POST /beginning": BEGINNING,
    "POST /holds": {"why": "deviation 26-014", "assets": ["shipper-7"], "from": "2026-03-01T00:00:00Z"},
    "POST /holds/{hold}/release": {"reason": "deviation 26-014 closed"},
    "POST /drills": {"asset": "dewar-1", "reason": "monthly, night shift", "within_s": 900.0},
    "POST /set-up": {"link": "cgl_0V3"},
    "POST /set-up/confirm": {"link": "cgl_0V3", **AGAIN},
    "POST /tokens": {**AGAIN, "name": "reports", "lasting": "90d", "actions": ["readings.read"]},
    "POST /passkeys/options": AGAIN,
    "POST /passkeys": {"name": "blue key", "answer": PASSKEY},
    "POST /passkeys/{passkey}/end": AGAIN,
    "POST /session/passkey": {"answer": PASSKEY},
    "POST /session": {"account": "li.na", **AGAIN},
    "POST /session/password": {"old": "violet teapots glide", "code": "287082", "new": "amber kettles drift"},
    "POST /session/recovery-codes": AGAIN,
    "POST /people/{person}": {
        "name_en": "Li Na",
        "name_zh": "李娜",
        "languages": ["zh", "en"],
        "ways": [WAY],
    },
    "POST /people/{person}/leave": {"at": "2026-06-30T18:00:00+08:00", "reason": "has moved"},
    "POST /people/{person}/test": {},
    "POST /rosters/{roster}": {"toml": ROSTER},
    "POST /rosters/{roster}/end": {"at": "friday 08:00"},
    "POST /stand-ins": {"person": "wang.wei", "instead_of": "li.na", "until": "friday 08:00"},
    "POST /sirens/{siren}/test": {"seconds": 3.0},
    "POST /alarms/{alarm}/review/assessment": {
        "assessment": "lid stood open for 20 min; the probe at the lid alone was warm",
        "root_cause": "lid not closed after loading",
        "deviation": "26-014",
    },
    "POST /alarms/{alarm}/review/dispositions": {
        "codes": ["BAG-1"],
        "decision": "use",
        "why": "stayed below -150 degC",
    },
    "POST /reports": {"year": 2026, "language": "en"},
    "POST /journal/verify": {"head": "4711:0f2e7c1d9a3b5e6f8091a2b3c4d5e6f7"},
    "POST /journal/replay": {},
    "POST /alarm-health/advice": {"from": "2026-01-01T00:00:00Z", "asset": "dewar-1"},
}


def add_bodies(schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """To the schema of the application. Raises KeyError where an example is of no operation."""
    for named, example in BODIES.items():
        method, path = named.split()
        operation = schema["paths"][f"{prefix}{path}"][method.lower()]
        operation["requestBody"]["content"]["application/json"]["example"] = example
    return schema
