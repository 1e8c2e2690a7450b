-- migrate:up

-- Twitch has categories with different ids and one name; names that differ in case or spaces alone are one game. Which
-- letters lower() changes, and which characters are spaces, depended on the locale of the database: the same names were
-- one game on one server and two on another. Here both are written out: ASCII by collation "C", then the capitals of
-- Latin, Greek and Cyrillic.
alter table games drop column name_key;

alter table games add column name_key text collate "C"
generated always as (
    translate(
        lower(btrim(regexp_replace(game_name collate "C", '[\s\u00a0\u2000-\u200a\u202f\u3000]+', ' ', 'g'))),
        'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽΆΈΉΊΌΎΏΑ'
        'ΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ',
        'àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžάέήίόύώα'
        'βγδεζηθικλμνξοπρστυφχψωϊϋѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюя'
    )
) stored;

create index games_name_key_idx on games (name_key);

-- migrate:down

alter table games drop column name_key;

alter table games add column name_key text collate "C"
generated always as (lower(regexp_replace(btrim(game_name), '\s+', ' ', 'g'))) stored;

create index games_name_key_idx on games (name_key);
