"""The SNDS (national health data system) read into FHIR R4: beneficiaries, DCIR (reimbursed care) and
PMSI: hospital stays (MCO), rehabilitation (SSR), hospital at home (HAD).

Pure: schemas and lines come in, rows and resources go out; files are opened, joined and stored by others. Any table is read by
its published schema (a Frictionless Table Schema); those that give resources are listed in `making`. Pseudonyms stay as they are.
"""
