"""Names for the benchmark of mentions: plausible streamers and games, with hours watched. Seeded.

Real categories and well-known streamers are among names that are made from parts, in the styles in which people name
their accounts: plain words, words with numbers, first names, other scripts.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.core.name_keys import game_keys
from bot.core.near_names import NearNames
from bot.core.questions import Subject, SubjectKind
from bot.names.database_names import MOST_STREAMERS
from helperfunctions.text import name_key

REAL_GAMES: Final = """
    Just Chatting|League of Legends|Grand Theft Auto V|Counter-Strike|VALORANT|Dota 2|Fortnite|World of Warcraft|
    Minecraft|Dead by Daylight|Apex Legends|PUBG: BATTLEGROUNDS|Tom Clancy's Rainbow Six Siege X|Rust|Overwatch|
    Rocket League|ELDEN RING|Pokémon Scarlet/Violet|Pokémon GO|THE FINALS|R.E.P.O.|Chess|Marvel Rivals|
    FINAL FANTASY XIV ONLINE|Escape from Tarkov|Teamfight Tactics|Hearthstone|Path of Exile|Path of Exile 2|Diablo IV|
    Diablo III|It Takes Two|Control|Stray|7 Days to Die|Live A Live|This War of Mine|Year Walk|Days Gone|agar.io|Slots|
    Music|Art|IRL|Special Events|Talk Shows & Podcasts|Games + Demos|Sports|Crypto|Sleep|ASMR|Science & Technology|
    Food & Drink|Fitness & Health|Travel & Outdoors|Animals, Aquariums, and Zoos|Politics|Retro|Poker|Virtual Casino|
    World of Tanks|Мир танков|ウマ娘 プリティーダービー|原神|Baldur's Gate 3|Cyberpunk 2077|Among Us|
    Fall Guys: Ultimate Knockout|Lethal Company|Hollow Knight|Hollow Knight: Silksong|Slay the Spire|Slay the Spire 2|
    The Sims 4|Stardew Valley|Terraria|Portal|Portal 2|Half-Life|Half-Life 2|Half-Life: Alyx|The Witcher|
    The Witcher 2: Assassins of Kings|The Witcher 3: Wild Hunt|S.T.A.L.K.E.R. 2: Heart of Chornobyl|
    There Is No Game: Wrong Dimension|Star Wars: Knights of the Old Republic|Arma™|Arma 3|Shenmue I & II|Shenmue III|
    Inside|Genshin Impact|Honkai: Star Rail|Zenless Zone Zero|RuneScape|Old School RuneScape|Sea of Thieves|
    Street Fighter 6|TEKKEN 8|Mortal Kombat 1|Guilty Gear -Strive-|Super Smash Bros. Ultimate|Mario Kart 8|
    Super Mario 64|Super Mario Odyssey|The Legend of Zelda: Breath of the Wild|
    The Legend of Zelda: Tears of the Kingdom|The Legend of Zelda: Ocarina of Time|Call of Duty: Warzone|
    Call of Duty: Black Ops 6|Call of Duty: Modern Warfare III|EA Sports FC 26|EA Sports FC 25|NBA 2K26|Madden NFL 26|
    F1 24|Red Dead Redemption 2|Red Dead Online|Sid Meier's Civilization VI|Age of Empires II|Age of Empires IV|
    StarCraft II|Warcraft III|Heroes of the Storm|Hearts of Iron IV|Europa Universalis IV|Crusader Kings III|
    Cities: Skylines|Cities: Skylines II|Factorio|Satisfactory|RimWorld|Dwarf Fortress|Subnautica|No Man's Sky|
    Phasmophobia|Palworld|Valheim|ARK: Survival Evolved|ARK: Survival Ascended|DayZ|Project Zomboid|Raft|The Forest|
    Sons Of The Forest|Green Hell|Conan Exiles|Black Desert|Lost Ark|New World: Aeternum|Guild Wars 2|
    The Elder Scrolls V: Skyrim|The Elder Scrolls Online|Fallout 4|Fallout 76|Fallout: New Vegas|Starfield|
    Mass Effect|Dragon Age: The Veilguard|Dragon's Dogma 2|Monster Hunter Wilds|Monster Hunter: World|
    DARK SOULS|DARK SOULS II|DARK SOULS III|Bloodborne|Sekiro: Shadows Die Twice|Lies of P|Black Myth: Wukong|
    God of War|God of War Ragnarök|Marvel's Spider-Man 2|Horizon Forbidden West|The Last of Us Part I|
    Ghost of Tsushima|Death Stranding|Death Stranding 2: On the Beach|Resident Evil 2|Resident Evil 4|Silent Hill 2|
    Alan Wake II|Outlast|The Outlast Trials|Little Nightmares|Hades|Hades II|Balatro|Vampire Survivors|
    The Binding of Isaac: Repentance|Risk of Rain 2|Enter the Gungeon|Dead Cells|Celeste|Cuphead|Undertale|DELTARUNE|
    OMORI|Outer Wilds|Disco Elysium|Clair Obscur: Expedition 33|Persona 5 Royal|Persona 3 Reload|Metaphor: ReFantazio|
    FINAL FANTASY VII REBIRTH|FINAL FANTASY XVI|Kingdom Hearts|NieR:Automata|Xenoblade Chronicles 3|Fire Emblem|
    Splatoon 3|Animal Crossing: New Horizons|Pokémon Legends: Z-A|Pokémon Unite|Pokémon Trading Card Game Pocket|
    Magic: The Gathering|Yu-Gi-Oh! Master Duel|Legends of Runeterra|Gwent: The Witcher Card Game|Marvel Snap|
    Clash Royale|Clash of Clans|Brawl Stars|Mobile Legends: Bang Bang|Garena Free Fire|Call of Duty: Mobile|
    Roblox|VRChat|Beat Saber|Geometry Dash|Trackmania|iRacing|Assetto Corsa Competizione|Forza Horizon 5|
    Euro Truck Simulator 2|Microsoft Flight Simulator|Farming Simulator 25|PowerWash Simulator|House Flipper 2|
    Goat Simulator 3|Getting Over It|Only Up!|Jump King|Human: Fall Flat|Gang Beasts|Party Animals|Pummel Party|
    Jackbox Party Packs|Golf With Your Friends|Golf It!|Content Warning|PEAK|Schedule I|R.U.S.E.|F.E.A.R.|
    Deep Rock Galactic|HELLDIVERS 2|Warframe|Destiny 2|Borderlands 3|Borderlands 4|Titanfall 2|Battlefield 6|
    Battlefield 2042|Halo Infinite|Halo: The Master Chief Collection|Quake|DOOM|DOOM: The Dark Ages|
    Team Fortress 2|Left 4 Dead 2|Garry's Mod|Squad|Hell Let Loose|War Thunder|World of Warships|Total War: WARHAMMER III|
    Warhammer 40,000: Space Marine 2|Mount & Blade II: Bannerlord|Kingdom Come: Deliverance II|Assassin's Creed Shadows|
    Watch Dogs: Legion|Far Cry 6|Hitman World of Assassination|Metal Gear Solid Δ: Snake Eater|Payday 2|GTFO|
    SMITE 2|Deadlock|Paladins|Brawlhalla|Rocket Arena|Splitgate|Knockout City|Rumbleverse|Supervive|Spectre Divide|
    Throne and Liberty|Tarisland|MapleStory|Lineage II|TibiaME|Tibia|Albion Online|EVE Online|Elite Dangerous|
    Star Citizen|Kerbal Space Program|Oxygen Not Included|Frostpunk 2|Manor Lords|Anno 1800|Northgard|Stellaris|
    Slime Rancher 2|Dave the Diver|Dredge|Cult of the Lamb|Inscryption|Papers, Please|Return of the Obra Dinn|
    What Remains of Edith Finch|Firewatch|Journey|Gris|Limbo|Ori and the Will of the Wisps|Hi-Fi RUSH|
    Who's Your Daddy?!|Help Will Come Tomorrow|100% Orange Juice|A Way Out|Split Fiction|Liar's Bar|Buckshot Roulette|
    TCG Card Shop Simulator|Supermarket Simulator|Chained Together|Bodycam|Nightingale|Enshrouded|Once Human|
    Wuthering Waves|Arknights|Blue Archive|GODDESS OF VICTORY: NIKKE|Uma Musume: Pretty Derby|Identity V|
    Mario Party Superstars|Luigi's Mansion 3|Metroid Dread|Kirby and the Forgotten Land|Pikmin 4|Nintendo Switch Sports
