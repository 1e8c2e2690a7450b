-- migrate:up

-- The address of the box art at Twitch, with {width} and {height} in it; null: not looked up since, or Twitch has none.
alter table game_matches add column box_art_url text;

-- migrate:down

alter table game_matches drop column box_art_url;
