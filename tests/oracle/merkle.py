"""The tree of RFC 6962, section 2.1, as the text of the RFC has it: slow, recursive, from all leaves."""

from __future__ import annotations

import hashlib


def root(entries):
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return hashlib.sha256(b"\x01" + root(entries[:k]) + root(entries[k:])).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, entries):
    """2.1.1"""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), root(entries[k:])]
    return [*path(m - k, entries[k:]), root(entries[:k])]


def proof(m, entries):
    """2.1.2"""
    return [] if m == 0 else subproof(m, entries, True)


def subproof(m, entries, is_whole):
    if m == len(entries):
        return [] if is_whole else [root(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], is_whole), root(entries[k:])]
    return [*subproof(m - k, entries[k:], False), root(entries[:k])]
