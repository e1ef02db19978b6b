-- What people were told of an alert: one message when it begins, one when it is over.
ALTER TABLE alerts ADD COLUMN opened_told_at INTEGER;
ALTER TABLE alerts ADD COLUMN closed_told_at INTEGER;
