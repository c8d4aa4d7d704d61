"""Question sets asked of an assistant, and the figures that come of it.

`question_sets` reads sets of one's own or in SQuAD format, `measures` asks and scores them, `report` prints
and draws the result.
"""