"""
REAL_STREAMERS: Final = """
    xQc|KaiCenat|ibai|auronplay|Ninja|shroud|pokimane|Jynxzi|caseoh_|HasanAbi|Asmongold|zackrawrr|TheBurntPeanut|한동숙|
    加藤純一|Ленинград|우왁굳|わいわい|Gaules|loud_coringa|ludwig|Mizkif|summit1g|tarik|TenZ|RanbooLive|BobRoss|
    Critical_Role|GamesDoneQuick|TheGrefg|elxokas|Rubius|Amouranth|juansguarnizo|otplol_|Squeezie|MontanaBlack88|
    LeagueOfLegends|vo1ce|jerma985|NICKMERCS|TimTheTatman|AdinRoss|IShowSpeed|lirik|sodapoppin|moistcr1tikal|
    DrLupo|Sykkuno|Valkyrae|LilyPichu|QTCinderella|ESLCS|Riot Games|LCK_Korea|Trymacs|Papaplatte|knekro|Nadeshot
"""
# Ordinary words that are the account of a streamer.
WORD_STREAMERS: Final = """
    hello|what|top|rust|danke_|garciap|sourcetv|live|game|lol|how|please|today|yesterday|the|is|chat|stats|minecraft|
    days|a|x|gracias|merci_|thanks|thankyou|bot|goodbot|haha|ratio|goat|source|asked|marry|check|mydm|crypto|buy|sleep|
    well|love|art|music|sports|just|david|luna|alex|mario|sofia|max|leo|mia|emma|lucas|anna|paul|nina|oscar|nico|hugo|
    playa|gato|perro|casa|fiesta|loco|amigo|bella|ciao|bonjour|salut|hallo|servus|moin|prost|bitte|genau|schatz|liebe|
    coeur|fleur|soleil|lune|amour|obrigado|saudade|brasil|beleza|tudo|bom|dia|noite|king|queen|legend|boss|clown|trash|
    cringe|based|real|true|facts|nice|cool|great|amazing|first|same|mood|vibe|vibes|bruh|sheesh|cap|nocap|bet|sus|slay|
    sigma|rizz|gyatt|skibidi|ohio|tiger|shadow|river|storm|ghost|wolf|raven|phoenix|dragon|panda|kitty|puppy|cookie|
    coffee|pizza|banana|mango|sunday|monday|friday|weekend|morning|night|moon|star|sun|rain|snow|fire|ice|water|earth|
    money|cash|gold|silver|diamond|win|winner|loser|noob|pro|god|devil|angel|demon|hero|villain|soldier|sniper|hunter|
    killer|master|chief|captain|doctor|teacher|student|mom|dad|bro|sis|baby|boy|girl|man|woman|world|life|death|peace|
    war|hope|dream|nightmare|fear|anger|joy|happy|sad|sorry|help_|stop_|start_|news|weather|football|soccer|tennis|
    stream|streamer|viewer|follow|subscribe|prime|turbo|drops|giveaway|winner_|free|bitcoin|airdrop|nft|trump|elon|
    gpt|robot|human|alien|earthling|nobody|somebody|everyone|anyone|someone|noone|arigato|sugoi|baka|kawaii|senpai
