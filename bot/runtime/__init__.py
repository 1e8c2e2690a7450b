"""The long-running process: when each job is due, which bot runs it, and what happens when it fails."""
