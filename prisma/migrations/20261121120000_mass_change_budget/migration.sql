-- Budgets for mass changes, the steps that wait for approval, and who may pass.

-- The status revision for which a budget does not count; the audit says who asked for that, and why.
ALTER TABLE users ADD COLUMN budget_override_revision integer;

-- From here on a new account is no longer part of the first sync, and counts.
ALTER TABLE providers ADD COLUMN first_synced_at timestamptz(3);

-- The held step with its preconditions; and the room that was reserved last, with the status revision of its step while
-- that may still turn out not to have been taken.
ALTER TABLE links
  ADD COLUMN held_class            text CHECK (held_class IN ('suspend', 'remove', 'overwrite', 'create')),
  ADD COLUMN held_status_revision  integer,
  ADD COLUMN held_state            text CHECK (held_state IN ('live', 'suspended', 'softDeleted', 'absent', 'notLive')),
  ADD COLUMN held_at               timestamptz(3),
  ADD COLUMN held_decision         text CHECK (held_decision IN ('approved', 'rejected')),
  ADD COLUMN approved_until        timestamptz(3),
  ADD COLUMN granted_class         text CHECK (granted_class IN ('suspend', 'remove', 'overwrite', 'create')),
  ADD COLUMN granted_minute        bigint,
  ADD COLUMN granted_revision      integer;
CREATE INDEX links_held ON links (provider, held_class, user_id) WHERE held_step IS NOT NULL;

-- One row a provider and class, and its lock: whoever reserves room waits for whoever does.
CREATE TABLE budgets (
  provider    text NOT NULL REFERENCES providers (slug),
  class       text NOT NULL CHECK (class IN ('suspend', 'remove', 'overwrite', 'create')),
  -- Steps reserved, by the minute since 1970 in which they were. In the row itself, because only a locked row shows
  -- what others committed while it was waited for.
  spent       jsonb NOT NULL DEFAULT '{}',
  linked      integer,
  counted_at  timestamptz(3),
  PRIMARY KEY (provider, class)
) WITH (fillfactor = 50);

INSERT INTO budgets (provider, class)
SELECT slug, class FROM providers CROSS JOIN unnest(ARRAY['suspend', 'remove', 'overwrite', 'create']) AS class;

-- What was reserved at or after a minute.
CREATE FUNCTION budget_spent(spent jsonb, since bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE
RETURN (SELECT COALESCE(sum(value::bigint), 0) FROM jsonb_each_text(spent) WHERE key::bigint >= since);

-- Reserves room in a minute, and forgets what is older than `since`.
CREATE FUNCTION budget_reserve(spent jsonb, since bigint, minute bigint, steps bigint) RETURNS jsonb IMMUTABLE PARALLEL SAFE
RETURN (SELECT COALESCE(jsonb_object_agg(key, value), '{}') FROM jsonb_each(spent) WHERE key::bigint >= since)
  || jsonb_build_object(minute::text, COALESCE((spent ->> minute::text)::bigint, 0) + steps);

-- Gives room back to the minutes that it was reserved in.
CREATE FUNCTION budget_return(spent jsonb, unused jsonb) RETURNS jsonb IMMUTABLE PARALLEL SAFE
RETURN (SELECT COALESCE(jsonb_object_agg(key, left_over), '{}') FROM (
    SELECT key, value::bigint - COALESCE((unused ->> key)::bigint, 0) AS left_over FROM jsonb_each_text(spent)) AS minutes
  WHERE left_over > 0);