"""
OTHER_SCRIPTS: Final = """
    カレーライス|もこう|釈迦|葛葉|さくら|ゆうき|たけし|みどり|ねこ|いぬ|とり|おはよう|ありがとうさん|空|雪|月|花子|太郎|
    김철수|이영희|박민수|최고의|풍월량|침착맨|주호민|따효니|아이템|고마워|안녕|사랑|바다|하늘|별이|
    小明|大王|老王|阿姨|你好|谢谢|晚安|猫咪|熊猫|龙|张三|李四|王五|赵云|曹操|
    Привет|Иван|Саша|Маша|Дима|Бустер|Медведь|Волк|Спасибо|Удача|Победа|Игорь|Олег|
    محمد|علي|أحمد|فاطمة|شكرا|مرحبا|أبوفلة|บิ๊ก|สวัสดี|नमस्ते|राहुल|Αλέξης|Γιώργος
"""
_STEMS: Final = """
    shadow frost pixel turbo ninja ghost nova luna cyber toxic mega ultra dark blaze storm ice fire wolf fox bear tiger
    lion eagle raven hawk viper cobra venom rogue knight mage wizard witch elf orc goblin troll dragon phoenix hydra
    zombie reaper hunter sniper raider viking samurai ronin shogun titan atlas orion zeus thor loki odin apollo hades
    cosmo astro lunar solar stellar comet meteor quasar nebula galaxy rocket laser plasma neon chrome cobalt crimson
    scarlet violet indigo jade ruby opal onyx amber pearl coral mango peach berry cherry lemon melon kiwi papaya banana
    waffle pancake cookie muffin donut bagel taco burrito noodle ramen sushi mochi tofu curry pepper salty spicy sweet
    fluffy fuzzy cozy sleepy grumpy happy silly crazy lazy lucky tiny giant mighty silent swift rapid steady brave
    kira yuki haru sora riku kenji akira hana aiko mika lena mila nora elsa ines clara marta julia laura sara lisa
    carlos pablo diego mateo javi andres rafa manu santi dani lucas bruno thiago joao pedro felipe gabriel vitor
    pierre louis hugo jules theo enzo matteo luca marco paolo andrea giulia chiara hans fritz karl otto jonas lukas
    felix finn emil oskar sven lars bjorn erik nils mads soren jakub kacper piotr marek pavel ivan dmitri sergei oleg
    mehmet ahmet emre burak deniz kaan arda omer yusuf ali hassan omar khalid tariq rashid wei ming jun hao min jin soo
    grim gloom dusk dawn ember ash cinder flint spark bolt volt amp watt joule zap zip zoom dash rush blitz
