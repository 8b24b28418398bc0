"""The generated pages of `docs/reference`, and checks that every page which must exist does and that links lead somewhere."""
