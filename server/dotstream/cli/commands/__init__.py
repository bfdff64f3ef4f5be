"""The commands, a thin file each, named as the command."""
