-- name: make_reader$
-- Make the role that only reads, or set it right, and let it read what the dashboard shows. Its password comes as a
-- SCRAM verifier, empty for none.
select make_reader(:role, :verifier);

-- name: limit_reader$
-- Bound what one query of a role that only reads may take of the server's memory, whatever program comes in as it.
select limit_reader(:role);
