"""Question sets + an assistant -> figures that say how well it answers.

`question_sets` reads sets in the project's own format or in SQuAD format, `measures` asks the questions and
scores the answers, and `report` prints and draws the results.
"""
