"""Rules as data: the register of processing (`register.toml`) and how long what is kept (`retention.toml`)."""
