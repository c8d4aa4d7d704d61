"""HTML made of values. Whatever comes from a document or a user is escaped."""
