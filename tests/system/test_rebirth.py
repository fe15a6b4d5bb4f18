"""A Sparkplug node whose birth was missed is asked for it, through a real broker."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

import paho.mqtt.client as mqtt

from gateway.ingestion.intake import Intake
from gateway.ingestion.sources.mqtt import Source
from gateway.mqtt.broker import Options, Topic
from gateway.payloads import sparkplug
from tests.system.mosquitto import Mosquitto
from tests.system.mqtt_parts import Pump, eventually
from tests.unit.payloads.sparkplug_messages import payload

NODE = "spBv1.0/site/{}/node-1"


def test_a_node_whose_aliases_are_unknown_is_asked_for_its_births(
    mosquitto: Mosquitto, run_source: Callable
) -> None:
    commands: queue.Queue[bytes] = queue.Queue()
    node = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="node-1")
    node.on_message = lambda _client, _data, message: commands.put(message.payload)
    node.connect("127.0.0.1", mosquitto.port)
    node.loop_start()
    node.subscribe(NODE.format("NCMD"), 0)

    topic = Topic("spBv1.0/{rest...}", "sparkplug", sparkplug.Options())
    options = Options(host="127.0.0.1", port=mosquitto.port, client_id="edge", topics=(topic,))
    source, intake = Source("sparkplug", options, {"site/node-1//temperature": 7}), Intake(100)
    run_source(source, intake).wait_up()
    pump = Pump(source, intake)

    def send(kind: str, seq: int, **metric: object) -> None:
        now_ms = time.time_ns() // 1_000_000
        body = payload(timestamp=now_ms, seq=seq, metrics=[{"timestamp": now_ms, "datatype": 10, **metric}])
        node.publish(NODE.format(kind), body, 1).wait_for_publish(10)

    def pumped(condition: Callable[[], bool]) -> bool:
        pump.once()
        return condition()

    send("NDATA", 4, alias=1, double_value=-190.0)
    eventually(lambda: pumped(lambda: not commands.empty()), "nobody asked for a rebirth")
    assert b"Node Control/Rebirth" in commands.get()
    send("NBIRTH", 0, name="temperature", alias=1, double_value=-190.5)
    send("NDATA", 1, alias=1, double_value=-191.0)
    eventually(lambda: pumped(lambda: len(pump.times) == 2), "the readings after the birth")
    node.disconnect()
    node.loop_stop()
