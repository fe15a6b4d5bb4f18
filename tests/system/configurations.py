"""Pieces of configuration that many system tests begin with; joined, then `format(port=...)`."""

DEWAR = """
[gateway]
name = "test"
[clock]
require_sync = false
[sites.s]
[assets.dewar]
site = "s"
"""
BROKER = """
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
port = {port}
client_id = "test"
"""
PLAIN = """
[[sources.broker.topics]]
pattern = "{{device}}"
payload = "json"
options = {{ readings = [{{ address = "{{device}}", value_pointer = "/temp" }}] }}
"""
TELEMETRY = """
[[sources.broker.topics]]
pattern = "cryo/{{device}}/telemetry"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ns"
readings = [{{ address = "{{device}}/temperature", value_pointer = "/temp" }}]
"""
ABOVE_150 = """
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
"""
