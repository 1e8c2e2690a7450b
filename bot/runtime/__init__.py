"""The long-running process: schedule of the jobs, leader election, and retries after failures."""
