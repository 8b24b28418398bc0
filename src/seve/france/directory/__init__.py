"""The published directories of professionals and structures, read into FHIR: the RPPS files of the Annuaire Santé, FINESS, FINESS+.

Pure: lines come in, resources go out; files are opened and stored by others. Columns are found by their names, so that a file
with more columns, or in another order, is read as well. Ids follow from national numbers: a second import updates the first.
"""
