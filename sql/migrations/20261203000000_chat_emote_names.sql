-- migrate:up

-- The names of emotes, by Twitch's public lists: those of everybody, and those of each followed channel. Never taken out of
-- what people write. One row per emote.
create table chat.emote_names (
    emote_id text collate "C" primary key,
    code text collate "C" not null check (code ~ '^[!-~]{1,64}$'),
    -- the channel that offers it; empty: everybody has it
    owner_id text collate "C" not null
);
create index emote_names_of_owner on chat.emote_names (owner_id);

-- When each list was fetched. One row per channel, and one with the empty id.
create table chat.emote_lists (
    owner_id text collate "C" primary key,
    fetched_at timestamptz not null
);

-- The names of emotes in their order, with spaces between them; of one without a known name its id.
create function chat.emote_codes(ids text []) returns text language sql stable parallel safe as $$
    select coalesce(string_agg(coalesce(emote_names.code, given.id), ' ' order by given.place), '')
    from unnest(ids) with ordinality as given (id, place)
    left join chat.emote_names on emote_names.emote_id = given.id
$$;

comment on table chat.emote_names is 'Names of emotes: one row per emote.';
comment on column chat.emote_names.emote_id is 'Twitch''s id of the emote.';
comment on column chat.emote_names.code is 'What people write to use it.';
comment on column chat.emote_names.owner_id is 'Twitch''s id of the channel that offers it; empty for an emote that everybody has.';

-- The dashboard shows the names, and in its Status whether the queue works.
create or replace function chat.grant_to_reader(role text) returns void language plpgsql as $$
begin
    execute format('revoke all on all tables in schema chat from %I', role);
    execute format('grant usage on schema chat to %I', role);
    execute format(
        'grant select on chat.channels, chat.minutes, chat.counted_minutes, chat.hours, chat.hour_emotes, chat.broadcasts,'
        ' chat.daily_chats, chat.daily_emotes, chat.moments, chat.choice, chat.emote_names, chat.nodes to %I',
        role
    );
    execute format('grant select (login, kind, asked_at, is_done, answer) on chat.requests to %I', role);
    execute format('grant execute on function chat.ask(text, text, text, timestamptz) to %I', role);
end
$$;

-- A role that exists does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        perform chat.grant_to_reader(role);
    end loop;
end
$$;

-- migrate:down

create or replace function chat.grant_to_reader(role text) returns void language plpgsql as $$
begin
    execute format('revoke all on all tables in schema chat from %I', role);
    execute format('grant usage on schema chat to %I', role);
    execute format(
        'grant select on chat.channels, chat.minutes, chat.counted_minutes, chat.hours, chat.hour_emotes, chat.broadcasts,'
        ' chat.daily_chats, chat.daily_emotes, chat.moments, chat.choice to %I',
        role
    );
    execute format('grant select (login, kind, asked_at, is_done, answer) on chat.requests to %I', role);
    execute format('grant execute on function chat.ask(text, text, text, timestamptz) to %I', role);
end
$$;

drop function chat.emote_codes(text []);
drop table chat.emote_lists;
drop table chat.emote_names;
