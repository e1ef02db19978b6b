-- One attempt by its id. Ids grow with time, so a new one goes to the end of the index; what that costs could not be measured (benchmarks/README.md).
CREATE INDEX ix_attempts_id ON attempts (id);
