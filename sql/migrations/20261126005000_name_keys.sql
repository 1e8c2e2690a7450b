-- migrate:up

-- Games get more keys: the part before a colon, numerals in digits, the same words in another order. Fancy letters and
-- trademark signs are part of no key any more. The next poll makes the keys again; the addresses stay as they are.
delete from names where kind = 'game' or key ~ '[A-Z]';
delete from cursors where name = 'names';

-- migrate:down

delete from names where kind = 'game';
delete from cursors where name = 'names';
