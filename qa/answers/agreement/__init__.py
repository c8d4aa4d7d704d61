"""Whether two statements agree, differ, or are of different things: what they say, and what it is of."""
