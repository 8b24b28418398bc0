"""What tests of Sève stand on, shipped for outside solutions too: a real store, and the API in process."""
