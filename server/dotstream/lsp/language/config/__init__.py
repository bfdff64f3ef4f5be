"""What an editor shows of a ``dotstream.toml``."""
