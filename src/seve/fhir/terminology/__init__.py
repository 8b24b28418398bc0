"""What code systems, value sets and concept maps mean (FHIR R4, chapter 4, Terminology Module), wherever their content lies.

The rules are coroutines over two protocols (`concepts.Concepts`, `concepts.Sources`). Sources in memory never wait, so that
`waiting.immediate` runs the very same rules without an event loop; sources in a database wait where they must.
"""
