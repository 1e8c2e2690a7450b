"""A simulated X on localhost: the v2 protocol for posts and mentions, with its bill and its faults."""
