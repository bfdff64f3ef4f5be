"""Values: directories, operations, conflicts, options, plans. No I/O."""
