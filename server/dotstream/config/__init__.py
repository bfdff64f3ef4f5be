"""``dotstream.toml``, ``.stowrc``, and settings as a value."""
