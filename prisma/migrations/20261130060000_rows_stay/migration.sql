-- Rows of users, providers, audit and plans are never deleted and keep their key, so what points to them cannot be left
-- behind. That is what foreign keys were for on the three tables below, and checked fourteen times for every person who is
-- entered.
ALTER TABLE links DROP CONSTRAINT links_user_id_fkey, DROP CONSTRAINT links_provider_fkey,
  DROP CONSTRAINT links_approved_plan_fkey;
ALTER TABLE intents DROP CONSTRAINT intents_user_id_fkey, DROP CONSTRAINT intents_provider_fkey;
ALTER TABLE audit_values DROP CONSTRAINT audit_values_user_id_fkey, DROP CONSTRAINT audit_values_audit_id_fkey;

CREATE FUNCTION row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % is never deleted and keeps its key: others point to it', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER users_stay BEFORE DELETE OR UPDATE OF id ON users FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER providers_stay BEFORE DELETE OR UPDATE OF slug ON providers FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER plans_stay BEFORE DELETE OR UPDATE OF id ON plans FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER audit_stays BEFORE DELETE OR UPDATE OF id ON audit FOR EACH STATEMENT EXECUTE FUNCTION row_stays();

-- Values of a user's audit entries are found by the entries.
DROP INDEX audit_values_of_user;
