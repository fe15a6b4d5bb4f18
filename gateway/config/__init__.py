"""The configuration: one TOML file, parsed once into frozen types, every mistake reported at once."""
