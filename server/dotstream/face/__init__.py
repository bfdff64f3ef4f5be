"""What ``Client`` is put together from, a topic a file."""
