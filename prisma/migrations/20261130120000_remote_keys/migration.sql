-- A link carries the external key of its user, which is indexed and stays as long as the user does. Only a stand-in may
-- carry another key; there are few of them, and they go. One entry less for each link that is made, claimed or settled.
-- In the order in which people are entered: users first, then links.
CREATE INDEX users_stand_in ON users (id) WHERE is_stand_in AND status <> 'purged';
DROP INDEX links_remote_key;
