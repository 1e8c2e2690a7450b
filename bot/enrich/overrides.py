"""The reviewed table of categories that Twitch does not match with IGDB, or that are no game. By id, never by name.

The ids on IGDB are those that Twitch itself named in Get Games until 2023. Collections of games, such as Retro, are not
in the table: they are games of an unknown genre.
"""

from typing import Final

# Categories of Twitch in which no game is played.
NOT_A_GAME: Final = {
    "26936": "Music",
    "417752": "Talk Shows & Podcasts",
    "498566": "Slots",
    "499973": "Always On",
    "509658": "Just Chatting",
    "509659": "ASMR",
    "509660": "Art",
    "509663": "Special Events",
    "509667": "Food & Drink",
    "509669": "Beauty & Body Art",
    "509670": "Science & Technology",
    "509671": "Fitness & Health",
    "509672": "IRL",
    "509673": "Makers & Crafting",
    "518203": "Sports",
    "116747788": "Pools, Hot Tubs, and Beaches",
    "272263131": "Animals, Aquariums, and Zoos",
    "1469308723": "Software and Game Development",
}

# Ids on IGDB, by the id of the category.
OVERRIDES: Final = {
    "29595": 2963,  # Dota 2
    "32399": 1372,  # Counter-Strike, which was Counter-Strike: Global Offensive on Twitch
}
