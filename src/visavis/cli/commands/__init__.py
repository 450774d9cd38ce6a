"""The commands, a file a theme. Each module registers its own."""
