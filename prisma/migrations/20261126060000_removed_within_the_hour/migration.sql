-- Whoever was removed within the hour is counted beside the linked: the share of removals is of who was there before.
CREATE INDEX links_removed ON links (provider, granted_minute) WHERE granted_class = 'remove';
