"""What is finished: told, taken back, and its backups."""
