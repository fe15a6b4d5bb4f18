"""thingsboard-gateway with its MQTT connector, a persistent session and its store on disk.

Its server is not here: `answer` says what the gateway needs to hear from one. It has no alarms; what it hands
on is what it sends to that server.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt

from benchmarks.peers import Program
from benchmarks.peers.install import Installed

UNLIMITED: Final = "0:0,"
GATEWAY: Final = {
    "thingsboard": {
        "host": "127.0.0.1",
        "remoteShell": False,
        "remoteConfiguration": False,
        "statistics": {"enable": False},
        "handleDeviceRenaming": False,
        "checkingDeviceActivity": {"checkDeviceInactivity": False},
        "security": {"type": "accessToken", "accessToken": "any"},
        "qos": 1,
        "minPackSendDelayMS": 50,
        "minPackSizeToSend": 500,
        "reportStrategy": {"type": "ON_RECEIVED"},
        **dict.fromkeys(
            (
                "rateLimits",
                "dpRateLimits",
                "messagesRateLimits",
                "deviceMessagesRateLimits",
                "deviceRateLimits",
                "deviceDpRateLimits",
            ),
            UNLIMITED,
        ),
    },
    "storage": {
        "type": "sqlite",
        "data_file_path": "./data/data.db",
        "messages_ttl_check_in_hours": 1,
        "messages_ttl_in_days": 7,
        "max_read_records_count": 1000,
        "writing_batch_size": 1000,
    },
    "grpc": {"enabled": False},
    "connectors": [{"name": "devices", "type": "mqtt", "configuration": "mqtt.json"}],
}
CONNECTOR: Final = {
    "broker": {
        "host": "127.0.0.1",
        "clientId": "thingsboard-gateway",
        "version": 5,
        "maxMessageNumberPerWorker": 10,
        "maxNumberOfWorkers": 100,
        "cleanSession": False,
        "cleanStart": False,
        "sessionExpiryInterval": 86_400,
        "security": {"type": "anonymous"},
    },
    "mapping": [
        {
            "topicFilter": "cryo/+/telemetry",
            "subscriptionQos": 1,
            "converter": {
                "type": "json",
                "deviceInfo": {
                    "deviceNameExpressionSource": "topic",
                    "deviceNameExpression": "(?<=cryo/)(.*?)(?=/telemetry)",
                    "deviceProfileExpressionSource": "constant",
                    "deviceProfileExpression": "dewar",
                },
                "attributes": [],
                "timeseries": [
                    {"type": "double", "key": "temp", "value": "${temp}"},
                    {"type": "integer", "key": "seq", "value": "${seq}"},
                ],
            },
        }
    ],
    "requestsMapping": {
        "connectRequests": [],
        "disconnectRequests": [],
        "attributeRequests": [],
        "attributeUpdates": [],
        "serverSideRpc": [],
    },
    "id": "6a3f1c52-9a64-4a55-9a52-5b5f4c1d0b7e",
}


class ThingsBoard(Program):
    """See Peer."""

    topics: tuple[str, ...] = ("v1/gateway/telemetry",)

    def __init__(self, installed: Installed, folder: Path, port: int) -> None:
        self.name = f"thingsboard-gateway {installed.thingsboard_version}"
        settings = folder / "config"
        settings.mkdir(parents=True)
        for name in ("data", "logs"):
            (folder / name).mkdir()
        shutil.copy(installed.thingsboard_files / "config" / "logs.json", settings)
        _write(settings / "tb_gateway.json", GATEWAY, "thingsboard", port)
        _write(settings / "mqtt.json", CONNECTOR, "broker", port)
        super().__init__([str(installed.thingsboard)], folder, {"TB_GW_CONFIG_DIR": f"{settings}/"})

    def numbers(self, payload: bytes) -> list[int]:
        """Of one package for the server."""
        return [
            round(record["values"]["seq"])
            for records in json.loads(payload).values()
            for record in records
            if "seq" in record.get("values", {})
        ]


def answer(client: mqtt.Client, topic: str, payload: bytes) -> bool:
    """Say what a server says to a gateway that asks; whether it asked."""
    request = topic.rsplit("/", 1)[-1]
    if topic.startswith("v1/devices/me/rpc/request/"):
        asks_limits = json.loads(payload or b"{}").get("method") == "getSessionLimits"
        limits = {
            "maxPayloadSize": 65_536,
            "maxInflightMessages": 100,
            "rateLimits": {},
            "gatewayRateLimits": {},
        }
        client.publish(f"v1/devices/me/rpc/response/{request}", json.dumps(limits if asks_limits else {}), 1)
        return True
    if topic.startswith("v1/devices/me/attributes/request/"):
        client.publish(f"v1/devices/me/attributes/response/{request}", "{}", 1)
        return True
    return False


def _write(path: Path, document: dict[str, Any], section: str, port: int) -> None:
    path.write_text(json.dumps(document | {section: document[section] | {"port": port}}))
