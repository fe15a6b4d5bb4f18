"""Simulated vessels, instruments and MQTT devices of a cryogenic cold chain.

Imports nothing from the gateway, so that a shared misunderstanding of a protocol cannot hide. Inside out:

    nitrogen sensors          properties of LN2 and of sensing elements
    boiloff compressor        what keeps a vessel cold
    vessels/                  kinds of vessel, one file each: pure steps over columns of many vessels
    instruments/              serial instruments, one file each: bytes in, bytes out
    faults story              what goes wrong, and the actions of a story
    chance schema             repeatable random numbers; the types of a fleet file
    swarm fleet bench         many vessels from one table, reading and checking a file, a fleet for a bench
    world                     the fleet in motion, on a clock of its own: usable without any I/O
    pty tcp mqtt connection   ports, sockets, devices with a memory, their connections
    broker                    an embedded MQTT broker
    run status cli            all of it live
    background live fixtures  beside a test: pytest_plugins = ["firmware_sim.fixtures"]

In a test, without sleeping:

    world = World(load_fleet(Path("site.toml")), step_s=10.0)
    world.advance(3600.0)
    world.measure("shipper-2/payload")
"""
