-- name: make_reader$
-- Make the role that only reads, or mend it, and let it read what the dashboard shows.
select make_reader(:role, :password);
