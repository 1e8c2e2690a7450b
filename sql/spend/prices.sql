-- What X charges is data: a changed price is a row (`watchtime price set`), new kinds come by a migration.

-- name: price$
-- The price of one unit of a kind of call, in USD.
select usd from x_prices where kind = :kind;

-- name: prices
-- The price table. Grain: one row per kind of call.
select
    kind,
    usd,
    meaning
from x_prices
order by kind;

-- name: set_price!
-- Change the price of one unit of a kind of call.
update x_prices set usd = cast(:usd as numeric) where kind = :kind;
