-- The state in which an account was last seen stands beside its id: a sweep counts a provider's accounts, and finds those
-- that were not shown, without reading the links of all four. No entry more: a settle makes one in either case.
CREATE UNIQUE INDEX links_account_and_state ON links (provider, account_id) INCLUDE (observed_state)
  WHERE account_id IS NOT NULL;
DROP INDEX links_account;
ALTER INDEX links_account_and_state RENAME TO links_account;
