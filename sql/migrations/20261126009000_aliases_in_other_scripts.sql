-- migrate:up

-- Short names that Japanese and Korean viewers write for games whose names on Twitch are in Latin letters. A short name
-- that was added by hand stays as it is.
insert into game_aliases (alias_key, alias, game_key, game_name) values
('スト6', 'スト6', 'streetfighter6', 'Street Fighter 6'),
('マイクラ', 'マイクラ', 'minecraft', 'Minecraft'),
('ウァロ', 'ヴァロ', 'valorant', 'VALORANT'),
('롤', '롤', 'leagueoflegends', 'League of Legends'),
('발로란트', '발로란트', 'valorant', 'VALORANT'),
('배그', '배그', 'pubgbattlegrounds', 'PUBG: BATTLEGROUNDS')
on conflict (alias_key) do nothing;

-- migrate:down

delete from game_aliases where alias_key in ('スト6', 'マイクラ', 'ウァロ', '롤', '발로란트', '배그');
