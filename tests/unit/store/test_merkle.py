"""Merkle trees against the definition of RFC 6962, and the test vectors of Certificate Transparency."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seve.store.audit.merkle import (
    Peaks,
    consistency,
    inclusion,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

VECTOR = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
LEAVES = [leaf_hash(str(n).encode()) for n in range(70)]


def by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of(map(leaf_hash, VECTOR[:size])).hex() == ROOTS[size]


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_tree_that_grows_has_the_root_of_the_definition(first: int, more: int) -> None:
    before = Peaks()
    for leaf in LEAVES[:first]:
        before.add(leaf)
    grown = Peaks(before.size, before.packed)
    for leaf in LEAVES[first : first + more]:
        grown.add(leaf)
    assert grown.root == by_definition(LEAVES[: first + more])


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_in_its_place_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    leaves, path = LEAVES[:size], inclusion(LEAVES[:size], index)
    root = root_of(leaves)
    assert is_included(LEAVES[index], index=index, size=size, path=path, root=root)
    assert is_included(LEAVES[index], index=other, size=size, path=path, root=root) == (index == other)
    assert not is_included(leaf_hash(b"x"), index=index, size=size, path=path, root=root)
    assert not is_included(LEAVES[index], index=index, size=size, path=[*path, root], root=root)
    if path:
        assert not is_included(LEAVES[index], index=index, size=size, path=path[:-1], root=root)


@given(st.integers(1, 70), st.data())
def test_a_beginning_is_proved_and_another_history_is_not(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves, path = LEAVES[:size], consistency(LEAVES[:size], old)
    roots = {"old_root": root_of(leaves[:old]), "new_root": root_of(leaves)}
    assert is_consistent(old=old, new=size, path=path, **roots)
    altered = data.draw(st.integers(0, old - 1))
    other = [*leaves[:altered], leaf_hash(b"x"), *leaves[altered + 1 :]]
    assert not is_consistent(old=old, new=size, path=path, **{**roots, "new_root": root_of(other)})
    assert not is_consistent(old=old, new=size, path=consistency(other, old), **{**roots, "new_root": root_of(other)})


def test_places_outside_the_tree_have_no_proof() -> None:
    for call in (lambda: inclusion(LEAVES[:3], 3), lambda: consistency(LEAVES[:3], 4), lambda: consistency([], 0)):
        with pytest.raises(IndexError):
            call()
    assert not is_consistent(old=0, new=3, old_root=b"", new_root=root_of(LEAVES[:3]), path=[])
