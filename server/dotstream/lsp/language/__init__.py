"""Ordinary LSP: what any editor shows of configuration, ignore lists and linked files."""
