"""Node-RED with one flow: MQTT in, a limit with a deadband, MQTT out for alarms and for each reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.peers import Program
from benchmarks.peers.install import Installed
from benchmarks.rig.broker import free_port

SETTINGS: Final = """
module.exports = {{
    uiHost: "127.0.0.1", uiPort: {port}, flowFile: "flows.json", httpAdminRoot: "/",
    diagnostics: {{ enabled: false }}, telemetry: {{ enabled: false, updateNotification: false }},
    logging: {{ console: {{ level: "warn", metrics: false, audit: false }} }},
    contextStorage: {{ default: {{ module: "localfilesystem" }} }}
}};
"""
JUDGE: Final = """
const device = msg.topic.split('/')[1], value = msg.payload.temp;
const was = flow.get(device) || 'normal';
let is = was;
if (was === 'normal' && value > -150) is = 'alarm';
if (was === 'alarm' && value < -152) is = 'normal';
if (is === was) return null;
flow.set(device, is);
return { topic: 'alarms/' + device, payload: JSON.stringify({ state: is, seq: msg.payload.seq }) };
"""
FORWARD: Final = "return { topic: 'out/' + msg.topic.split('/')[1], payload: JSON.stringify(msg.payload) };"


class NodeRed(Program):
    """See Peer."""

    topics: tuple[str, ...] = ("out/+",)

    def __init__(self, installed: Installed, folder: Path, port: int) -> None:
        self.name = f"Node-RED {installed.node_red_version}"
        folder.mkdir(parents=True)
        (folder / "settings.js").write_text(SETTINGS.format(port=free_port()))
        (folder / "flows.json").write_text(json.dumps(_flows(port)))
        command = [str(installed.node_red), "-u", str(folder), "-s", str(folder / "settings.js")]
        super().__init__(command, folder, {})

    def numbers(self, payload: bytes) -> list[int]:
        """Of one reading that was handed on."""
        return [int(json.loads(payload)["seq"])]


def _flows(port: int) -> list[dict[str, Any]]:
    return [
        {"id": "flow", "type": "tab", "label": "dewars"},
        {
            "id": "broker",
            "type": "mqtt-broker",
            "broker": "127.0.0.1",
            "port": str(port),
            "clientid": "node-red",
            "autoConnect": True,
            "protocolVersion": "4",
            "keepalive": "60",
            "cleansession": False,
            "autoUnsubscribe": False,
        },
        {
            "id": "in",
            "type": "mqtt in",
            "z": "flow",
            "topic": "cryo/+/telemetry",
            "qos": "1",
            "datatype": "json",
            "broker": "broker",
            "wires": [["judge", "forward"]],
        },
        _function("judge", JUDGE, ["out"]),
        _function("forward", FORWARD, ["out"]),
        {
            "id": "out",
            "type": "mqtt out",
            "z": "flow",
            "topic": "",
            "qos": "1",
            "broker": "broker",
            "wires": [],
        },
    ]


def _function(name: str, body: str, to: Sequence[str]) -> dict[str, Any]:
    return {"id": name, "type": "function", "z": "flow", "func": body, "outputs": 1, "wires": [list(to)]}
