-- name: make_reader$
-- Create the read-only role or correct it, and grant it the tables that the dashboard shows. Its password is a SCRAM
-- verifier, empty for none.
select make_reader(:role, :verifier);

-- name: limit_reader$
-- Limit the memory of the server that one query of a read-only role can use, for any program that connects as it.
select limit_reader(:role);
