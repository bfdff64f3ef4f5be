"""What an editor shows of patterns that ignore."""
