"""Search in SQL: a parsed `Query` becomes statements whose plan we choose, not the planner's guess.

`conditions` turns a criterion into a test on one version; `sources` into the set of versions that meet it; `running` decides
which set drives, by counting a few entries of each (the density probe), and reads pages.
"""
