"""What several steps share. Pure where nothing else is said."""
