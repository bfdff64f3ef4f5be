"""The stream: walking, deciding a directory, folding, conflicts and policies."""
