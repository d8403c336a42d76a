"""The hashes of the trail: rows, chain and Merkle trees. Pure, and all that a verifier needs."""

import hashlib
from collections.abc import Sequence

GENESIS = bytes(32)  # what the first link and the first checkpoint follow


def commitment(salt: str, payload: str) -> bytes:
    """Commit to a payload; without the salt it cannot be guessed from the commitment."""
    return hashlib.sha256((salt + payload).encode()).digest()


def row_digest(source: str, header: str, payload_digest: bytes) -> bytes:
    """Hash a row: its table, its header as canonical JSON, the commitment to its payload."""
    return hashlib.sha256(f"{source}\n{header}\n{payload_digest.hex()}".encode()).digest()


def link(previous: bytes, digest: bytes) -> bytes:
    """Return the next link of the chain."""
    return hashlib.sha256(previous + digest).digest()


# RFC 9162 section 2.1.1: leaves and nodes are hashed under different prefixes, so that no node
# passes for a leaf.
def leaf_hash(entry: bytes) -> bytes:
    """Hash a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


# RFC 9162 section 2.1.1: the Merkle Tree Hash.
def merkle_root(entries: Sequence[bytes]) -> bytes:
    """Return the root over entries in their order; that of none is the hash of nothing."""
    if not entries:
        return hashlib.sha256().digest()
    level = [leaf_hash(entry) for entry in entries]
    while len(level) > 1:
        pairs = [node_hash(*level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


# RFC 9162 section 2.1.3.1: generating an inclusion proof.
def inclusion_path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return the audit path of one entry, from its sibling up to the root."""
    if not 0 <= index < len(entries):
        raise IndexError("there is no such leaf")
    if len(entries) == 1:
        return []
    middle = _split(len(entries))
    if index < middle:
        return [*inclusion_path(index, entries[:middle]), merkle_root(entries[middle:])]
    return [*inclusion_path(index - middle, entries[middle:]), merkle_root(entries[:middle])]


# RFC 9162 section 2.1.3.2: verifying an inclusion proof.
def root_from_path(index: int, size: int, entry: bytes, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to, or None when it does not fit the tree."""
    if not 0 <= index < size:
        return None
    node, last, current = index, size - 1, leaf_hash(entry)
    for sibling in path:
        if last == 0:
            return None
        if node % 2 or node == last:
            current = node_hash(sibling, current)
            while node and not node % 2:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return current if last == 0 else None
