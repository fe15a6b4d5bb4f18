"""Evidence: a transparency log over the journal, which people outside check with programs that are not ours.

tree.py, tiles.py       the Merkle tree of RFC 6962 and RFC 9162, kept in tiles
note.py, checkpoint.py  what the gateway signs, after C2SP signed-note and tlog-checkpoint
proof.py                one leaf with its proof and a checkpoint in one file, after C2SP tlog-proof
"""
