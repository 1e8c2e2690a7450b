-- Written by `make schema` from sql/migrations, for reading. A test keeps the two equal.
CREATE SCHEMA staging;

CREATE FUNCTION staging.drop_partition(of_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('drop table if exists staging.%I', 'streams_' || to_char(of_day, 'YYYY_MM_DD'));
end
$$;

CREATE FUNCTION staging.make_partition(for_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    partition text := 'streams_' || to_char(for_day, 'YYYY_MM_DD');
begin
    if to_regclass('staging.' || partition) is null then
        execute format('create table staging.%I partition of staging.streams for values in (%L)', partition, for_day);
    end if;
end
$$;

CREATE TABLE public.daily_games (
    day date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    average_viewers double precision GENERATED ALWAYS AS ((watch_hours / airtime_hours)) STORED,
    peak_viewers bigint NOT NULL
);

CREATE TABLE public.daily_streamer_games (
    day date NOT NULL,
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    game_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    average_viewers double precision GENERATED ALWAYS AS ((watch_hours / airtime_hours)) STORED,
    peak_viewers bigint NOT NULL
);

CREATE TABLE public.daily_streamers (
    day date NOT NULL,
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    average_viewers double precision GENERATED ALWAYS AS ((watch_hours / airtime_hours)) STORED,
    peak_viewers bigint NOT NULL
);

CREATE TABLE public.days (
    day date NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    polls integer NOT NULL,
    covered_hours double precision NOT NULL,
    coverage double precision NOT NULL,
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    rolled_up_at timestamp with time zone NOT NULL,
    CONSTRAINT days_airtime_hours_check CHECK ((airtime_hours >= (0)::double precision)),
    CONSTRAINT days_check CHECK ((starts_at < ends_at)),
    CONSTRAINT days_coverage_check CHECK (((coverage >= (0)::double precision) AND (coverage <= (1)::double precision))),
    CONSTRAINT days_covered_hours_check CHECK ((covered_hours >= (0)::double precision)),
    CONSTRAINT days_polls_check CHECK ((polls >= 0)),
    CONSTRAINT days_watch_hours_check CHECK ((watch_hours >= (0)::double precision))
);

CREATE TABLE public.draws (
    day date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    drawn_at timestamp with time zone NOT NULL
);

CREATE TABLE public.games (
    game_id text NOT NULL COLLATE pg_catalog."C",
    game_name text NOT NULL,
    first_seen_day date NOT NULL,
    last_seen_day date NOT NULL,
    CONSTRAINT games_check CHECK ((first_seen_day <= last_seen_day))
);

CREATE TABLE public.streamers (
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    login text NOT NULL,
    streamer_name text NOT NULL,
    first_seen_day date NOT NULL,
    last_seen_day date NOT NULL,
    CONSTRAINT streamers_check CHECK ((first_seen_day <= last_seen_day))
)
WITH (fillfactor='50');

CREATE TABLE staging.games (
    poll_id bigint NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    viewers bigint NOT NULL,
    streams integer NOT NULL,
    CONSTRAINT games_streams_check CHECK ((streams > 0)),
    CONSTRAINT games_viewers_check CHECK ((viewers >= 0))
);

CREATE TABLE staging.polls (
    poll_id bigint NOT NULL,
    day date NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    ended_because text NOT NULL,
    interval_minutes integer NOT NULL,
    more_than_viewers integer NOT NULL,
    pages integer NOT NULL,
    streams integer NOT NULL,
    viewers bigint NOT NULL,
    duplicates integer NOT NULL,
    set_aside integer NOT NULL,
    error text,
    CONSTRAINT polls_check CHECK ((started_at <= ended_at)),
    CONSTRAINT polls_check1 CHECK (((status <> 'failed'::text) OR ((streams = 0) AND (error IS NOT NULL)))),
    CONSTRAINT polls_check2 CHECK (((status <> 'complete'::text) OR (error IS NULL))),
    CONSTRAINT polls_duplicates_check CHECK ((duplicates >= 0)),
    CONSTRAINT polls_interval_minutes_check CHECK (((interval_minutes >= 1) AND (interval_minutes <= 1440))),
    CONSTRAINT polls_more_than_viewers_check CHECK ((more_than_viewers >= 0)),
    CONSTRAINT polls_pages_check CHECK ((pages >= 0)),
    CONSTRAINT polls_set_aside_check CHECK ((set_aside >= 0)),
    CONSTRAINT polls_status_check CHECK ((status = ANY (ARRAY['complete'::text, 'partial'::text, 'failed'::text]))),
    CONSTRAINT polls_streams_check CHECK ((streams >= 0)),
    CONSTRAINT polls_viewers_check CHECK ((viewers >= 0))
);

ALTER TABLE staging.polls ALTER COLUMN poll_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME staging.polls_poll_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE staging.set_aside (
    poll_id bigint NOT NULL,
    "position" integer NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL,
    CONSTRAINT set_aside_position_check CHECK (("position" > 0))
);

CREATE TABLE staging.streams (
    day date NOT NULL,
    poll_id bigint NOT NULL,
    viewer_count integer NOT NULL,
    started_at timestamp with time zone,
    stream_id text NOT NULL COLLATE pg_catalog."C",
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    game_id text NOT NULL COLLATE pg_catalog."C"
)
PARTITION BY LIST (day);

ALTER TABLE ONLY public.daily_games
    ADD CONSTRAINT daily_games_pkey PRIMARY KEY (day, game_id);

ALTER TABLE ONLY public.daily_streamer_games
    ADD CONSTRAINT daily_streamer_games_pkey PRIMARY KEY (day, game_id, streamer_id);

ALTER TABLE ONLY public.daily_streamers
    ADD CONSTRAINT daily_streamers_pkey PRIMARY KEY (day, streamer_id);

ALTER TABLE ONLY public.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.draws
    ADD CONSTRAINT draws_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.games
    ADD CONSTRAINT games_pkey PRIMARY KEY (game_id);

ALTER TABLE ONLY public.streamers
    ADD CONSTRAINT streamers_pkey PRIMARY KEY (streamer_id);

ALTER TABLE ONLY staging.games
    ADD CONSTRAINT games_pkey PRIMARY KEY (poll_id, game_id);

ALTER TABLE ONLY staging.polls
    ADD CONSTRAINT polls_pkey PRIMARY KEY (poll_id);

ALTER TABLE ONLY staging.set_aside
    ADD CONSTRAINT set_aside_pkey PRIMARY KEY (poll_id, "position");

CREATE INDEX polls_day_idx ON staging.polls USING btree (day, started_at);

ALTER TABLE ONLY public.draws
    ADD CONSTRAINT draws_day_fkey FOREIGN KEY (day) REFERENCES public.days(day);

ALTER TABLE ONLY public.draws
    ADD CONSTRAINT draws_game_id_fkey FOREIGN KEY (game_id) REFERENCES public.games(game_id);

ALTER TABLE ONLY staging.set_aside
    ADD CONSTRAINT set_aside_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES staging.polls(poll_id) ON DELETE CASCADE;
