"""Simulated instruments, vessels and fleets.

Imports nothing from the gateway, so that a shared misunderstanding of a protocol can not hide.
"""
