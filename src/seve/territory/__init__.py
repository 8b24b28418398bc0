"""A living territory: a seeded generator of a French population, of those who care for it, and of the records its lives leave.

Pure and deterministic: patient k of a seed is the same whatever the number of patients and of processes. The figures of the
model stand in `data/`, each with its source; docs/why/territory.md tells the model and its limits. Everything is invented
and marked as such; nothing here may be taken for data on people.
"""
