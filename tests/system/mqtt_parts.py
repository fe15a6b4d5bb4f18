"""What the tests of the MQTT source share: a source in a thread, a pump, a device, a broker that errs."""

import contextlib
import socket
import struct
import threading
import time

import paho.mqtt.client as paho

from gateway.errors import LinkDown
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import LinkState
from gateway.ingestion.sources.mqtt import Options, Source, Topic
from gateway.payloads import json

PATTERN = "cryo/{device}/telemetry"
PAYLOAD = json.Options((json.Reading("{device}/temperature", "/temp"),), "/ts", "unix_ms")
CHANNELS = {"dewar-1/temperature": 7}
T0_MS = 1_767_610_000_000
DEADLINE_S = 60.0  # machines are shared


def eventually(condition, what="it never happened"):
    """Poll until `condition()` is true."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def reading(i, value=-189.25):
    return b'{"ts":%d,"temp":%.2f}' % (T0_MS + i, value)


def options(port, **more):
    more.setdefault("client_id", "edge-1")
    more.setdefault("topics", (Topic(PATTERN, "json", PAYLOAD),))
    return Options(host="127.0.0.1", port=port, **more)


class Running:
    """A source in a thread, as the supervisor runs it once; `ended` holds why it ended."""

    def __init__(self, source, intake):
        self.source, self.intake = source, intake
        self.stop = threading.Event()
        self.ended = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        try:
            self.source.run(self.intake, self.stop)
            self.ended.append(None)
        except LinkDown as error:
            self.source.link.change(LinkState.DOWN, str(error))
            self.ended.append(str(error))

    def wait_up(self):
        eventually(lambda: self.source.link.state is LinkState.UP or self.ended, "never came up")
        assert not self.ended, self.ended
        return self

    def join(self):
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive(), "the source does not end"
        return self.ended[0]

    def end(self):
        self.stop.set()
        return self.join()


class Pump:
    """Takes, decodes, and acknowledges what the test lets it."""

    def __init__(self, source, intake):
        self.source, self.intake = source, intake
        self.items, self.times, self.values, self.qualities, self.refused = [], [], [], [], []
        self.channels = []

    def once(self, acknowledge=True):
        items = self.intake.take(0.05).get(self.source.name, [])
        decoded = self.source.decode(items)
        self.items += items
        self.times += decoded.arrivals.samples.time.tolist()
        self.channels += decoded.arrivals.samples.channel.tolist()
        self.values += decoded.arrivals.samples.value.tolist()
        self.qualities += decoded.arrivals.samples.quality.tolist()
        self.refused += decoded.refused
        if acknowledge:
            self.source.acknowledge(items)
        return len(items)

    def until(self, count, acknowledge=True):
        eventually(lambda: self.once(acknowledge) * 0 + len(self.items) >= count, f"only {len(self.items)}")
        return self

    def numbers(self):
        """Which readings came, in order of arrival."""
        return [t // 1_000_000 - T0_MS for t in self.times]


class Publisher:
    """A device: publishes with QoS 1 and waits for the broker's PUBACK."""

    def __init__(self, port, **tls):
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        if tls:
            self.client.tls_set(**tls)
        self.client.max_inflight_messages_set(500)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def send(self, *payloads, topic="cryo/dewar-1/telemetry", **more):
        sent = [self.client.publish(topic, payload, 1, **more) for payload in payloads]
        for message in sent:
            message.wait_for_publish(DEADLINE_S)
            assert message.is_published()

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


def source_for(port, longest=20_000, **more):
    source = Source("broker", options(port, **more), CHANNELS)
    intake = Intake(longest)
    return source, intake, Pump(source, intake)


class OddBroker:
    """Speaks just enough MQTT to do what mosquitto never would: a script of packets per packet received."""

    def __init__(self, script, context=None):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.received = []  # (packet type, content)
        self._script = script
        self._context = context
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(DEADLINE_S)

    def _serve(self):
        with contextlib.suppress(OSError):
            connection, _ = self._server.accept()
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                while (head := connection.recv(2)) and head[0] != DISCONNECT:
                    kind = head[0] & 0xF0
                    self.received.append((kind, connection.recv(head[1])))
                    connection.sendall(self._script.get(kind, b""))


CONNECT, SUBSCRIBE, PINGREQ, PUBACK, DISCONNECT = 0x10, 0x80, 0xC0, 0x40, 0xE0
CONSENT = b"\x20\x02\x00\x00"  # CONNACK of 3.1.1


def publish(topic, payload, mid):
    body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", mid) + payload
    return bytes([0x32, len(body)]) + body
