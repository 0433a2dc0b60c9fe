-- The state in which an account was last seen stands beside its id: a sweep counts a provider's accounts, and finds those
-- that were not shown, without reading the links of all four. No entry more: a settle makes one in either case.
-- Dropped first: an index that is built while others write would be waited for by those who then have to be waited for.
DROP INDEX links_account;
CREATE UNIQUE INDEX links_account ON links (provider, account_id) INCLUDE (observed_state) WHERE account_id IS NOT NULL;
