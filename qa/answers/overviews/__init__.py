"""Answers about documents as a whole: which of many, what they are about, what they say, when was what."""
