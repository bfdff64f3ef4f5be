"""Transactions: carrying a plan out, and taking it back."""
