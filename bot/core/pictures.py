"""What the bot, which fetches pictures, and the dashboard, which shows them, agree on."""

from datetime import timedelta
from typing import Final

# Pictures are deleted, and no longer shown, from this age on. Twitch allows a cache for 24 hours (Developer Services
# Agreement, schedule 1.C); the job that deletes them runs every half hour.
DELETED_AFTER: Final = timedelta(hours=23)
