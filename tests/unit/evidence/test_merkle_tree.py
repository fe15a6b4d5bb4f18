"""The Merkle tree: published roots, and the tree of the RFC's own text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import EvidenceError
from gateway.evidence.tiles import FULL_BYTES, Tree, tile_path
from gateway.evidence.tree import EMPTY, consistent, included, leaf_hash
from tests.oracle import merkle

# The leaves and roots with which the implementations of Certificate Transparency are tested.
PUBLISHED = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LARGE = [b"%d" % n for n in range(66_000)]  # three levels of tiles


class Stored(dict):
    """Tiles by level and number; a tile that is full is never put again with something else."""

    def tile(self, level, number):
        return self.get((level, number), b"")

    def put(self, level, number, hashes):
        before = self.tile(level, number)
        assert hashes.startswith(before), "a tile only grows"
        self[level, number] = hashes


def tree_of(entries):
    tree = Tree(Stored(), 0)
    tree.append(map(leaf_hash, entries))
    return tree


@pytest.fixture(scope="module")
def large():
    return tree_of(LARGE)


def test_published_roots():
    assert Tree(Stored(), 0).root() == EMPTY
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    tree = tree_of(PUBLISHED)
    assert [tree.root(n).hex() for n in range(1, 9)] == ROOTS


def test_published_proofs():
    tree = tree_of(PUBLISHED)
    assert [one.hex()[:8] for one in tree.inclusion(0, 8)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [one.hex()[:8] for one in tree.consistency(6, 8)] == ["0ebc5d34", "ca854ea1", "d37ee418"]


@given(st.integers(1, 520), st.data())
def test_as_the_text_of_the_rfc(size, data):
    entries = LARGE[:size]
    tree, root = tree_of(entries), merkle.root(entries)
    assert tree.root() == root
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size)
    assert proof == merkle.path(index, entries)
    assert included(leaf_hash(entries[index]), index, size, proof, root)
    old = data.draw(st.integers(0, size))
    proof = tree.consistency(old, size)
    assert proof == merkle.proof(old, entries)
    assert consistent(old, merkle.root(entries[:old]), size, root, proof)


@given(st.integers(1, len(LARGE)), st.data())
def test_every_proof_of_a_large_tree_holds(large, size, data):
    root, index = large.root(size), data.draw(st.integers(0, size - 1))
    assert included(leaf_hash(LARGE[index]), index, size, large.inclusion(index, size), root)
    old = data.draw(st.integers(1, size))
    assert consistent(old, large.root(old), size, root, large.consistency(old, size))


@given(st.integers(2, 600), st.data())
def test_a_proof_of_something_else_does_not_hold(size, data):
    tree = tree_of(LARGE[:size])
    root, index = tree.root(), data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size)
    leaf, other = leaf_hash(LARGE[index]), data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    flipped = data.draw(st.integers(0, len(proof) - 1))
    wrong = [bytes([one[0] ^ 1, *one[1:]]) if n == flipped else one for n, one in enumerate(proof)]
    assert not included(leaf, other, size, proof, root)
    assert not included(leaf_hash(LARGE[other]), index, size, proof, root)
    assert not included(leaf, index, size, wrong, root)
    assert not included(leaf, index, size, proof[:-1], root)
    assert not included(leaf, index, size, [*proof, proof[0]], root)
    assert not included(leaf, size, size, proof, root)
    assert not included(leaf, -1, size, proof, root)


@given(st.integers(2, 600), st.data())
def test_a_tree_that_was_changed_is_not_consistent(size, data):
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    entries = [*LARGE[:changed], b"another", *LARGE[changed + 1 : size]]
    was, now = tree_of(LARGE[:old]), tree_of(entries)
    proof = now.consistency(old, size)
    assert not consistent(old, was.root(), size, now.root(), proof)
    assert not consistent(old, was.root(), size, now.root(), proof[:-1])
    assert not consistent(size, now.root(), old, was.root(), proof)
    assert not consistent(old, was.root(), size, now.root(), [])


def test_the_same_size_needs_no_proof_and_the_same_root():
    root = tree_of(PUBLISHED).root()
    assert consistent(8, root, 8, root, [])
    assert not consistent(8, root, 8, bytes(32), [])
    assert not consistent(8, root, 8, root, [root])
    assert consistent(0, EMPTY, 8, root, [])
    assert not consistent(0, root, 8, root, [])


@given(st.lists(st.integers(0, 300), max_size=5))
def test_a_tree_that_is_opened_again_goes_on(steps):
    store, size = Stored(), 0
    for step in steps:
        tree = Tree(store, size)
        tree.append(map(leaf_hash, LARGE[size : size + step]))
        size += step
    assert Tree(store, size).root() == tree_of(LARGE[:size]).root()


def test_leaves_behind_the_size_that_is_told_are_none():
    """A crash can leave tiles that are longer than what was committed says."""
    store = Stored()
    tree = Tree(store, 0)
    tree.append(map(leaf_hash, LARGE[:300]))
    assert Tree(store, 200).root() == tree_of(LARGE[:200]).root()


def test_a_tile_that_is_gone_or_short_is_named():
    store = Stored()
    Tree(store, 0).append(map(leaf_hash, LARGE[:600]))
    short = Stored(store)
    short.pop((0, 1))
    with pytest.raises(EvidenceError, match=r"tile/0/001 of the evidence log is damaged"):
        Tree(short, 600).inclusion(300, 600)
    short.pop((0, 2))
    with pytest.raises(EvidenceError, match=r"tile/0/002\.p/88"):
        Tree(short, 600)


def test_more_than_there_is_cannot_be_shown():
    tree = tree_of(PUBLISHED)
    for ask in (lambda: tree.root(9), lambda: tree.inclusion(8, 8), lambda: tree.consistency(5, 9)):
        with pytest.raises(EvidenceError, match="has 8 leaves"):
            ask()


def test_tiles_stand_where_others_look_for_them(large):
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path("entries", 5, 7) == "tile/entries/005.p/7"
    assert list(large.tile_numbers(66_000))[-3:] == [(1, 0, 256), (1, 1, 1), (2, 0, 1)]
    assert all(len(large._store.tile(0, n)) == FULL_BYTES for n in range(66_000 // 256))
