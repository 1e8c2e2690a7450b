-- migrate:up

-- Whether the keys of the present names of a game or streamer are written. Without it, each poll compared all of them with
-- the index of names; there are millions of streamers after a year.
alter table games add column are_names_keyed boolean not null default true;

alter table games alter column are_names_keyed set default false;

update games set are_names_keyed = false
where not exists (
    select from names
    where
        names.kind = 'game'
        and names.id = games.game_id
        and names.name = games.game_name
);

create index games_to_key_idx on games (game_id) where not are_names_keyed;

alter table streamers add column are_names_keyed boolean not null default true;

alter table streamers alter column are_names_keyed set default false;

update streamers set are_names_keyed = false
where not exists (
    select from names
    where
        names.kind = 'streamer'
        and names.id = streamers.streamer_id
        and names.name = streamers.streamer_name
        and names.login = streamers.login
);

create index streamers_to_key_idx on streamers (streamer_id) where not are_names_keyed;

-- After a rename, by whatever query, the keys are those of the earlier names.
create function names_are_not_keyed() returns trigger language plpgsql as $$
begin
    new.are_names_keyed := false;
    return new;
end
$$;

create trigger names_are_not_keyed before update of game_name on games
for each row when (old.game_name is distinct from new.game_name)
execute function names_are_not_keyed();

create trigger names_are_not_keyed before update of login, streamer_name on streamers
for each row when ((old.login, old.streamer_name) is distinct from (new.login, new.streamer_name))
execute function names_are_not_keyed();

-- The first id of a name is found by the index alone.
drop index games_name_key_idx;
create index games_name_key_idx on games (name_key, game_id);

-- migrate:down

drop index games_name_key_idx;
create index games_name_key_idx on games (name_key);

drop trigger names_are_not_keyed on games;
drop trigger names_are_not_keyed on streamers;
drop function names_are_not_keyed();
alter table games drop column are_names_keyed;
alter table streamers drop column are_names_keyed;
