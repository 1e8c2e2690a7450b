"""The checks of `watchtime check`, by subject: each module fetches facts and returns findings."""
