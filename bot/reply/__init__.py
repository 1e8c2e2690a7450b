"""Answer mentions on X: fetch them into the inbox, understand them, and put the answers into the outbox."""
