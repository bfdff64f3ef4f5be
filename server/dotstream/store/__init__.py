"""What is kept on disk: the journal, the manifest and how they are written."""
