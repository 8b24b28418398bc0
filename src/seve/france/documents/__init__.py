"""Files that people bring: what they are by their bytes, what is refused and why, and what a registry says of them.

Pure, and no antivirus: it knows forms that do harm, not the programs of the day.
"""
