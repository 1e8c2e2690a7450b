-- name: make_reader$
-- Make the role that only reads, or mend it, and let it read what the dashboard shows.
select make_reader(:role, :password);

-- name: limit_reader$
-- Bound what one query of a role that only reads may take of the server's memory, whatever program comes in as it.
select limit_reader(:role);
