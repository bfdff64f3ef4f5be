"""The methods of ours: their parameters, their rows, their threads."""
