"""Step: listens to Twitch's chat of chosen channels, and counts it by the minute. No text and no name is stored."""
