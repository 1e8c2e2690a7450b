"""The checks of `watchtime check`, by subject: each module fetches what it checks, and judges it."""
