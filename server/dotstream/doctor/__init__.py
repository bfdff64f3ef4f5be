"""The check-up: what is wrong with a farm and its records, and fixing it."""
