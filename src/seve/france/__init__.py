"""The formats of French terminologies, read into FHIR resources: CIM-10 of the PMSI, value sets and code lists of the ANS.

Pure: files are opened and stored by others. A reader answers CodeSystem and ValueSet resources.
"""
