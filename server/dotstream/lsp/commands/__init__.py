"""The server's own commands, for editors without an extension of ours."""
