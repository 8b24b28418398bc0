"""The audit trail: entries in chains under a secret key, sealed in signed Merkle trees, so that nobody can rewrite them unseen.

`ledger` appends, `sealing` seals, `verification` finds what was tampered with, `proofs` shows one entry to outsiders.
"""
