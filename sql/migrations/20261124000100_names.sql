-- migrate:up

-- One row per game or streamer and key under which it is found: its name without case, accents, spaces and punctuation.
-- A streamer has the keys of both the name that is shown and the login. Made from games and streamers.
create table names (
    kind text collate "C" not null check (kind in ('game', 'streamer')),
    id text collate "C" not null,
    key text collate "C" not null,
    -- what the keys were made from; when it is no longer so, they are made again
    name text not null,
    login text not null,
    primary key (kind, id, key)
);

create index names_key_idx on names (key);

-- Nobody has a key yet, whatever an earlier table of this name had.
delete from cursors where name = 'names';

-- One row per short name of a game. By the game's key, for the id is Twitch's and the game may not have been seen yet.
create table game_aliases (
    alias_key text collate "C" primary key,
    alias text not null,
    game_key text collate "C" not null,
    game_name text not null
);

insert into game_aliases (alias_key, alias, game_key, game_name) values
('lol', 'lol', 'leagueoflegends', 'League of Legends'),
('league', 'league', 'leagueoflegends', 'League of Legends'),
('cs', 'cs', 'counterstrike', 'Counter-Strike'),
('cs2', 'cs2', 'counterstrike', 'Counter-Strike'),
('csgo', 'csgo', 'counterstrike', 'Counter-Strike'),
('counterstrike2', 'Counter-Strike 2', 'counterstrike', 'Counter-Strike'),
('gta', 'gta', 'grandtheftautov', 'Grand Theft Auto V'),
('gta5', 'gta 5', 'grandtheftautov', 'Grand Theft Auto V'),
('gtav', 'gta v', 'grandtheftautov', 'Grand Theft Auto V'),
('gtarp', 'gta rp', 'grandtheftautov', 'Grand Theft Auto V'),
('gta6', 'gta 6', 'grandtheftautovi', 'Grand Theft Auto VI'),
('gtavi', 'gta vi', 'grandtheftautovi', 'Grand Theft Auto VI'),
('gtasa', 'gta sa', 'grandtheftautosanandreas', 'Grand Theft Auto: San Andreas'),
('wow', 'wow', 'worldofwarcraft', 'World of Warcraft'),
('dota', 'dota', 'dota2', 'Dota 2'),
('val', 'val', 'valorant', 'VALORANT'),
('valo', 'valo', 'valorant', 'VALORANT'),
('fn', 'fn', 'fortnite', 'Fortnite'),
('dbd', 'dbd', 'deadbydaylight', 'Dead by Daylight'),
('pubg', 'pubg', 'pubgbattlegrounds', 'PUBG: BATTLEGROUNDS'),
('apex', 'apex', 'apexlegends', 'Apex Legends'),
('ow', 'ow', 'overwatch', 'Overwatch'),
('ow2', 'ow2', 'overwatch', 'Overwatch'),
('overwatch2', 'Overwatch 2', 'overwatch', 'Overwatch'),
('mr', 'mr', 'marvelrivals', 'Marvel Rivals'),
('rl', 'rl', 'rocketleague', 'Rocket League'),
('r6', 'r6', 'tomclancysrainbowsixsiegex', 'Tom Clancy''s Rainbow Six Siege X'),
('r6s', 'r6s', 'tomclancysrainbowsixsiegex', 'Tom Clancy''s Rainbow Six Siege X'),
('siege', 'siege', 'tomclancysrainbowsixsiegex', 'Tom Clancy''s Rainbow Six Siege X'),
('rainbowsix', 'rainbow six', 'tomclancysrainbowsixsiegex', 'Tom Clancy''s Rainbow Six Siege X'),
('rainbowsixsiege', 'rainbow six siege', 'tomclancysrainbowsixsiegex', 'Tom Clancy''s Rainbow Six Siege X'),
('hs', 'hs', 'hearthstone', 'Hearthstone'),
('tft', 'tft', 'teamfighttactics', 'Teamfight Tactics'),
('rs', 'rs', 'runescape', 'RuneScape'),
('rs3', 'rs3', 'runescape', 'RuneScape'),
('osrs', 'osrs', 'oldschoolrunescape', 'Old School RuneScape'),
('ff14', 'ff14', 'finalfantasyxivonline', 'FINAL FANTASY XIV ONLINE'),
('ffxiv', 'ffxiv', 'finalfantasyxivonline', 'FINAL FANTASY XIV ONLINE'),
('finalfantasy14', 'Final Fantasy 14', 'finalfantasyxivonline', 'FINAL FANTASY XIV ONLINE'),
('eft', 'eft', 'escapefromtarkov', 'Escape from Tarkov'),
('tarkov', 'tarkov', 'escapefromtarkov', 'Escape from Tarkov'),
('mc', 'mc', 'minecraft', 'Minecraft'),
('sot', 'sot', 'seaofthieves', 'Sea of Thieves'),
('sc2', 'sc2', 'starcraftii', 'StarCraft II'),
('hots', 'hots', 'heroesofthestorm', 'Heroes of the Storm'),
('wot', 'wot', 'worldoftanks', 'World of Tanks'),
('cod', 'cod', 'callofdutywarzone', 'Call of Duty: Warzone'),
('warzone', 'warzone', 'callofdutywarzone', 'Call of Duty: Warzone'),
('wz', 'wz', 'callofdutywarzone', 'Call of Duty: Warzone'),
('fifa', 'fifa', 'easportsfc26', 'EA Sports FC 26'),
('fc26', 'fc 26', 'easportsfc26', 'EA Sports FC 26'),
('fc25', 'fc 25', 'easportsfc25', 'EA Sports FC 25'),
('eafc', 'eafc', 'easportsfc26', 'EA Sports FC 26'),
('nba2k', 'nba2k', 'nba2k26', 'NBA 2K26'),
('poe', 'poe', 'pathofexile', 'Path of Exile'),
('poe2', 'poe2', 'pathofexile2', 'Path of Exile 2'),
('d3', 'd3', 'diabloiii', 'Diablo III'),
('d4', 'd4', 'diabloiv', 'Diablo IV'),
('diablo4', 'diablo 4', 'diabloiv', 'Diablo IV'),
('er', 'er', 'eldenring', 'ELDEN RING'),
('elden', 'elden', 'eldenring', 'ELDEN RING'),
('ds3', 'ds3', 'darksoulsiii', 'DARK SOULS III'),
('bg3', 'bg3', 'baldursgate3', 'Baldur''s Gate 3'),
('rdr2', 'rdr2', 'reddeadredemption2', 'Red Dead Redemption 2'),
('botw', 'botw', 'thelegendofzeldabreathofthewild', 'The Legend of Zelda: Breath of the Wild'),
('totk', 'totk', 'thelegendofzeldatearsofthekingdom', 'The Legend of Zelda: Tears of the Kingdom'),
('oot', 'oot', 'thelegendofzeldaocarinaoftime', 'The Legend of Zelda: Ocarina of Time'),
('sm64', 'sm64', 'supermario64', 'Super Mario 64'),
('sf6', 'sf6', 'streetfighter6', 'Street Fighter 6'),
('ssbu', 'ssbu', 'supersmashbrosultimate', 'Super Smash Bros. Ultimate'),
('smash', 'smash', 'supersmashbrosultimate', 'Super Smash Bros. Ultimate'),
('mk8', 'mk8', 'mariokart8', 'Mario Kart 8'),
('lethal', 'lethal', 'lethalcompany', 'Lethal Company'),
('hsr', 'hsr', 'honkaistarrail', 'Honkai: Star Rail'),
('genshin', 'genshin', 'genshinimpact', 'Genshin Impact'),
('zzz', 'zzz', 'zenlesszonezero', 'Zenless Zone Zero'),
('mlbb', 'mlbb', 'mobilelegendsbangbang', 'Mobile Legends: Bang Bang'),
('gd', 'gd', 'geometrydash', 'Geometry Dash'),
('tf2', 'tf2', 'teamfortress2', 'Team Fortress 2'),
('eu4', 'eu4', 'europauniversalisiv', 'Europa Universalis IV'),
('eu5', 'eu5', 'europauniversalisv', 'Europa Universalis V'),
('hoi4', 'hoi4', 'heartsofironiv', 'Hearts of Iron IV'),
('ck3', 'ck3', 'crusaderkingsiii', 'Crusader Kings III'),
('bb', 'bb', 'bloodborne', 'Bloodborne'),
('jc', 'jc', 'justchatting', 'Just Chatting');

-- migrate:down

drop table game_aliases, names;