""".split()
_TAILS: Final = """
    gaming plays tv live ttv yt hd pro x xx xd god king queen lord boy girl man kid dude bro fps rl val lol cs mc uwu
    vt vtuber irl music art cooks talks zone land world nation squad crew clan team house cave den nest lair hub lab
""".split()
_SYLLABLES: Final = """
    ka zu mi ro ta ne lo ri sha vo ki ba du fe gi ho ja lu ma no pe qui ra si to vu wa xe yo za bri cla dro fli gra kre
    pla sto tri vla zor mon dar kil ven tas rex lin mor fyr gol
""".split()

_GAME_FIRST: Final = """
    Shadow|Iron|Crystal|Lost|Eternal|Broken|Silent|Crimson|Frozen|Burning|Hidden|Ancient|Fallen|Rising|Endless|Hollow|
    Golden|Savage|Twisted|Forgotten|Neon|Cosmic|Mystic|Arcane|Primal|Rogue|Stellar|Quantum|Astral|Feral|Wicked|Gilded|
    Sunken|Shattered|Radiant|Obsidian|Emerald|Velvet|Phantom|Turbo|Mega|Pocket|Tiny|Grand|Royal|Northern|Southern
"""
_GAME_SECOND: Final = """
    Kingdom|Realms|Frontier|Legacy|Odyssey|Chronicles|Tactics|Fortress|Empire|Horizon|Citadel|Dungeon|Harvest|Racer|
    Arena|Outpost|Colony|Galaxy|Crusade|Vendetta|Protocol|Paradox|Sanctuary|Requiem|Genesis|Exodus|Rebellion|Conquest|
    Voyage|Tycoon|Simulator|Survivors|Raiders|Wardens|Hunters|Outlaws|Drifters|Guardians|Pirates|Wizards|Knights|
    Mechanics|Tides|Ashes|Echoes|Embers|Thrones|Labyrinth|Expedition|Uprising|Ascension|Reckoning|Wasteland
"""
_GAME_SUBTITLES: Final = """
    Reign of Ash|The Long Night|Rise of the Machines|Blood and Honor|The Final Chapter|Age of Sorrow|Dawn of Iron|
    Echoes of Time|A New Home|Return to Zero|Song of the Deep|Children of the Sun|The Forgotten War|Into the Void|
    Heart of Winter|Tales from the Border|Revenge of the Crows|The Last Lighthouse|Breaking Point|City of Glass
