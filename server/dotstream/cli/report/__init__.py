"""What a command says: text for people, JSON events for programs, a progress bar."""
