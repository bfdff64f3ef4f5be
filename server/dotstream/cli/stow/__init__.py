"""GNU Stow's command line, with GNU Stow's trees."""
