-- Whether the delivery is being sent: 1 = a request may be on its way; 2 = it was when the process ended, and nobody knows what became of it.
-- Written only for destinations where a repeat would make a second record or hurt.
ALTER TABLE deliveries ADD COLUMN sending INTEGER NOT NULL DEFAULT 0;

-- What a destination said beside "delivered", such as "accepted, not yet processed".
ALTER TABLE attempts ADD COLUMN note TEXT;

-- What a destination calls the record of an event on a route outlives the delivery that made it: a replay finds it.
CREATE INDEX ix_deliveries_remote ON deliveries (event_seq, route) WHERE remote_id IS NOT NULL;
