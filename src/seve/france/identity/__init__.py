"""Identities in the French formats: INS of patients, RPPS and ADELI of professionals, FINESS, SIREN and SIRET of structures.

Pure. Rules are from the RNIV and FR Core; where a rule is strict when a person types and lenient when a file is read, the
caller says which (`remarks.Source`).
"""
