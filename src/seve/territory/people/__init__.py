"""Who lives in the territory: names, ages, households, identities."""
