"""A make-believe X on localhost: the real v2 protocol for posting and answering, with its bill and its faults."""