"""
_ROMAN: Final = ("II", "III", "IV", "V", "VI", "VII")

ALIASES: Final[Mapping[str, str]] = {
    "lol": "League of Legends",
    "league": "League of Legends",
    "cs": "Counter-Strike",
    "cs2": "Counter-Strike",
    "csgo": "Counter-Strike",
    "gta": "Grand Theft Auto V",
    "gta5": "Grand Theft Auto V",
    "gta6": "Grand Theft Auto VI",
    "gtav": "Grand Theft Auto V",
    "wow": "World of Warcraft",
    "dota": "Dota 2",
    "val": "VALORANT",
    "valo": "VALORANT",
    "fn": "Fortnite",
    "dbd": "Dead by Daylight",
    "pubg": "PUBG: BATTLEGROUNDS",
    "apex": "Apex Legends",
    "ow": "Overwatch",
    "ow2": "Overwatch",
    "overwatch2": "Overwatch",
    "rl": "Rocket League",
    "r6": "Tom Clancy's Rainbow Six Siege X",
    "siege": "Tom Clancy's Rainbow Six Siege X",
    "rainbowsix": "Tom Clancy's Rainbow Six Siege X",
    "hs": "Hearthstone",
    "tft": "Teamfight Tactics",
    "osrs": "Old School RuneScape",
    "ff14": "FINAL FANTASY XIV ONLINE",
    "ffxiv": "FINAL FANTASY XIV ONLINE",
    "eft": "Escape from Tarkov",
    "tarkov": "Escape from Tarkov",
    "mc": "Minecraft",
    "sot": "Sea of Thieves",
    "sc2": "StarCraft II",
    "cod": "Call of Duty: Warzone",
    "warzone": "Call of Duty: Warzone",
    "fifa": "EA Sports FC 26",
    "poe": "Path of Exile",
    "poe2": "Path of Exile 2",
    "d4": "Diablo IV",
    "er": "ELDEN RING",
    "bg3": "Baldur's Gate 3",
    "rdr2": "Red Dead Redemption 2",
    "botw": "The Legend of Zelda: Breath of the Wild",
    "totk": "The Legend of Zelda: Tears of the Kingdom",
    "sf6": "Street Fighter 6",
    "ssbu": "Super Smash Bros. Ultimate",
    "hsr": "Honkai: Star Rail",
    "genshin": "Genshin Impact",
    "mlbb": "Mobile Legends: Bang Bang",
    "tf2": "Team Fortress 2",
    "eu4": "Europa Universalis IV",
    "hoi4": "Hearts of Iron IV",
    "jc": "Just Chatting",
}


def names_in(table: str) -> list[str]:
    """The names of a table, which are separated by "|"."""
    return [name.strip() for name in table.split("|")]


def some_games(count: int, chance: random.Random) -> list[str]:
    """A number of names of games: the real ones first, then made ones with sequels, subtitles and marks."""
    games = dict.fromkeys(names_in(REAL_GAMES)[:count])
    firsts, seconds, subtitles = map(names_in, (_GAME_FIRST, _GAME_SECOND, _GAME_SUBTITLES))
    while len(games) < count:
        name = f"{chance.choice(firsts)} {chance.choice(seconds)}"
        style = chance.randrange(10)
        if style == 0:
            name += chance.choice(("™", "®"))
        elif style == 1:
            name = f"The {name}"
        elif style == 2:
            name += f": {chance.choice(subtitles)}"
        elif style == 3:
            name += f" {chance.randrange(2, 5)}: {chance.choice(subtitles)}"
        elif style == 4:
            name += f" {chance.choice((*_ROMAN, '2', '3'))}"
        elif style == 5:
            name = f"{chance.choice(seconds)} of {name.split()[0]} {chance.choice(seconds)}"
        games[name] = None
    return list(games)[:count]


def some_streamers(count: int, chance: random.Random) -> list[str]:
    """A number of names of streamers: the known ones and the ordinary words first, then made ones of many styles."""
    given = names_in(REAL_STREAMERS) + names_in(WORD_STREAMERS) + names_in(OTHER_SCRIPTS)
    streamers: dict[str, str] = {name.lower(): name for name in given}
    made = _made(chance)
    while len(streamers) < count:
        name = next(made)
        streamers.setdefault(name.lower(), name)
    return list(streamers.values())[:count]


def _made(chance: random.Random) -> Iterator[str]:
    def stem() -> str:
        return chance.choice(_STEMS)

    def tail() -> str:
        return chance.choice(_TAILS)

    def syllables() -> str:
        return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randrange(2, 5)))

    styles = (
        lambda: stem() + stem(),
        lambda: stem().title() + stem().title(),
        lambda: f"{stem()}_{stem()}",
        lambda: stem() + tail(),
        lambda: f"{stem()}{chance.randrange(10, 9999)}",
        lambda: f"{stem()}_{tail()}",
        lambda: f"x{stem()}x",
        lambda: f"its{stem()}",
        lambda: f"the{stem()}{tail()}",
        lambda: f"{stem()}{stem()}{chance.randrange(1, 100)}",
        lambda: syllables().title(),
        lambda: syllables() + tail(),
        lambda: syllables(),
        lambda: f"{syllables()}_",
        lambda: stem().replace("e", "3").replace("o", "0") + stem(),
        lambda: f"{stem()}{syllables()}",
    )
    while True:
        name = chance.choice(styles)()
        if 4 <= len(name) <= 25:
            yield name


def some_subjects(streamers: int, games: int, seed: int) -> list[Subject]:
    """The games and streamers, most watched first within each kind."""
    chance = random.Random(seed)
    return [
        *_ranked(SubjectKind.GAME, some_games(games, chance), 1e8),
        *_ranked(SubjectKind.STREAMER, some_streamers(streamers, chance), 1e7),
    ]


def _ranked(kind: SubjectKind, names: Sequence[str], most: float) -> Iterator[Subject]:
    for place, name in enumerate(names):
        yield Subject(kind, f"{kind.value[0]}{place}", name, most / (1 + place) ** 0.9)


class KnownNames:
    """The index of names in memory, with the same keys and similarities as in the database."""

    def __init__(
        self, subjects: Sequence[Subject], aliases: Mapping[str, str] = ALIASES, *, most_streamers: int = MOST_STREAMERS
    ) -> None:
        ranked = sorted(subjects, key=lambda subject: -subject.watch_hours)
        by_name = {name_key(subject.name): subject for subject in ranked if subject.kind is SubjectKind.GAME}
        keyed = [(key, subject) for subject in ranked for key in keys_of(subject)]
        aliased = [(key, by_name[name_key(name)]) for key, name in aliases.items() if name_key(name) in by_name]
        self._by_key: dict[str, list[Subject]] = {}
        for key, subject in sorted([*keyed, *aliased], key=lambda one: -one[1].watch_hours):
            if subject not in self._by_key.setdefault(key, []):
                self._by_key[key].append(subject)
        streamers = [subject for subject in ranked if subject.kind is SubjectKind.STREAMER][:most_streamers]
        likely = {id(subject) for subject in streamers}
        self._near = NearNames(
            (key, subject)
            for key, subject in keyed
            if not key.startswith("~") and (subject.kind is SubjectKind.GAME or id(subject) in likely)
        )
        self.asked: list[int] = []
        self.compared = 0

    def exact(self, keys: Sequence[str]) -> Mapping[str, Sequence[Subject]]:
        """The games and streamers that have these keys, most watched first."""
        self.asked.append(len(keys))
        return {key: self._by_key[key] for key in keys if key in self._by_key}

    def similar(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[tuple[Subject, float]]:
        """The games and streamers with the most similar keys, each with its similarity."""
        self.compared += 1
        return self._near.similar(key, how_many, kind)

    def with_prefix(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[Subject]:
        """The games and streamers whose keys begin with this one."""
        return self._near.with_prefix(key, how_many, kind)


def keys_of(subject: Subject) -> list[str]:
    """The keys of a game or a streamer in the index."""
    return list(game_keys(subject.name)) if subject.kind is SubjectKind.GAME else [name_key(subject.name)]
